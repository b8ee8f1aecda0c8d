/*
 * limits.h - every bound of the program in one place. A refusal names the limit by its name here.
 *
 * Layer: base. Spec: docs/spec/record.md and docs/spec/link.md name those that bind every node.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/* The record (docs/spec/entry.md, docs/spec/record.md): normative. */
#define ENTRY_LEN_MAX 60000u	    /* bytes: a tlog-tiles entry bundle has 16-bit lengths */
#define CONTENT_LEN_MAX 98304u	    /* bytes as stored */
#define CBOR_DEPTH_MAX 6u	    /* counted from 0 at the outermost value */
#define STATEMENT_SIGNATURES_MAX 8u /* officers on one statement */
#define STATEMENT_ADDRESSEES_MAX 32u
#define STATEMENT_REFERENCES_MAX 32u
#define STATEMENT_FIELDS_MAX 64u
#define SSHSIG_LEN_MAX 4096u /* bytes of one officer's signature */
#define PARTY_MAX 8u	     /* parties under one accord */
#define PARTY_NAME_MAX 16u   /* characters */
#define ROLE_NAME_MAX 32u
#define ACCORD_ZONE_MAX 48u	 /* bytes of the name of a time zone */
#define CHANNEL_MAX 999u	 /* highest channel number */
#define TIME_MS_MAX (1ull << 53) /* first claimed time that is refused */
#define UNHEEDED_MAX 8u		 /* withdrawals of keys that a later epoch had not seen, that are told */
#define FATES_VOID_MAX 16u	 /* reviews that a run says in vain before it says none any more */
#define TIME_AHEAD_MAX (36525ull * 86400000) /* ms: a day that an officer types to come, a hundred years */
#define LOG_SIZE_MAX ((1ull << 53) - 1) /* entries of one log: every size and index is exact in any reader */
#define KEY_LEN_MAX 2048u		/* bytes of a key in a `keys` statement */
#define FORM_NAME_MAX 32u		/* bytes of a form's name */
#define LANGUAGE_TAG_MAX 35u		/* characters of a BCP 47 tag */
#define MEDIA_TYPE_MAX 127u		/* characters */
#define FILE_NAME_MAX 255u		/* bytes of an attachment's name */
#define RULE_NAME_MAX 64u		/* characters of a rule's name in a REFUSE */
#define LABEL_CATEGORIES_MAX 16u
#define LABEL_VALUES_MAX 64u
#define ATTACHMENT_LEN_MAX (64u << 20) /* bytes of one attachment */
#define ATTACHMENTS_MAX 16u	       /* attachments of one content */
#define PORTIONS_MAX 64u

/* Notes: one checkpoint with all its lines. */
#define NOTE_LEN_MAX 16384u
#define NOTE_LINES_MAX 17u /* its author and every other party, Ed25519 and ML-DSA, and room */
#define ORIGIN_LEN_MAX 72u
#define NOTE_LINE_LEN_MAX 512u

#define ROTS_MAX 256u	 /* places that this disk has changed, known at once */
#define DIVERGED_MAX 64u /* procedures whose states differ that are looked at for one status */

