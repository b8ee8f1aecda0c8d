/* `posts`: what is addressed, and which parties have it. */
#include "accord/reader.h"

#include <string.h>

static enum err read_post(struct reader *r)
{
	struct accord *a = r->a;
	struct accord_role role = { 0 };
	struct bytes name;
	uint64_t parties;
	size_t at = a->roles_count;
	enum err e = line_word(&r->line, &name);

	if (e != ERR_OK)
		return e;
	if (!is_role_name(name) || is_reserved(name) || bytes_copy_str(name, role.name, sizeof role.name) != ERR_OK)
		return reader_refuse(r, "posts.name");
	if (accord_role_find(a, name) != a->roles_count)
		return reader_refuse(r, "posts.twice");
	if (a->roles_count == ACCORD_ROLES_MAX)
		return reader_refuse(r, "posts.limit");
	e = line_expect(&r->line, "of");
	if (e == ERR_OK)
		e = reader_set(r, accord_party_find, a->parties_count, NULL, "posts.party", &parties);
	if (e == ERR_OK)
		e = reader_names(r, "posts.names", role.names.text);
	if (e != ERR_OK)
		return e;
	role.parties = (uint8_t)parties;
	for (; at > 0 && strcmp(a->roles[at - 1].name, role.name) > 0; at--)
		a->roles[at] = a->roles[at - 1];
	a->roles[at] = role;
	a->roles_count++;
	return ERR_OK;
}

static const struct line_row rows[] = { { NULL, read_post, true } };

const struct file_row file_posts = FILE_ROW("posts", rows, NULL);
