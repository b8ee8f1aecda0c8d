#include "coded.h"

const struct origin coded_vectors_origin = {
	.accord = { 0x78, 0x27, 0x68, 0x80, 0x30, 0xa5, 0x93, 0x30, 0xce, 0xbf, 0xc2, 0x3f, 0x9c, 0x8d, 0x5f,
		    0x02 },
	.channel = 1,
	.party = "borea",
	.epoch = 1,
};

static void add_words(struct book *book, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		book_add_text(book, bytes_str(words[i]));
}

void coded_book(struct book *book, const uint8_t accord[ACCORD_ID_LEN])
{
	static const char *const words[] = { "rel",  "node",  "N01",	"kor",	 "KOR",	  "usa",  "USA",
					     "head", "legal", "policy", "press", "shift", "watch" };

	book_init(book, accord);
	book_add(book, BYTES_LIT("\x81\x82\x63rel\x82\x63KOR\x63USA"));
	add_words(book, words, ARRAY_COUNT(words));
}

void coded_vectors_book(struct book *book)
{
	static const char *const words[] = { "rel",   "node",  "N01",  "alba", "ALBA",
					     "borea", "BOREA", "head", "watch" };

	book_init(book, coded_vectors_origin.accord);
	book_add(book, BYTES_LIT("\x81\x82\x63rel\x82\x64"
				 "ALBA\x65"
				 "BOREA"));
	add_words(book, words, ARRAY_COUNT(words));
}

struct statement coded_notice(uint8_t id)
{
	struct statement s = {
		.channel = 3,
		/* as our programs make it: it begins with its time */
		.id = { (uint8_t)(CODED_CLAIMED_MS >> 40), (uint8_t)(CODED_CLAIMED_MS >> 32),
			(uint8_t)(CODED_CLAIMED_MS >> 24), (uint8_t)(CODED_CLAIMED_MS >> 16),
			(uint8_t)(CODED_CLAIMED_MS >> 8), (uint8_t)CODED_CLAIMED_MS, id, 7, 8, 9, 10, 11, 12,
			13, 14, 15 },
		.kind = KIND_MESSAGE,
		.party = BYTES_LIT("kor"),
		.role = BYTES_LIT("watch"),
		.claimed = { CODED_CLAIMED_MS },
		.seen = { { BYTES_LIT("usa"), 1, 1000 } },
		.seen_count = 1,
		.addressees = { { BYTES_LIT("usa"), BYTES_LIT("watch"), false } },
		.addressees_count = 1,
		.has_precedence = true,
		.precedence = PRECEDENCE_FLASH,
		.has_label = true,
		.label = { .level = BYTES_LIT("S"),
			   .categories = { { BYTES_LIT("rel"), 0, 2 } },
			   .categories_count = 1,
			   .values = { BYTES_LIT("KOR"), BYTES_LIT("USA") },
			   .values_count = 2 },
		.has_form = true,
		.form = BYTES_LIT("N20"),
		.form_version = 1,
		.fields = { { 1, BYTES_LIT("\x03") },
			    { 2, BYTES_LIT("\x19\x01\x2c") },
			    { 3, BYTES_LIT("\x02") } },
		.fields_count = 3,
	};

	return s;
}
