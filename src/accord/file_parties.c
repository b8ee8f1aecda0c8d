/*
 * `parties` and `posts`: who agreed, and what is addressed at each of them. Their place in the file is their
 * number in every mask and row, so a later version keeps it, and adds at the end: only a founding version
 * is in the order of names.
 */
#include "accord/file.h"

#include "wire/roster.h"

#include <string.h>

/* A list ends at the first word that is no member of it, so the words that follow lists cannot be members. */
static bool is_grammar(struct bytes name)
{
	static const char *const words[] = { "of", "parties", "observers", "write", "precedence", "able" };

	for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
		if (bytes_equal(name, bytes_str(words[i])))
			return true;
	}
	return false;
}

static void write_code(const char *name, char *code)
{
	for (; *name != '\0'; name++)
		*code++ = *name >= 'a' && *name <= 'z' ? (char)(*name - 'a' + 'A') : *name;
	*code = '\0';
}

/* [ "zone" ZONE ]: parts of letters, digits, "_", "+" and "-", with "/" between them. */
static void read_zone(struct line_reader *r, struct accord_party *party)
{
	struct bytes zone;
	bool is_begun = false;

	if (!line_accept(r, "zone"))
		return;
	zone = line_word(r, "parties.zone");
	for (size_t i = 0; i < zone.len; i++) {
		uint8_t c = zone.ptr[i];
		bool is_inside = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
				 c == '_' || c == '+' || c == '-';
		if (!is_inside && !(c == '/' && is_begun))
			line_refuse(r, "parties.zone");
		is_begun = is_inside;
	}
	if (!is_begun || bytes_copy_str(zone, party->zone, sizeof party->zone) != ERR_OK)
		line_refuse(r, "parties.zone");
}

static void read_party(struct line_reader *r, struct accord *a)
{
	struct accord_party party = { 0 };
	struct bytes name = line_word(r, "parties.name");

	if (r->rule == NULL && (!is_party_name(name) || is_grammar(name)))
		line_refuse(r, "parties.name");
	if (a->parties_count == PARTY_MAX)
		line_refuse(r, "parties.count");
	line_names(r, a, party.names.text);
	read_zone(r, &party);
	if (r->rule != NULL)
		return;
	bytes_copy_checked(name, party.name, sizeof party.name);
	if (accord_party_find(a, name) < a->parties_count ||
	    (a->is_founding && a->parties_count > 0 &&
	     strcmp(a->parties[a->parties_count - 1].name, party.name) >= 0))
		line_refuse(r, "parties.order");
	write_code(party.name, party.code);
	a->parties[a->parties_count++] = party;
}

static void check_parties(struct line_reader *r, const struct accord *a)
{
	if (a->parties_count < 2)
		line_refuse(r, "parties.count");
}

static const struct line_row party_rows[] = { { NULL, read_party, NULL } };

const struct file_row file_parties = { "parties", party_rows, ARRAY_COUNT(party_rows), check_parties, NULL };

/* [ "able" 1*WORD ]: each once. */
static void read_able(struct line_reader *r, struct accord_role *role)
{
	struct buf able = BUF_ON(role->able);

	if (!line_accept(r, "able"))
		return;
	if (!line_has_more(r))
		line_refuse(r, "posts.able");
	while (line_has_more(r) && r->rule == NULL) {
		struct bytes word = line_word(r, "posts.able");
		if (!is_role_name(word) || able_has(buf_bytes(&able), word))
			line_refuse(r, "posts.able");
		buf_put_str(&able, able.len > 0 ? " " : "");
		buf_put(&able, word);
	}
	buf_put_byte(&able, 0);
	if (buf_check(&able) != ERR_OK)
		line_refuse(r, "posts.able");
}

static void read_post(struct line_reader *r, struct accord *a)
{
	struct accord_role role = { 0 };
	struct bytes name = line_word(r, "posts.name");

	/* Nobody holds the post "node": it is the author of what a node says by itself. */
	if (r->rule == NULL &&
	    (!is_role_name(name) || is_grammar(name) || bytes_equal(name, BYTES_LIT(ROLE_NODE))))
		line_refuse(r, "posts.name");
	if (a->roles_count == ACCORD_ROLES_MAX)
		line_refuse(r, "posts.count");
	line_names(r, a, role.names.text);
	line_expect(r, "of", "posts.of");
	role.parties = (uint8_t)line_set(r, a, accord_party_find, a->parties_count, "posts.of");
	read_able(r, &role);
	if (r->rule != NULL)
		return;
	bytes_copy_checked(name, role.name, sizeof role.name);
	if (accord_role_find(a, name) < a->roles_count ||
	    (a->is_founding && a->roles_count > 0 &&
	     strcmp(a->roles[a->roles_count - 1].name, role.name) >= 0))
		line_refuse(r, "posts.order");
	a->roles[a->roles_count++] = role;
}

static void check_posts(struct line_reader *r, const struct accord *a)
{
	if (a->roles_count == 0)
		line_refuse(r, "posts.count");
}

static const struct line_row post_rows[] = { { NULL, read_post, NULL } };

const struct file_row file_posts = { "posts", post_rows, ARRAY_COUNT(post_rows), check_posts, NULL };
