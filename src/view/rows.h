/*
 * rows.h - how the folds' rows are written into the views' map; fold.h lists them.
 *
 * Layer: view. Pure. For the files of this folder only.
 */
#ifndef VIEW_ROWS_H
#define VIEW_ROWS_H

#include "view/fold.h"

/* The longest value that is written here: a thing's row with its fields; a hybrid key has 1280. */
#define ROW_VALUE_MAX MAP_VALUE_MAX

/* A key under construction: its type, then what follows. */
struct row_key {
	uint8_t memory[MAP_KEY_MAX];
	struct buf buf;
};

enum row_type {
	ROW_FOLDED = 'f',
	ROW_ENTRY = 'e',
	ROW_ID = 'i',
	ROW_KEY = 'k',
	ROW_RECIPIENT = 'c',
	ROW_MESSAGE = 'm',
	ROW_ACT = 'a',
	ROW_OWED = 'o',
	ROW_LAST_MARK = 'C',
	ROW_SUSPENSION = 's',
	ROW_FORM = 'n',
	ROW_DRAFT = 'g',      /* release.c */
	ROW_CONSENT = 'y',    /* release.c */
	ROW_DUE = 't',	      /* release.c */
	ROW_LABEL = 'Y',      /* again.c */
	ROW_BEFOREHAND = 'G', /* draft.c */
	ROW_VERSION = 'h',
	ROW_TRANSLATION = 'z',
	/* MACHINE_ROWS */
	ROW_LOG_SAW = 'L',
	ROW_INSTANCE = 'I',
	ROW_RUNNING = 'R',
	ROW_FACT = 'F',
	ROW_FACT_OF = 'X',
	ROW_CUT = 'E',
	ROW_THING = 'T',    /* thing_row.c */
	ROW_DEED = 'B',	    /* thing_row.c: what changes a thing */
	ROW_NAMED = 'u',    /* dialogue.c */
	ROW_REPORTED = 'W', /* dialogue.c: what a deed is about */
	ROW_MARKING = 'S',  /* marking.c */
	ROW_TEXT = 'J',	    /* text.c */
	ROW_TEXT_OF = 'P',  /* text.c */
	ROW_INITIAL = 'N',  /* text.c: what an initial, or a READ BACK of one, is of */
	ROW_ROSTER = 'D',   /* watch.c */
	ROW_POST = 'O',	    /* watch.c */
	ROW_MANNING = 'M',  /* watch.c */
};

struct buf *row_open(struct row_key *k, enum row_type type);
enum err row_put(const struct map *m, const struct row_key *k, const struct buf *value) MUST_CHECK;
void row_put_channel(struct row_key *k, uint32_t channel);

enum err row_put_folded(const struct map *m, const struct log_key *log, uint64_t size) MUST_CHECK;
/* 0 for a log of which nothing is folded. */
/*
 * The next epoch behind log->epoch of which anything is folded of that party's log on that channel: whoever
 * opens one chooses its number, so that nobody counts up or down to it. ERR_NOT_FOUND.
 */
enum err row_next_folded(const struct map *m, struct log_key *log, uint64_t *size) MUST_CHECK;
/* The latest of them; *size 0: there is none. */
enum err row_last_folded(const struct map *m, struct log_key *log, uint64_t *size) MUST_CHECK;
enum err row_get_folded(const struct map *m, const struct log_key *log, uint64_t *size) MUST_CHECK;
/* Whether this version's folds wrote it, or nobody. */
enum err row_is_current(const struct map *m, const struct log_key *log, bool *out) MUST_CHECK;

enum err row_put_entry(const struct map *m, size_t parties, const struct place_key *at,
		       const struct entry_view *v) MUST_CHECK;
enum err row_get_entry(const struct map *m, const struct place_key *at, struct entry_view *out) MUST_CHECK;

enum err row_put_version(const struct map *m, const struct log_key *log,
			 const uint8_t hash[HASH_LEN]) MUST_CHECK;
/* ERR_NOT_FOUND of a log of which nothing is folded. */
enum err row_get_version(const struct map *m, const struct log_key *log, uint8_t hash[HASH_LEN]) MUST_CHECK;

enum err row_put_id(const struct map *m, uint32_t channel, const uint8_t id[STATEMENT_ID_LEN],
		    const struct place_key *at) MUST_CHECK;
/* The first place of this id after *at, which starts zeroed. */
enum err row_next_id(const struct map *m, uint32_t channel, const uint8_t id[STATEMENT_ID_LEN],
		     struct place_key *at) MUST_CHECK;

enum err row_put_key(const struct map *m, const struct log_key *log, const uint8_t key[KEY_HASH_LEN],
		     const struct key_view *v) MUST_CHECK;
/* As it was last added before that index. */
enum err row_get_key(const struct map *m, const struct log_key *log, const uint8_t key[KEY_HASH_LEN],
		     uint64_t index, struct key_view *out) MUST_CHECK;

enum err row_put_recipient(const struct map *m, const struct log_key *log, const uint8_t key[KEY_HASH_LEN],
			   const struct recipient_view *v) MUST_CHECK;
enum err row_get_recipient(const struct map *m, const struct log_key *log, const uint8_t key[KEY_HASH_LEN],
			   uint64_t index, struct recipient_view *out) MUST_CHECK;

/* Lists in the record's order: prefix (type and what it is about), then T, then place. */
/* Of a value, or a key, that is as long as it was written. */
uint64_t row_take_number(struct bytes *in);
/* What the found key has behind the prefix, which is so long; ERR_CORRUPT: it is not. */
enum err row_key_rest(const struct row_key *found, const struct row_key *prefix, size_t len,
		      struct bytes *out) MUST_CHECK;
enum err row_put_listed(const struct map *m, struct row_key *prefix, uint64_t order,
			const struct place_key *at) MUST_CHECK;
enum err row_next_listed(const struct map *m, struct row_key *prefix, struct message_at *at) MUST_CHECK;
/* Likewise, of a list whose rows have values. */
enum err row_next_valued(const struct map *m, const struct row_key *prefix, struct message_at *at,
			 struct buf *value) MUST_CHECK;

enum err row_put_owed(const struct map *m, const struct owed_view *v) MUST_CHECK;
/* ERR_NOT_FOUND, and nothing in *out but its place: it owes nothing. */
enum err row_get_owed(const struct map *m, const struct place_key *at, struct owed_view *out) MUST_CHECK;
enum err row_del_owed(const struct map *m, const struct owed_view *v) MUST_CHECK;
/* The last mark on a party's READ BACKs of that message. ERR_NOT_FOUND: none was marked, or none is owed. */
enum err row_put_last_mark(const struct map *m, const struct place_key *message, size_t party,
			   const struct message_at *mark) MUST_CHECK;
enum err row_get_last_mark(const struct map *m, const struct place_key *message, size_t party,
			   struct message_at *mark) MUST_CHECK;
enum err row_put_translation(const struct map *m, const struct place_key *at,
			     const struct translation_view *v) MUST_CHECK;
enum err row_get_translation(const struct map *m, const struct place_key *at,
			     struct translation_view *out) MUST_CHECK;
enum err row_put_form(const struct map *m, const struct place_key *at, const struct form_view *v) MUST_CHECK;
enum err row_get_form(const struct map *m, const struct place_key *at, struct form_view *out) MUST_CHECK;

#endif
