#include "wire/note.h"

#include <string.h>

/* U+2014 and a space: how every signature line of a signed note begins. */
#define LINE_START "\xe2\x80\x94 "
#define MIRROR_END "mirror"

#define LOG_SIGNATURE_LEN 64u		/* Ed25519 */
#define MIRROR_SIGNATURE_LEN (8u + 64u) /* seconds, Ed25519 */

/* Who a line is of, as its name says. */
enum line_owner { LINE_OWNER_NONE, LINE_OWNER_LOG, LINE_OWNER_MIRROR };

bool note_is_mirror_name(struct bytes name, const uint8_t *accord, struct bytes *party)
{
	uint8_t id[ACCORD_ID_LEN];
	struct bytes text;

	if (bytes_take_until(&name, '/', &text) != ERR_OK || bytes_read_hex(text, id, sizeof id) != ERR_OK)
		return false;
	if (accord != NULL && memcmp(id, accord, sizeof id) != 0)
		return false;
	return bytes_take_until(&name, '/', party) == ERR_OK && is_party_name(*party) &&
	       bytes_equal(name, BYTES_LIT(MIRROR_END));
}

void note_write_mirror_name(const uint8_t accord[ACCORD_ID_LEN], struct bytes party, struct buf *out)
{
	buf_put_hex(out, (struct bytes){ accord, ACCORD_ID_LEN });
	buf_put_byte(out, '/');
	buf_put(out, party);
	buf_put_str(out, "/" MIRROR_END);
}

/* Reads name and base64 of one line without its newline; ERR_NOTE. *origin: if it is of a log. */
static enum err read_line(struct bytes in, struct note_line *out, enum line_owner *owner,
			  struct origin *origin)
{
	uint8_t decoded[KEY_ID_LEN + sizeof out->signature];
	struct bytes start, name, party, line = in;
	size_t len;

	if (bytes_take(&line, sizeof LINE_START - 1, &start) != ERR_OK ||
	    !bytes_equal(start, BYTES_LIT(LINE_START)))
		return ERR_NOTE;
	if (bytes_take_until(&line, ' ', &name) != ERR_OK)
		return ERR_NOTE;
	if (bytes_read_base64(line, decoded, sizeof decoded, &len) != ERR_OK)
		return ERR_NOTE;
	if (origin_read(name, origin) == ERR_OK && len == KEY_ID_LEN + LOG_SIGNATURE_LEN)
		*owner = LINE_OWNER_LOG;
	else if (note_is_mirror_name(name, NULL, &party) && len == KEY_ID_LEN + MIRROR_SIGNATURE_LEN)
		*owner = LINE_OWNER_MIRROR;
	else
		return ERR_NOTE;
	*out = (struct note_line){ .name = name, .signature_len = len - KEY_ID_LEN };
	memcpy(out->key_id, decoded, KEY_ID_LEN);
	memcpy(out->signature, decoded + KEY_ID_LEN, out->signature_len);
	return ERR_OK;
}

enum err note_read_line(struct bytes in, struct note_line *out)
{
	struct bytes rest = in, line;
	enum line_owner owner;
	struct origin origin;

	if (in.len > NOTE_LINE_LEN_MAX || bytes_take_until(&rest, '\n', &line) != ERR_OK || rest.len > 0)
		return ERR_NOTE;
	if (read_line(line, out, &owner, &origin) != ERR_OK)
		return ERR_NOTE;
	out->text = in;
	return ERR_OK;
}

static enum err refuse(struct fault *fault, const char *rule, size_t line)
{
	*fault = (struct fault){ rule, line };
	return ERR_NOTE;
}

/* The three lines and the empty one; *in is what follows. */
static enum err read_text(struct bytes *in, struct note *out, struct fault *fault)
{
	static const char *const rules[] = { "note.origin", "note.size", "note.root", "note.text" };
	struct bytes lines[ARRAY_COUNT(rules)], start = *in;
	size_t len;

	for (size_t i = 0; i < ARRAY_COUNT(lines); i++) {
		if (bytes_take_until(in, '\n', &lines[i]) != ERR_OK)
			return refuse(fault, "note.text", i + 1);
	}
	if (origin_read(lines[0], &out->origin) != ERR_OK)
		return refuse(fault, rules[0], 1);
	if (bytes_read_decimal(lines[1], LOG_SIZE_MAX, &out->size) != ERR_OK)
		return refuse(fault, rules[1], 2);
	if (bytes_read_base64(lines[2], out->root, HASH_LEN, &len) != ERR_OK || len != HASH_LEN)
		return refuse(fault, rules[2], 3);
	/* No extension lines: the empty line is the fourth. */
	if (lines[3].len > 0)
		return refuse(fault, rules[3], 4);
	out->text = (struct bytes){ start.ptr, (size_t)(lines[3].ptr - start.ptr) };
	return ERR_OK;
}

/* The first line is the author's; after it come more of the author's or mirrors of the same accord. */
static bool is_line_right(const struct note *note, const struct note_line *line, enum line_owner owner,
			  const struct origin *origin)
{
	struct bytes party;

	if (owner == LINE_OWNER_MIRROR)
		return note->lines_count > 0 && note_is_mirror_name(line->name, note->origin.accord, &party);
	return origin_equal(origin, &note->origin);
}

enum err note_read(struct bytes in, struct note *out, struct fault *fault)
{
	enum err e;

	*out = (struct note){ 0 };
	*fault = (struct fault){ 0 };
	if (in.len > NOTE_LEN_MAX)
		return refuse(fault, "note.limit", 1);
	e = read_text(&in, out, fault);
	if (e != ERR_OK)
		return e;
	do {
		struct note_line *line = &out->lines[out->lines_count];
		size_t number = 5 + out->lines_count;
		struct bytes text = in, whole;
		enum line_owner owner;
		struct origin origin;
		if (out->lines_count == NOTE_LINES_MAX)
			return refuse(fault, "note.limit", number);
		if (bytes_take_until(&in, '\n', &whole) != ERR_OK ||
		    read_line(whole, line, &owner, &origin) != ERR_OK ||
		    !is_line_right(out, line, owner, &origin))
			return refuse(fault, "note.line", number);
		line->text = (struct bytes){ text.ptr, whole.len + 1 };
		out->lines_count++;
	} while (in.len > 0);
	return ERR_OK;
}

void note_write_text(const struct origin *origin, uint64_t size, const uint8_t root[HASH_LEN],
		     struct buf *out)
{
	origin_write(origin, out);
	buf_put_byte(out, '\n');
	buf_put_decimal(out, size);
	buf_put_byte(out, '\n');
	buf_put_base64(out, (struct bytes){ root, HASH_LEN });
	buf_put_byte(out, '\n');
}

void note_write_line(struct bytes name, const uint8_t key_id[KEY_ID_LEN], struct bytes signature,
		     struct buf *out)
{
	uint8_t memory[KEY_ID_LEN + NOTE_SIGNATURE_MAX];
	struct buf blob = BUF_ON(memory);

	buf_put(&blob, (struct bytes){ key_id, KEY_ID_LEN });
	buf_put(&blob, signature);
	if (buf_check(&blob) != ERR_OK) {
		out->full = true;
		return;
	}
	buf_put_str(out, LINE_START);
	buf_put(out, name);
	buf_put_byte(out, ' ');
	buf_put_base64(out, buf_bytes(&blob));
	buf_put_byte(out, '\n');
}
