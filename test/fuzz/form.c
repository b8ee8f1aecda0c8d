/*
 * The fields of a form, in a statement and in a content, against a form with a field of each type: whatever
 * they are, they are judged; what is found good is shown, and is JSON. The input is two CBOR maps of fields,
 * one behind the other.
 */
#include "accord/form_text.h"
#include "api/form_reply.h"
#include "wire/fields.h"

#include <assert.h>
#include <jansson.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

#define NAMES                                                                    \
	{                                                                        \
		{                                                                \
			{ (const uint8_t *)"a", 1 }, { (const uint8_t *)"b", 1 } \
		}                                                                \
	}

static struct form_code red = { .number = 3, .name = "red", .names = NAMES };
static struct form_list colours = { .name = "colour", .codes = &red };
static struct form_field members[] = {
	{ .name = "name", .type = FORM_TYPE_PAIR, .is_content = true, .names = NAMES },
	{ .name = "colour", .type = FORM_TYPE_CODE, .list = &colours, .is_content = true, .names = NAMES },
};
static struct form_field fields[2 * FORM_TYPE_COUNT];
static struct form forms[2];
static struct accord accord;

/* 1 .. of the statement, 21 .. of the content: one of a type, or several. */
static void build(void)
{
	members[0].next = &members[1];
	for (size_t i = 0; i < ARRAY_COUNT(fields); i++) {
		struct form_field *f = &fields[i];
		enum form_type type = (enum form_type)(i % FORM_TYPE_COUNT);
		*f = (struct form_field){ .number = (i < FORM_TYPE_COUNT ? 1 : 21) + type,
					  .type = type,
					  .names = NAMES };
		f->name[0] = 'f';
		f->is_content = i >= FORM_TYPE_COUNT;
		f->is_list = f->is_content;
		f->is_optional = true;
		f->list = type == FORM_TYPE_CODE ? &colours : NULL;
		f->members = type == FORM_TYPE_GROUP ? members : NULL;
		f->next = i + 1 < ARRAY_COUNT(fields) ? &fields[i + 1] : NULL;
	}
	forms[0] = (struct form){
		.name = "N20", .version = 1, .names = NAMES, .planes = 0xff, .acts = 15, .precedences = 15
	};
	forms[0].fields = fields;
	forms[0].lists = &colours;
	forms[0].limits.before = (struct form_bound){ .ms = 1000, .of = &fields[FORM_TYPE_SPAN] };
	forms[0].limits.after =
		(struct form_bound){ .ms = 1000,
				     .of = &fields[FORM_TYPE_TIME],
				     .where = { &fields[FORM_TYPE_CODE], { colours.codes } } };
	fields[FORM_TYPE_PATH].needed = fields[ARRAY_COUNT(fields) - 1].needed = forms[0].limits.after.where;
	accord = (struct accord){
		.parties_count = 2, .roles_count = 1, .channels_count = 1, .languages_count = 2
	};
	memcpy(accord.languages[0], "ko", 3);
	memcpy(accord.languages[1], "en", 3);
	accord.parties[0] = (struct accord_party){ .name = "ash", .code = "ASH" };
	accord.parties[1] = (struct accord_party){ .name = "elm", .code = "ELM" };
	accord.roles[0] = (struct accord_role){ .name = "watch" };
	accord.channels[0] = (struct accord_channel){ .number = 7, .name = "low", .parties = 3 };
	accord.forms = forms;
	accord.forms_count = 1;
}

/* In words it is text, and it fits. */
static void check_words(const struct statement *s, const struct content *c)
{
	static uint8_t memory[512];
	struct bytes names[STATEMENT_REFERENCES_MAX] = { BYTES_LIT("urn:uuid:1") };

	for (size_t max = sizeof memory; max > 0; max /= 4) {
		struct buf out;
		buf_init(&out, memory, max);
		form_text_write(&accord, 1, s, c, names, &out);
		assert(bytes_is_utf8(buf_bytes(&out)));
	}
}

static void check_json(const struct statement *s, const struct content *c)
{
	static uint8_t memory[1 << 20];
	struct buf out = BUF_ON(memory);
	struct reply r = { &out };
	json_error_t error;
	json_t *json;

	reply_object(&r, NULL);
	reply_filled(&r, &accord, s);
	reply_filled_content(&r, &accord, s, c);
	reply_object_end(&r);
	assert(reply_check(&r) == ERR_OK);
	json = json_loadb((const char *)out.ptr, out.len, 0, &error);
	assert(json != NULL);
	json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static struct statement s;
	static struct content c;
	struct form_fault fault;
	enum form_fault_kind why;
	struct bytes raw;
	struct cbor_reader r, half;
	const struct form *form;

	if (accord.forms == NULL)
		build();
	s = (struct statement){ .channel = 7,
				.kind = KIND_MESSAGE,
				.has_form = true,
				.form = BYTES_LIT("N20"),
				.form_version = 1 };
	c = (struct content){ .portions_count = 0 };
	s.refers_count = 2;
	s.claimed.ms = 1000000;
	for (size_t i = 0; i < s.refers_count; i++)
		s.refers[i] = (struct place){ 7, bytes_str(accord.parties[i].name), 1, i, { 0 } };
	cbor_open(&r, (struct bytes){ ptr, len });
	if (cbor_read_raw(&r, &raw) != ERR_OK)
		return 0;
	cbor_open(&half, raw);
	s.fields_count = fields_read(&half, s.fields, "fields");
	if (cbor_read_raw(&r, &raw) == ERR_OK) {
		cbor_open(&half, raw);
		c.fields_count = fields_read(&half, c.fields, "fields");
	}
	form = form_of(&accord, &s);
	assert(form == &forms[0]);
	if (form_check(&accord, form, PLANE_SERVICE, &s, &fault) == ERR_OK) {
		assert(fault.kind == FORM_FAULT_NONE && form_act_of(&s) < FORM_ACT_COUNT);
		for (size_t i = 0; i < s.fields_count; i++) {
			const struct form_field *f = form_field_find(form, s.fields[i].key);
			assert(f != NULL && !f->is_content);
			assert(form_value_check(&accord, f, s.fields[i].value, s.refers_count, &why) ==
			       ERR_OK);
		}
	} else {
		assert(fault.kind > FORM_FAULT_NONE && fault.kind < FORM_FAULT_COUNT);
	}
	if (form_check_content(&accord, form, &s, &c, &fault) != ERR_OK)
		assert(fault.kind > FORM_FAULT_NONE && fault.kind < FORM_FAULT_COUNT);
	if (form_check_sending(form, &s, &c, &fault) != ERR_OK)
		assert(fault.kind > FORM_FAULT_NONE && fault.kind < FORM_FAULT_COUNT);
	check_json(&s, &c);
	check_words(&s, &c);
	return 0;
}
