/*
 * banner.h - a marking that others wrote, read as far as these guidelines know its words. It decides nothing:
 * beside a label the stricter of the two counts, and alone it is a label that is proposed to a person.
 *
 * Spec: docs/spec/border.md section 9. Layer: border. Fuzz: test/fuzz/incoming.c. Pure.
 *
 *	SECRET//NCG ONLY//REL TO KOR, USA//FROM KOR    as it leaves here; (S//NCG//REL KOR)
 *	SECRET//REL TO USA, KOR                        by the U.S. register; NOFORN: nobody else
 *	(//KOR S//REL TO USA, KOR), //JOINT S KOR USA  another's, and that of several
 *	SECRET//FGI KOR//REL TO USA, KOR               with another's in it; FGI: nobody says whose
 */
#ifndef BORDER_BANNER_H
#define BORDER_BANNER_H

#include "policy/policy.h"

struct banner {
	bool is_there;
	bool has_level;
	bool has_words;	   /* segments behind the level */
	bool has_rel;	   /* they say who may have it */
	bool is_unknown;   /* one of them says what these guidelines do not */
	struct bytes word; /* the first that does, as it stands there; .len 0: what is not there may say it */
	uint8_t level;
	uint64_t values;
	uint32_t rel;	  /* 0: nobody else, where has_rel */
	uint32_t origin;  /* 0: it is not said */
	uint32_t foreign; /* whose information is in it too */
};

/* False: it is none; text that has neither a level at its front nor a "//". */
bool banner_read(const struct guidelines *g, struct bytes text, struct banner *out);
/* It says, by this word, what these guidelines do not. */
void banner_doubt(struct banner *b, struct bytes word);
/* One more of the same item: the stricter of each part. */
void banner_join(const struct guidelines *g, const struct banner *more, struct banner *to);
/*
 * What asks for all that `of` asks for too. *differs: it is another than *label; of a part: it asks for more.
 * False: nobody may read what is marked so, and *label stays.
 */
bool banner_join_label(const struct guidelines *g, const struct banner *of, bool is_part,
		       struct label_mask *label, bool *differs);
/*
 * As a person types a label: "S caveat:NCG rel:KOR,USA origin:USA". Without a word of who may have it, it is
 * for `home` alone. Nothing: a word of it is not known, it is for nobody here, or there is no such label.
 */
void banner_propose(const struct guidelines *g, const struct banner *b, size_t home, struct buf *out);

#endif
