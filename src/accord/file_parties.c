/* `parties`: who agreed. */
#include "accord/reader.h"

#include <string.h>

static void write_code(const char *name, char *code)
{
	for (; *name != '\0'; name++)
		*code++ = *name >= 'a' && *name <= 'z' ? (char)(*name - 'a' + 'A') : *name;
	*code = '\0';
}

static enum err read_party(struct reader *r)
{
	struct accord *a = r->a;
	struct accord_party party = { 0 };
	struct bytes name;
	size_t at = a->parties_count;
	enum err e = line_word(&r->line, &name);

	if (e != ERR_OK)
		return e;
	if (!is_party_name(name) || is_reserved(name) ||
	    bytes_copy_str(name, party.name, sizeof party.name) != ERR_OK)
		return reader_refuse(r, "parties.name");
	if (accord_party_find(a, name) != a->parties_count)
		return reader_refuse(r, "parties.twice");
	if (a->parties_count == PARTY_MAX)
		return reader_refuse(r, "parties.count");
	e = reader_names(r, "parties.names", party.names.text);
	if (e != ERR_OK)
		return e;
	write_code(party.name, party.code);
	for (; at > 0 && strcmp(a->parties[at - 1].name, party.name) > 0; at--)
		a->parties[at] = a->parties[at - 1];
	a->parties[at] = party;
	a->parties_count++;
	return ERR_OK;
}

static enum err check(struct reader *r)
{
	return r->a->parties_count < 2 ? reader_refuse(r, "parties.count") : ERR_OK;
}

static const struct line_row rows[] = { { NULL, read_party, true } };

const struct file_row file_parties = FILE_ROW("parties", rows, check);
