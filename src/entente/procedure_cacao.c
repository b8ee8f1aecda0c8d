/*
 * A CACAO playbook: the steps in the order of the file, each behind an if-condition that is its guard, over
 * variables that say what has become true. What is ours and not theirs stands in an extension, with the file
 * itself.
 */
#include "entente/procedure_export.h"

#include "border/border.h"
#include "crypto/hash.h"

#include <string.h>

#define EXTENSION "extension-definition--6b0f7f0e-6a4b-4f0c-9d53-2f5c8b1d0a37"
#define TEXT_MAX (16u << 10)

struct playbook {
	const struct procedure *p;
	json_t *workflow, *agents, *variables;
};

static json_t *text_json(struct bytes text)
{
	return json_stringn((const char *)text.ptr, text.len);
}

/* "action--...": always the same of one definition and name. */
static const char *id_of(const struct playbook *b, const char *type, const char *name, char out[96])
{
	static const struct accord none;
	uint8_t memory[HASH_LEN + 2 * ROLE_NAME_MAX + 4], uuid[UUID_LEN];
	struct buf of = BUF_ON(memory);
	size_t len = strlen(type);

	buf_put(&of, BYTES_OF(b->p->hash));
	buf_put_str(&of, name);
	border_uuid(&none, type, buf_bytes(&of), uuid);
	memcpy(out, type, len);
	memcpy(out + len, "--", 2);
	border_uuid_write(uuid, out + len + 2);
	return out;
}

/* ---- Variables: what a guard asks. ---- */

static void put_variable_name(const struct playbook *b, const struct guard_node *n, struct buf *out)
{
	size_t from = out->len + 2;

	buf_put_str(out, "__");
	buf_put_str(out, guard_name(n->kind));
	buf_put_byte(out, '_');
	buf_put_str(out, n->kind == GUARD_PRECEDENCE ? precedence_name((enum precedence)n->which)
						     : b->p->steps[n->step].id);
	if (n->kind == GUARD_DECIDED) {
		buf_put_byte(out, '_');
		buf_put_str(out, b->p->steps[n->step].options[n->which].id);
	} else if (n->kind == GUARD_REACHED || n->kind == GUARD_LAPSED) {
		buf_put_byte(out, '_');
		buf_put_str(out, level_name((enum level)n->which));
	}
	buf_put_str(out, "__");
	for (size_t i = from; i < out->len; i++)
		out->ptr[i] = out->ptr[i] == '-' ? '_' : out->ptr[i];
}

static void add_variable(struct playbook *b, struct bytes name, const char *text)
{
	json_t *row = json_pack("{s:s, s:s, s:b, s:s}", "type", "bool", "value", "false", "constant", 0,
				"description", text);

	json_object_setn_new(b->variables, (const char *)name.ptr, name.len, row);
}

static void put_leaf(void *self, const struct guard_node *n, struct buf *out)
{
	struct playbook *b = self;
	size_t from = out->len;

	put_variable_name(b, n, out);
	add_variable(b, (struct bytes){ out->ptr + from, out->len - from },
		     "true once every party's record shows it");
	buf_put_str(out, ":value = 'true'");
}

/* A pattern has no sums: such a guard is one variable, which says what it stands for. */
static void put_condition(struct playbook *b, const char *name, const struct guard *g, struct buf *out)
{
	const struct guard_words words = { " AND ", " OR ", put_leaf, b, false };
	size_t from = out->len;

	if (!guard_has_sum(g)) {
		guard_put(g, &words, out);
		return;
	}
	buf_put_str(out, "__guard_");
	buf_put_str(out, name);
	buf_put_str(out, "__");
	for (size_t i = from; i < out->len; i++)
		out->ptr[i] = out->ptr[i] == '-' ? '_' : out->ptr[i];
	add_variable(
		b, (struct bytes){ out->ptr + from, out->len - from },
		"true once the guard of this step holds: a number of several conditions, see the definition");
	buf_put_str(out, ":value = 'true'");
}

/* ---- Agents: a role of parties is a group. ---- */

static void put_who(const struct procedure *p, const struct procedure_who *who, struct buf *out)
{
	buf_put_str(out, procedure_of_name(who->of));
	buf_put_byte(out, '.');
	buf_put_str(out, p->roles[who->role].name);
}

