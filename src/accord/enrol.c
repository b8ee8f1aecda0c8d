#include "accord/enrol.h"

uint64_t enrol_roles(const struct accord *a, const struct statement *s)
{
	struct text_list roles = statement_list(s, FIELD_KEYS_ROLES);
	struct bytes name;
	uint64_t mask = 0;

	while (text_list_next(&roles, &name)) {
		size_t role = accord_role_find(a, name);
		if (role < a->roles_count)
			mask |= 1ull << role;
	}
	return mask;
}

bool enrol_takes_two(const struct accord *a, const struct statement *s)
{
	return statement_uint(s, FIELD_KEYS_ACT) == 0 && (enrol_roles(a, s) & a->two_roles) != 0;
}

bool enrol_is_second(const struct accord *a, const struct statement *s, uint64_t holder, uint64_t roles)
{
	return holder != statement_uint(s, FIELD_KEYS_HOLDER) && (roles & a->two_roles) != 0;
}