/* The link (docs/spec/link.md). */
#define FRAME_LEN_MAX (1u << 20)	 /* bytes of kind and payload */
#define BATCH_ENTRIES_MAX 4096u		 /* entries of one batch, so of one commit of one log */
#define REBUILT_LEN_MAX (2u << 20)	 /* bytes that one frame of short codes is rebuilt in */
#define BOOK_WORDS_MAX 128u		 /* values that an accord gives a number */
#define BOOK_LEN_MAX 4096u		 /* bytes of these values */
#define SHORT_KEYS_MAX 64u		 /* officers' keys of one frame that get a number */
#define BATCH_LEN_MAX (900u << 10)	 /* bytes of entries and contents of one batch */
#define ATTACHMENT_PIECE_MAX (16u << 10) /* bytes of one attachment frame */
#define BUNDLE_BLOBS_MAX 256u		 /* attachments of one bundle, and that one asks for */
#define BUNDLE_PIECES_MIB_MAX 4096u	 /* of them in one bundle */
#define PART_LEN_MIN 1024u		 /* bytes of a frame in a PART that is not its last */
#define PART_LEN_MAX 16640u		 /* and in any PART: a piece of an attachment goes whole */
#define MANIFEST_LEN_MAX (64u << 10)	 /* bytes of an accord's MANIFEST in a HELLO */
#define HELLO_NOTES_MAX 512u
#define LINK_CONNECTIONS_MAX 256u     /* connections a node holds, authenticated or not */
#define LINK_PATHS_MAX 8u	      /* paths to one peer */
#define LINK_QUEUE_LEN_MAX (4u << 20) /* bytes waiting for one peer */
#define BATCH_AHEAD_MAX \
	(256u << 10) /* bytes of batches, as urgent or more, given to link ahead of the socket */
#define BATCH_IN_FLIGHT_MAX (1536u << 10) /* bytes of all batches there, above which only a FLASH is added */
#define ADVANCE_AHEAD_MAX (32u << 10)	  /* bytes of advance copies there */
#define LINK_RETRY_MS_MAX 30000u
#define LINK_HANDSHAKE_MS_MAX 10000u	/* from accept or connect to HELLO */
#define LINK_PART_MS_MAX 30000u		/* a frame that has begun in PARTs, and nothing but PINGs since */
#define LINK_SILENCE_MS_MAX 15000u	/* no authenticated byte for so long: the path is down */
#define LINK_PING_MS 5000u		/* each path is asked so often whether it is alive */
#define LINK_RETRY_MS_MIN 10u		/* grows by a quarter up to LINK_RETRY_MS_MAX */
#define LINK_UNSENT_LEN_MAX (16u << 10) /* bytes given to a socket and not yet on the wire */
#define LINK_STRANGERS_MAX 64u		/* connections of one listener whose key is not known yet */
#define LINK_LISTENERS_MAX 8u
#define LINK_PINS_MAX 32u      /* TLS keys of all peers that are good at once */
#define LINK_DOOR_MS_MAX 1000u /* the starter's answer to a door */
#define LINK_SIGN_MS_MAX 1000u /* the signer's answer to a handshake */
#define PIPE_WAITING_LEN_MAX \
	(4u << 20) /* bytes for another process: link reads no more from peers above it */

/* A thin path (docs/spec/thin.md). */
#define THIN_COPIES_MAX 16u /* copies that are said again and again to one peer */
#define THIN_HEARD_MAX 16u  /* seals of copies that wait to be told heard */
#define THIN_SPEED_MIN 50u  /* bit/s */
#define THIN_SPEED_MAX 115200u
#define RECEIPT_WAIT_MS 1000u	 /* a receipt is waited for so long, then another path has a try */
#define THIN_AGAIN_MS_MIN 30000u /* between the second round of a copy and the third; doubles */
#define THIN_AGAIN_MS_MAX 3600000u

/* Sealing (docs/spec/seal.md). */
#define AGE_RECIPIENTS_MAX 16u	     /* keys that one file is sealed for */
#define RECIPIENT_X25519_LEN 32u     /* bytes of a role's key */
#define RECIPIENT_HYBRID_LEN 1216u   /* and of one that ML-KEM-768 is in */
#define AGE_IDENTITIES_MAX 32u	     /* secrets of a terminal */
#define SEALED_PLAIN_MAX (48u << 10) /* bytes of a content before it is sealed, its padding among them */

