/*
 * show.h - how things of the record look on a terminal: band, label, names in every language, steps.
 *
 * Layer: show. What is shown is what GET said; nothing is rounded up.
 */
#ifndef SHOW_SHOW_H
#define SHOW_SHOW_H

#include "terminal/client.h"
#include "terminal/options.h"
#include "terminal/say.h"

/* The first line of every screen: LIVE or EXERCISE, by words as well as colour, and whose node this is. */
void show_band(const json_t *status);
enum colour show_band_text(const json_t *status, char *out, size_t size);
/*
 * "(S//REL KOR, USA)", which stands in front of every item in a list; "S REL KOR,USA" where the guidelines do
 * not know its label. item: an object with `label` and `marking` (docs/spec/api.md section 3).
 */
void show_label(const json_t *item, enum colour colour);
/* In front of a portion or a file: its mark, if it has a label of its own. */
void show_portion_mark(const json_t *part);
char *show_label_words(const json_t *item); /* the caller's to free */
/* Its banner in every language of the accord, a line each: above and below what is shown of it. */
void show_marking(const json_t *item);
/* How parties mark it at home, a line each; the guidelines say for which. */
void show_homes(const json_t *item);
/* A step of the ladder in the terminal's language. */
const char *show_step(const char *step);
const char *show_step_time(const json_t *step); /* "": a SENT of before the node's start has none */
enum colour show_step_colour(const char *step);
/* "RECALL ASKED", "RECALLED", "RECALL REFUSED", in the terminal's language. */
const char *show_recall(const char *state);
/* What an entry is, in the terminal's language; of a MARK, which: "mark: CORRECT". */
const char *show_kind(const json_t *entry);
/* A name of the accord in each of its languages, "대한민국 / Republic of Korea"; at most size bytes at out.
 */
/* The language that the terminal's words are in: "ko", "en". */
const char *reader_language(void);
/* Of what stands once a language: in the reader's, or the first there is; "" if there is none. */
const char *reader_words(const json_t *words);
void show_names(const json_t *names, char *out, size_t size);
/* The row of a list of the accord with this name; NULL. */
const json_t *show_find(const json_t *list, const char *name);

/* "KOR watch", and who held it. */
void show_author(const json_t *entry);
/* "USA head (action), USA watch (information)" */
void show_addressees(const json_t *entry);
/* The ladder that is furthest behind speaks for its message; NULL if it has no action addressee. */
const json_t *show_slowest_ladder(const json_t *message);
bool show_is_owed_by_us(const json_t *message);
/* A message's words in a list, or what stands for them; what is overdue; that others passed it on its way. */
void show_title(const json_t *message, char *out, size_t size, bool *is_overdue);
const char *rung_text(uint64_t rung); /* "alternate 1" in the reader's language */
/* Whom of that party its node has called for it so far, and at which rungs nobody was. */
void show_called(const json_t *ladder);
/* One ladder in one line: every step that is proved, then what is owed and by whom. */
/* An answer that another came after. */
bool show_is_answered_since(const json_t *ladder, const char *step);
void show_ladder_line(const json_t *ladder);

/* It does not count: VOID, or RAW, which a later version may know, and whose author nobody has looked at. */
bool show_is_void(const json_t *entry);
bool show_is_raw(const json_t *entry);
void show_void(const json_t *entry);		 /* that it does not count, and why; nothing if it does */
const char *show_void_word(const json_t *entry); /* "VOID " before the verdict, or "" */

/*
 * Why a peer's side was refused, or refuses ours, in the reader's language: it crosses the API as names and
 * numbers. False: it was not. Then what to do about it.
 */
bool show_refusal(const json_t *peer, char *out, size_t size);
const char *show_refusal_next(const json_t *peer);

/* What the kernel gave to a process of the node: "26 system calls; Landlock 7: files, ports, signals". */
void show_contained(const json_t *process, char *out, size_t size);
/* No filter, or where the filter lets files be opened, no Landlock. */
bool show_is_contained(const json_t *process);

/*
 * Under the head of an entry: its form by title, each field in the reader's language, and what stands under
 * its number. Free text is marked: nobody agreed on its words beforehand. */
void show_form(const json_t *entry);
/* A field's title in the reader's language; of those that every form has, ours. */
const char *show_field_title(const json_t *field);
/*
 * What a statement of a dialogue says, a line a field, from the members of "says"; and of any statement all
 * that it signs in key 14: its form, its fields by their names, and by their numbers those without one.
 */
void show_says(const char *kind, const json_t *says);
void show_signed_fields(const json_t *statement);
/*
 * Fields by their numbers, of a dialogue without those that it has names for: what nobody has one for is
 * signed too.
 */
void show_numbered(const json_t *fields, bool is_dialogue);
/* The same in one line of a list: "exercises Practical combined exercises"; "" of other kinds. */
void show_says_line(const json_t *statement, char *out, size_t size);
/*
 * "N20 v1 Incident of concern: launch", or that the form is not known; "" if it is none. At most size bytes.
 */
void show_form_title(const json_t *entry, char *out, size_t size);
/* What others made of it in another language, by whom and how good. */
void show_translations(const json_t *entry);
/* "CLOSED" in the reader's language. */
const char *show_life_state(const char *state);
/* What is overdue of a number, or is due next; "" if nothing is. */
void show_due(const json_t *entry, char *out, size_t size, bool *is_overdue);

/* The whole of GET /entry, its evidence checked here. EXIT_INTEGRITY: what the node shows was not signed. */
enum exit_code show_entry(struct client *c, const json_t *entry) MUST_CHECK;
/* Why an entry that is held is not folded, by the name of its cause. */
const char *show_waits(const char *cause);

/*
 * Under a log that rot has stopped, a row of /status's "stopped": what has changed, and who holds it; what is
 * next for what nobody does. Whether there is such.
 */
bool show_rots(const json_t *log);

bool rots_are_lost(const json_t *log); /* without a word */
bool log_is_halted(const json_t *log); /* and was not given up */

/* What is known elsewhere and has not come: a row of /status's "missing". */
void show_missing(const json_t *row);

/* An advance copy: what stands behind it, loudly; then its words. A row of GET /advances, or an event. */
void show_copy_state(const json_t *copy);
enum exit_code show_copy(struct client *c, const json_t *copy) MUST_CHECK;
/* A row of GET /advances for that place or NULL; *all is the caller's to free. */
enum exit_code show_copy_find(struct client *c, const char *place, json_t **all,
			      const json_t **out) MUST_CHECK;
/*
 * What stands in a list where words would: "(erased by KOR/NOTIFY 1.7)", "(sealed)", ""; at most size bytes
 * at out.
 */
void show_instead(const json_t *entry, char *out, size_t size);

/* Whether the node has all of an attachment of the entry at `place`. */
bool show_is_whole(struct client *c, const char *place, const json_t *attachment);
/* Under a WATCH READ: which attachments of the entry its reader had; each line after `indent`. */
void show_had(const json_t *step, const json_t *attachments, const char *indent);

/* GET of a path without words. */
enum exit_code show_get(struct client *c, const char *path, json_t **out) MUST_CHECK;
/* GET /entry of a place, likewise. */
enum exit_code show_get_entry(struct client *c, const char *place, json_t **out) MUST_CHECK;

#endif
