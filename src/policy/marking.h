/*
 * marking.h - the text of a label, as it stands above and below what it marks. It decides nothing.
 *
 * Spec: docs/spec/guidelines.md section 6. Layer: policy (may use base, wire, accord). Pure.
 *
 *	SECRET//NCG ONLY//REL TO KOR, USA      banner, in a language of the accord
 *	(S//NCG//REL KOR, USA)                 portion mark: codes, the same in every language
 *	(//KOR S//REL TO USA, KOR)             portion mark as one party, here USA, marks at home
 *
 * Two labels never have the same banner or portion mark. What is written has no character that a line of the
 * accord may not have: nothing that turns direction, and nothing that is not seen. A text that does not fit
 * is not written in part: buf_check(out) says so, and MARKING_LEN_MAX bytes are always enough.
 */
#ifndef POLICY_MARKING_H
#define POLICY_MARKING_H

#include "policy/policy.h"

#define MARKING_LEN_MAX                                                             \
	((GUIDELINES_VALUES_MAX + 1u) * (ACCORD_TEXT_LEN_MAX + CODE_LEN_MAX + 8u) + \
	 2u * GUIDELINES_PARTIES_MAX * (PARTY_NAME_MAX + 2u) + 64u)

/*
 * Where the author's party is known to the reader, an origin that is that party alone is not said, as the
 * label itself need not say it. Otherwise, with this, whose information it is always is.
 */
#define MARKING_NO_AUTHOR SIZE_MAX

/* language: of accord.languages. The words around the codes are Korean in `ko` and English in any other. */
void marking_banner(const struct accord *a, const struct label_mask *l, size_t author, size_t language,
		    struct buf *out);
void marking_portion(const struct accord *a, const struct label_mask *l, size_t author, struct buf *out);

/*
 * As the party `home` marks by the U.S. register's grammar: its own as it stands, another's behind "//KOR",
 * that of several behind "//JOINT"; home first in REL TO, the others by the alphabet; NOFORN where there is
 * no other. The English names are those of the guidelines. It is written, and never read as a label.
 */
void marking_home_banner(const struct accord *a, const struct label_mask *l, size_t home, struct buf *out);
/* code: marking_home_code */
void marking_home_portion(const struct accord *a, const struct label_mask *l, size_t home, struct bytes code,
			  struct buf *out);
/*
 * What the level is there, by a line `map home-NAME LEVEL CODE` of the guidelines for that party of the
 * accord. .len 0: that party does not mark so, or not at this level, and nothing is to be written.
 */
struct bytes marking_home_code(const struct accord *a, const struct label_mask *l, size_t home);

/*
 * The codes in a segment that is a list of parties, of any of these languages or of a portion mark; false: it
 * is none. *is_rel: of who may have it; otherwise of whose it is.
 */
bool marking_list_read(struct bytes segment, struct bytes *codes, bool *is_rel);

#endif