static json_t *agent_of(struct playbook *b, const struct procedure_step *s)
{
	char memory[256], id[96];
	struct buf name;

	buf_init(&name, memory, sizeof memory - 1);
	if (s->has_by) {
		put_who(b->p, &s->by, &name);
	} else {
		buf_put_str(&name, "each");
		for (size_t r = 0; r < b->p->roles_count && buf_check(&name) == ERR_OK; r++) {
			if ((s->signers >> r & 1) == 0)
				continue;
			buf_put_byte(&name, '.');
			buf_put_str(&name, b->p->roles[r].name);
		}
	}
	memory[name.len] = '\0';
	id_of(b, "group", s->has_by ? memory : s->id, id);
	json_object_set_new(b->agents, id,
			    json_pack("{s:s, s:s, s:s}", "type", "group", "name", memory, "description",
				      "who acts: of which parties, in which role"));
	return json_string(id);
}

/* ---- A step. ---- */

static json_t *owed_json(const struct procedure *p, const struct procedure_step *s)
{
	json_t *all = json_array();

	for (size_t o = 0; o < s->owe_count; o++) {
		char memory[64];
		struct buf who = BUF_ON(memory);
		json_t *row = json_object();
		put_who(p, &s->owe[o].who, &who);
		json_object_set_new(row, "who", text_json(buf_bytes(&who)));
		json_object_set_new(row, "what", json_string(level_name(s->owe[o].what)));
		for (unsigned x = 0; x < PRECEDENCE_COUNT; x++) {
			if (p->precedence[x].line != 0)
				json_object_set_new(
					row, precedence_name((enum precedence)x),
					json_integer(obligation_within(p, &s->owe[o], (enum precedence)x)));
		}
		json_array_append_new(all, row);
	}
	return all;
}

static json_t *names_json(const struct procedure *p, const struct accord_names *names)
{
	json_t *all = json_object();

	for (size_t i = 0; i < p->languages_count; i++)
		json_object_set_new(all, p->languages[i], text_json(names->text[i]));
	return all;
}

static void put_gate(const struct procedure *p, const struct procedure_step *s, json_t *out)
{
	json_t *signers = json_array(), *options = json_object();

	for (size_t r = 0; r < p->roles_count; r++) {
		if ((s->signers >> r & 1) != 0)
			json_array_append_new(signers, json_string(p->roles[r].name));
	}
	for (size_t i = 0; i < s->options_count; i++)
		json_object_set_new(options, s->options[i].id, names_json(p, &s->options[i].title));
	json_object_set_new(out, "gate_rule", json_string(gate_rule_name(s->rule)));
	json_object_set_new(out, "signers", signers);
	json_object_set_new(out, "options", options);
	if (s->has_confirm)
		json_object_set_new(out, "confirmed_by", json_string(p->roles[s->confirm].name));
	json_object_set_new(out, "hold_seconds", json_integer(s->hold));
	json_object_set_new(out, "read_back", json_boolean(s->is_read_back));
}

static json_t *extension_json(const struct procedure *p, const struct procedure_step *s)
{
	json_t *out = json_pack("{s:s, s:s}", "step_id", s->id, "step_kind", step_kind_name(s->kind));

	json_object_set_new(out, "titles", names_json(p, &s->title));
	json_object_set_new(out, "owed", owed_json(p, s));
	if (s->form[0] != '\0')
		json_object_set_new(out, "form", json_string(s->form));
	if (s->effect != STEP_EFFECT_NONE)
		json_object_set_new(out, "effect", json_string(step_effect_name(s->effect)));
	if (s->undo[0] != '\0')
		json_object_set_new(out, "undone_by", json_string(s->undo));
	if (s->kind == STEP_KIND_MEET)
		json_object_set_new(out, "quorum", json_integer((json_int_t)s->quorum));
	if (s->kind == STEP_KIND_GATE)
		put_gate(p, s, out);
	return out;
}