/* The accord's files. */
#define ACCORD_FILE_LEN_MAX (64u << 10)
#define ACCORD_FILES_MAX 256u
#define ACCORD_VERSIONS_MAX 16u /* versions of one accord that a node holds */
#define ACCORD_KEYS_MAX 128u
#define ACCORD_CHANNELS_MAX 64u
#define ACCORD_ROLES_MAX 64u
#define ACCORD_ACTING_MAX 64u /* lines that say who acts for whom */
#define ACCORD_LANGUAGES_MAX 4u
#define ACCORD_FORMS_MAX 64u
#define ACCORD_FORM_WORDS_MAX 1024u  /* fields, members, lists and values of all forms together */
#define ACCORD_TERMS_MAX 256u	     /* terms of the glossary */
#define ACCORD_ARENA_LEN (12u << 20) /* memory in which an accord within these limits is read */
#define FORM_NUMBER_MAX 16u	     /* characters of a form's number: N20 */
#define FORM_WORD_MAX 32u	     /* of a field's, a list's, a value's name */
#define FORM_AFTER_MAX 8u	     /* forms one of which comes before */
#define FORM_WHERE_MAX 16u	     /* values for which a time limit holds */
#define FORM_ITEMS_MAX 32u	     /* items of a field that is a list */
#define FORM_TEXT_LEN_MAX 8192u	     /* bytes of a text in a field */
#define JSON_DEPTH_MAX 8u	     /* counted from 1 at the outermost value */
#define JSON_MEMBERS_MAX 128u	     /* of one object or array */
#define JSON_VALUES_MAX 16384u	     /* of all JSON files of an accord together */
#define PROCEDURES_MAX 32u	     /* definitions of an accord */
#define PROCEDURE_STEPS_MAX 64u
#define PROCEDURE_ROLES_MAX 16u
#define PROCEDURE_TIMERS_MAX 16u
#define STEP_OBLIGATIONS_MAX 16u
#define STEP_OBLIGATIONS_OF_ROLE_MAX 3u	 /* in one step */
#define STEP_OPTIONS_MAX 8u		 /* of a gate */
#define GUARD_NODES_MAX 32u		 /* of one guard */
#define GUARD_DEPTH_MAX 3u		 /* counted from 1 */
#define CHOICES_MAX 1024u		 /* of a definition: all options, at each precedence */
#define LADDER_RUNGS_MAX 4u		 /* seconds between the rungs of an escalation */
#define DEPTH_MAX 3u			 /* of a consultation */
#define ATTEMPT_WORDS_MAX 200u		 /* bytes of whom somebody tried to reach, and by what way */
#define RUNNING_MAX 1024u		 /* that one party has begun on one channel, in one answer */
#define INSTANCE_MOVES_MAX 128u		 /* of one party, that count in one instance */
#define INSTANCE_SAID_MAX 112u		 /* of these all but its ways out */
#define INSTANCE_CALLS_MAX 48u		 /* of these LAPSE and ESCALATED, which its node says */
#define PROCEDURE_LINES_MAX (256u << 10) /* bytes of the state of an instance that has a DIGEST */
#define OBLIGATIONS_MAX 8192u /* in one answer, of which each beginner's instances have their part */
#define PROCEDURE_SPAN_S_MAX (366u * 86400u)   /* longest time for anything, in seconds */
#define ACCORD_LINE_LEN_MAX 4096u	       /* bytes of one line, without its newline */
#define ACCORD_SPAN_MS_MAX (366ull * 86400000) /* longest span of a timer */
#define ACCORD_TEXT_LEN_MAX 200u	       /* bytes between two quotes */
#define GUIDELINES_LINES_MAX 256u
#define GUIDELINES_LEVELS_MAX 16u
#define GUIDELINES_CATEGORIES_MAX 14u /* rel and origin are two more of a label's */
#define GUIDELINES_VALUES_MAX 64u     /* of all categories together */
#define GUIDELINES_PARTIES_MAX 32u    /* members and outside parties */
#define GUIDELINES_AGREEMENTS_MAX 32u
#define GUIDELINES_FEEDS_MAX 16u
#define GUIDELINES_RELEASES_MAX 32u
#define GUIDELINES_MAPS_MAX 128u
#define MATRIX_CLASSES_MAX 12u /* kinds of values that a row of the role x label matrix tells apart */
#define MATRIX_ROWS_MAX 4096u  /* readers, each with each origin */
#define MATRIX_CELLS_MAX 8192u
#define MATRIX_ARENA_LEN (2u << 20)	  /* memory in which a matrix is made */
#define GUIDELINES_REVIEW_DAYS_MAX 36500u /* until the review of an item */
#define HELD_WORDS_MAX 512u		  /* words that hold an item */
#define HELD_LETTERS_MIN 3u		  /* letters of one, at least: less would be in everything */
#define CODE_LEN_MAX 32u		  /* characters of the code of a level or value */
#define APPROVERS_MAX 7u		  /* beside the author: his signature is one of an entry's eight */

