/*
 * coded.h - what tests of short codes and of the thin path share: two books of words, a FLASH of a coded
 * form.
 */
#ifndef TEST_CODED_H
#define TEST_CODED_H

#include "wire/book.h"
#include "wire/statement.h"

/* As accord_book makes it of an accord of kor and usa. */
void coded_book(struct book *book, const uint8_t accord[ACCORD_ID_LEN]);
/* The words of the vectors (test/vectors/wire_reader.py), and the log that they are about. */
void coded_vectors_book(struct book *book);
extern const struct origin coded_vectors_origin;

#define CODED_CLAIMED_MS 1893456075000u
/*
 * A FLASH of a form with three fields to one post, on channel 3 by kor, who has seen a thousand entries of
 * usa. Without content.
 */
struct statement coded_notice(uint8_t id);

#endif