static json_t *command_of(const struct procedure_step *s)
{
	static const char *const texts[STEP_KIND_COUNT] = {
		[STEP_KIND_NOTICE] = "Send the message of this step.",
		[STEP_KIND_MEET] = "Attend, at once with the persons of every other party.",
		[STEP_KIND_EXCHANGE] = "Do what the step says, then say that it is done.",
		[STEP_KIND_ACT] = "Do what the step says, then say that it is done.",
		[STEP_KIND_GATE] = "Decide on one of the options, by the rule of the gate.",
	};

	return json_pack("[{s:s, s:s}]", "type", "manual", "command", texts[s->kind]);
}

/* ---- The chain: each step, or the condition before it, leads to the next. ---- */

static void end_branch(struct playbook *b, const char *name, char id[96])
{
	json_object_set_new(b->workflow, id_of(b, "end", name, id), json_pack("{s:s}", "type", "end"));
}

static void add_step(struct playbook *b, size_t step, const char *next)
{
	const struct procedure_step *s = &b->p->steps[step];
	char action[96], end[96], branch[96];
	json_t *row =
		json_pack("{s:s, s:o, s:o, s:o, s:o}", "type", "action", "name", text_json(s->title.text[0]),
			  "commands", command_of(s), "agent", agent_of(b, s), "step_extensions",
			  json_pack("{s:o}", EXTENSION, extension_json(b->p, s)));
	char memory[TEXT_MAX];
	struct buf condition = BUF_ON(memory);
	bool is_guarded = s->after.count > 0;

	if (is_guarded)
		end_branch(b, s->id, end);
	json_object_set_new(row, "on_completion", json_string(is_guarded ? end : next));
	json_object_set_new(b->workflow, id_of(b, "action", s->id, action), row);
	if (!is_guarded)
		return;
	put_condition(b, s->id, &s->after, &condition);
	row = json_pack("{s:s, s:o, s:s, s:s}", "type", "if-condition", "condition",
			text_json(buf_bytes(&condition)), "on_true", action, "on_completion", next);
	json_object_set_new(b->workflow, id_of(b, "if-condition", s->id, branch), row);
}

/* Where the step, or what stands before it, is found. */
static const char *entry_of(const struct playbook *b, size_t step, char out[96])
{
	if (step == b->p->steps_count)
		return id_of(b, "end", "", out);
	return id_of(b, b->p->steps[step].after.count > 0 ? "if-condition" : "action", b->p->steps[step].id,
		     out);
}

static json_t *definition_json(const struct procedure *p, struct bytes file)
{
	char hash[2 * HASH_LEN + 1];

	bytes_write_hex(BYTES_OF(p->hash), hash);
	return json_pack("{s:{s:s, s:o}}", EXTENSION, "sha256", hash, "definition", text_json(file));
}

static json_t *extensions_json(const char *author)
{
	return json_pack(
		"{s:{s:s, s:s, s:s, s:s, s:s, s:s}}", EXTENSION, "type", "extension-definition", "name",
		"entente procedure", "description",
		"What a procedure between governments has and a playbook has not: parties, gates that all "
		"must confirm, levels that are owed on each party's clock; and the definition's own bytes.",
		"created_by", author, "schema", "docs/spec/procedure.md section 13 of entente", "version",
		"1.0.0");
}

json_t *procedure_cacao(const struct procedure *p, struct bytes file, struct wall now)
{
	struct playbook b = { p, json_object(), json_object(), json_object() };
	char start[96], end[96], next[96], playbook[96], author[96], at[WALL_TEXT_LEN];
	json_t *out;

	wall_write(now, at);
	end_branch(&b, "", end);
	id_of(&b, "identity", "", author);
	id_of(&b, "start", "", start);
	json_object_set_new(b.workflow, start,
			    json_pack("{s:s, s:s}", "type", "start", "on_completion", entry_of(&b, 0, next)));
	for (size_t i = 0; i < p->steps_count; i++)
		add_step(&b, i, entry_of(&b, i + 1, next));
	out = json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:o}", "type", "playbook",
			"spec_version", "cacao-2.0", "id", id_of(&b, "playbook", "", playbook), "name",
			text_json(p->title.text[0]), "created_by", author, "created", at, "modified", at,
			"extension_definitions", extensions_json(author), "workflow_start", start, "workflow",
			b.workflow, "agent_definitions", b.agents, "playbook_extensions",
			definition_json(p, file));
	if (json_object_size(b.variables) > 0)
		json_object_set(out, "playbook_variables", b.variables);
	json_decref(b.variables);
	return out;
}