/* Standing dialogues (docs/spec/dialogue.md): normative. */
#define DIALOGUE_NAME_MAX 48u	  /* characters of a lasting name */
#define DIALOGUE_WORDS_MAX 600u	  /* bytes of a title, a test, a reason in one language */
#define DIALOGUE_LANGUAGES_MAX 4u /* of such words */
#define DIALOGUE_SOURCE_MAX 255u  /* bytes of where it is taken from */
#define DIALOGUE_PEOPLE_MAX 32u	  /* of one delegation */
#define DIALOGUE_PERSON_MAX 160u  /* bytes of a name, and of an office */
#define DIALOGUE_FIELDS_LEN_MAX \
	3000u /* bytes of all fields of one statement, keys too: a row of the view holds them */
#define DIALOGUE_CADENCE_MAX 120u /* months between two sessions */
#define DIALOGUE_OUTLETS_MAX 8u	  /* by which one text is made public */
#define WHERE_POINTS_MAX 33u	  /* corners of an area, the first one again among them */
#define TEXT_WORDS_MAX 2400u	  /* bytes of one unit in one language */
#define TEXT_DEEDS_MAX 4096u	  /* units, agreements, concordances of one party on one text */
/* Bytes of a canonical file: every statement that all parties may make, with the line above its words. */
#define TEXT_FILE_LEN_MAX (PARTY_MAX * TEXT_DEEDS_MAX * (TEXT_WORDS_MAX + 160u))
#define TEXT_WALKS_MAX 256u /* endorsements of one party on one text, and what of its words did not count */
#define DATE_TEXT_MAX 35u   /* characters of a date or of two */

/* The watch (docs/spec/watch.md): normative. */
#define ROSTER_PEOPLE_MAX 32u		      /* of one statement */
#define ROSTER_SHIFTS_MAX 512u		      /* of one statement; gaps too */
#define DRAFT_KEPT_MS (90ull * 86400000)      /* a draft's row, behind the time at which it lapses */
#define ROSTER_SPAN_MS_MAX (62ull * 86400000) /* from its beginning to its end */
#define ROSTER_NAME_MAX 60u		      /* bytes of a person's name */
#define ROSTER_REACH_MAX 160u		   /* bytes of where a person is reached, and of what he is able to */
#define ROSTER_AHEAD_MS (35ull * 86400000) /* gaps are looked for so far ahead */
#define RELIEF_ITEMS_MAX 64u		   /* that one relief hands over */
#define RELIEF_ITEM_MAX 160u		   /* bytes of one */
#define RELIEF_NOTE_MAX 600u		   /* bytes */
#define CLIMBS_MAX 64u			   /* calls whose waiting is measured on this run's clock */
#define CLIMB_FORGOTTEN_MS 60000u	   /* not looked at for so long: it is settled */

/* The kernel's view of a process (sys/sandbox.h). */
#define SANDBOX_NUMBERS_MAX 512u /* numbers of system calls whose names are known when one is refused */

