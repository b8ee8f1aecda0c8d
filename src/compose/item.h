/*
 * item.h - what is done about an item that stands in the record: it is released on, recalled, given another
 * label.
 *
 * Layer: compose. Spec: docs/spec/release.md. Guidelines that ask for more persons make a draft of it, as of
 * words.
 */
#ifndef COMPOSE_ITEM_H
#define COMPOSE_ITEM_H

#include "compose/post.h"

struct item_act {
	enum kind kind;
	bool is_about_label;  /* refers to the item's last label, where it has a later one */
	bool is_under_label;  /* has the label that the item has now */
	bool is_of_item;      /* refers to the item too, behind its label */
	bool is_about_recall; /* refers to the item's RECALL, or is given it */
	bool has_hash;	      /* says which content it is about */
	bool may_have_text;
	/* Adds what the act says: `item` is what GET /entry said of it. May be NULL. */
	enum exit_code (*fill)(struct draft *d, const struct options *o, const json_t *item);
	const char *done; /* N_(): {1} its place, {2} the item's */
};

enum exit_code item_run(struct options *o, const struct item_act *act) MUST_CHECK;

#endif