/* The node and its clients. */
#define LOGS_MAX 1024u		 /* logs of one record held open */
#define ADVANCES_MAX 256u	 /* advance copies of one party that wait for its logs, signed */
#define ADVANCES_BY_LINE_MAX 64u /* by a thin path: unproved ones, and as many FALSE */
#define EPOCHS_MAX 32u		 /* epochs of one party's log on one channel */
#define OFFICER_KEYS_MAX 1024u	 /* keys in force of one party */
#define COMMANDS_PER_TURN_MAX 4096u
#define EFFECTS_MAX 16384u		/* effects of one turn */
#define EFFECTS_LEN_MAX (32u << 20)	/* bytes that the effects of one turn carry */
#define REQUEST_LEN_MAX (1u << 20)	/* bytes of one HTTP request's body */
#define BODIES_LEN_MAX (64u << 20)	/* bytes of all bodies that are coming in by one door */
#define CLIENTS_MAX 1280u		/* HTTP connections at once */
#define BROWSERS_MAX 256u		/* connections of browsers at once, beside those */
#define CONSOLE_FILES_MAX 256u		/* files of the console */
#define CONSOLE_LEN_MAX (16u << 20)	/* bytes of all of them */
#define REQUEST_SILENCE_S_MAX 60u	/* nothing comes of a request, nothing of its answer is taken */
#define REPLY_LEN_MAX (4u << 20)	/* bytes of one HTTP answer */
#define ANSWER_BLOCK_MIN (256u << 10)	/* bytes of an answer that leaves with its memory */
#define FILES_OWN_MAX 64u		/* open files of a process beside its clients' */
#define STREAMS_MAX 1024u		/* event streams at once, of CLIENTS_MAX */
#define EVENTS_KEPT_MAX 1024u		/* published events that a stream can go back to */
#define EVENTS_LEN_MAX (4u << 20)	/* bytes of the events that are kept as text */
#define SESSIONS_MAX 256u		/* officers' sessions at once */
#define SESSIONS_OF_OFFICER_MAX 8u	/* of one key */
#define SESSION_IDLE_MS_MAX 1800000u	/* without a request or a stream: it ends */
#define SESSION_MS_MAX 43200000u	/* and in any case: a watch is no longer */
#define SESSION_EVENTS_MAX 256u		/* told events that an officer's stream can go back to */
#define CHALLENGE_MS_MAX 60000u		/* from a challenge to its answer */
#define CHALLENGES_MAX 256u		/* challenges answered within that time */
#define PAGE_MAX 1000u			/* items of one answer that lists */
#define PAGE_DEFAULT 100u		/* and if nothing is said */
#define SEARCH_WORDS_MAX 8u		/* words of one search */
#define SEARCH_WORD_LEN_MAX 256u	/* bytes of one of them as it is searched */
#define SEARCH_ENTRIES_MAX 200u		/* messages that one request of a search looks through */
#define SEARCH_LEN_MAX (1u << 20)	/* bytes of their contents, after which it stops */
#define MAY_STATEMENTS_MAX 64u		/* statements of one question whether they may be filed */
#define BEAT_MS 5000u			/* a stream is never silent for longer */
#define SCRUB_PASS_MS (12ull * 3600000) /* everything that is held is read again in so long; twice a day */
#define SCRUB_KEEP_MS 300000u		/* where a pass stands is written so often, for the next start */
#define SCRUB_EVERY_MS 200u		/* between two slices */
#define SCRUB_SLICE_LEN (4u << 20)	/* bytes of a slice, a signature counting for VERIFY_SIGNATURE_LEN */
#define HEADS_MS 60000u			/* heads are compared with each peer so often */
#define COSIGNATURES_FALSE_MAX 64u	/* of one peer within HEADS_MS: each costs a signature to verify */
#define FEED_ITEMS_MAX 500u		/* items of a feed that is written whole: the newest */
#define QUARANTINE_MAX 256u		/* files that wait for a person */
#define SIGN_AHEAD_MS_MAX 300000u	/* what another dated so far ahead is not signed too */
#define CLOCK_OFFSET_FLAG_MS 2000u	/* a claimed time further off than this is flagged */

#endif
