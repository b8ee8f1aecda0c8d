/* The bundle as a whole: the manifest names exactly these files, and each of those that are read holds its
 * rules. */
#include "accord/file.h"
#include "accord/form.h"
#include "accord/guidelines.h"
#include "accord/manifest.h"
#include "accord/procedure.h"
#include "accord/words.h"
#include "crypto/hash.h"

#include <string.h>

/* In this order, because a name must be defined before it is used. Keys come last: they cost most. */
static const struct {
	const struct file_row *row;
	bool is_needed;
} files_read[] = {
	{ &file_accord, true },	    { &file_parties, true }, { &file_posts, true },
	{ &file_channels, true },   { &file_timers, true },  { &file_guidelines, false },
	{ &file_authority, false }, { &file_codes, false },  { &file_form, true },
	{ &file_glossary, false },  { &file_keys, true },
};

/* Line 1 where a file as a whole is meant. */
static enum err refuse(struct accord_fault *fault, struct bytes file, size_t line, const char *rule)
{
	*fault = (struct accord_fault){ file, { rule, line } };
	return ERR_USAGE;
}

/* One row and the file that stands at its place. */
static enum err check_row(const struct manifest_row *row, size_t line, const struct accord_file *file,
			  struct accord_fault *fault)
{
	uint8_t hash[HASH_LEN];

	if (!is_bundle_name(row->name))
		return refuse(fault, BYTES_LIT("MANIFEST"), line, "manifest.name");
	if (file == NULL || bytes_compare(row->name, file->name) < 0)
		return refuse(fault, row->name, 1, "bundle.missing");
	if (!bytes_equal(row->name, file->name))
		return refuse(fault, file->name, 1, "bundle.listed");
	if (file->content.len > ACCORD_FILE_LEN_MAX)
		return refuse(fault, file->name, 1, "bundle.length");
	hash_sha256(file->content, hash);
	if (memcmp(hash, row->hash, HASH_LEN) != 0)
		return refuse(fault, file->name, 1, "bundle.hash");
	return ERR_OK;
}

/* The manifest names exactly these files, with these hashes, rising by name. */
static enum err check_manifest(struct bytes manifest, const struct accord_file *files, size_t count,
			       struct accord_fault *fault)
{
	struct manifest_row row = { .name = { NULL, 0 } };
	size_t line = 0;
	enum err e;

	if (manifest.len > MANIFEST_LEN_MAX || count > ACCORD_FILES_MAX)
		return refuse(fault, BYTES_LIT("MANIFEST"), 1, "manifest.length");
	for (;;) {
		struct bytes last = row.name;
		e = manifest_next(&manifest, &row);
		if (e != ERR_OK)
			break;
		if (bytes_compare(last, row.name) >= 0)
			return refuse(fault, BYTES_LIT("MANIFEST"), line + 1, "manifest.order");
		e = check_row(&row, line + 1, line < count ? &files[line] : NULL, fault);
		if (e != ERR_OK)
			return e;
		line++;
	}
	if (e != ERR_NOT_FOUND)
		return refuse(fault, BYTES_LIT("MANIFEST"), line + 1, "manifest.form");
	return line < count ? refuse(fault, files[line].name, 1, "bundle.listed") : ERR_OK;
}

static enum err read_found(const struct file_row *row, const struct accord_file *file, struct accord *a,
			   struct arena *arena, struct accord_fault *fault)
{
	struct line_reader r;

	line_reader_open(&r, file->content, arena);
	file_row_read(row, &r, a);
	if (r.is_full)
		return ERR_MEMORY;
	return r.rule == NULL ? ERR_OK : refuse(fault, file->name, r.number, r.rule);
}

static size_t file_find(const struct accord_file *files, size_t count, struct bytes name)
{
	size_t at = 0;

	while (at < count && !bytes_equal(files[at].name, name))
		at++;
	return at;
}

static enum err read_file(const struct file_row *row, const struct accord_file *files, size_t count,
			  struct accord *a, struct arena *arena, struct accord_fault *fault)
{
	struct bytes name = bytes_str(row->name);
	size_t at = file_find(files, count, name);

	if (at == count)
		return refuse(fault, name, 1, "bundle.missing");
	return read_found(row, &files[at], a, arena, fault);
}

/* Each file of forms/, by name; then what one form says of another. */
static enum err read_forms(const struct accord_file *files, size_t count, struct accord *a,
			   struct arena *arena, struct accord_fault *fault)
{
	struct bytes prefix = bytes_str(file_form.name), name, folder;

	for (size_t i = 0; i < count; i++) {
		const char *rule = NULL;
		enum err e;
		name = files[i].name;
		if (bytes_take(&name, prefix.len, &folder) != ERR_OK || !bytes_equal(folder, prefix))
			continue;
		e = form_begin(a, files[i].name, arena, &rule);
		if (e == ERR_USAGE)
			return refuse(fault, files[i].name, 1, rule);
		if (e == ERR_OK)
			e = read_found(&file_form, &files[i], a, arena, fault);
		if (e != ERR_OK)
			return e;
	}
	for (const struct form *f = a->forms; f != NULL; f = f->next) {
		if (!form_is_after_known(a, f))
			return refuse(fault, f->file, 1, "forms.after");
	}
	return ERR_OK;
}

/* It says nothing of this version alone: policy/opened.h compares it with the one before. */
static enum err read_opened(const struct accord_file *files, size_t count, struct accord *a,
			    struct arena *arena)
{
	size_t at = file_find(files, count, BYTES_LIT("opened"));

	if (at == count || files[at].content.len == 0)
		return ERR_OK;
	a->opened = arena_copy(arena, files[at].content);
	return a->opened.ptr == NULL ? ERR_MEMORY : ERR_OK;
}

/* Each file of procedures/, by name: the posts and forms that it names are known by now. */
static enum err read_procedures(const struct accord_file *files, size_t count, struct accord *a,
				struct arena *arena, struct accord_fault *fault)
{
	struct bytes prefix = BYTES_LIT("procedures/"), name, folder;
	struct procedure **last = &a->procedures;
	size_t values = 0;

	for (size_t i = 0; i < count; i++) {
		enum err e;
		name = files[i].name;
		if (bytes_take(&name, prefix.len, &folder) != ERR_OK || !bytes_equal(folder, prefix))
			continue;
		if (a->procedures_count++ == PROCEDURES_MAX)
			return refuse(fault, files[i].name, 1, "procedure.files");
		e = procedure_read(a, files[i].name, files[i].content, arena, &values, last, &fault->fault);
		if (e != ERR_OK) {
			fault->file = files[i].name;
			return e;
		}
		last = &(*last)->next;
	}
	return ERR_OK;
}

/* The file that the line `words` of the guidelines asks for. */
static enum err read_words(const struct accord_file *files, size_t count, struct accord *a,
			   struct arena *arena, struct accord_fault *fault)
{
	size_t at = file_find(files, count, BYTES_LIT(GUIDELINES_WORDS)), line;
	struct held_words *words;
	enum err e;

	if (at == count)
		return refuse(fault, bytes_str(file_guidelines.name), a->guidelines->words_line,
			      "guidelines.words");
	words = arena_alloc(arena, 1, sizeof *words);
	if (words == NULL)
		return ERR_MEMORY;
	e = held_words_read(files[at].content, arena, words, &line);
	a->held = words;
	return e == ERR_USAGE ? refuse(fault, files[at].name, line, "guidelines.words") : e;
}

enum err accord_read(struct bytes manifest, const struct accord_file *files, size_t count,
		     struct arena *arena, struct accord **out, struct accord_fault *fault)
{
	struct accord *a;
	enum err e;

	*fault = (struct accord_fault){ 0 };
	e = check_manifest(manifest, files, count, fault);
	if (e != ERR_OK)
		return e;
	a = arena_alloc(arena, 1, sizeof *a);
	if (a == NULL)
		return ERR_MEMORY;
	a->manifest = arena_copy(arena, manifest);
	if (a->manifest.ptr == NULL)
		return ERR_MEMORY;
	hash_sha256(manifest, a->hash);
	for (size_t i = 0; e == ERR_OK && i < ARRAY_COUNT(files_read); i++) {
		const struct file_row *row = files_read[i].row;
		if (row == &file_form)
			e = read_forms(files, count, a, arena, fault);
		else if (files_read[i].is_needed || file_find(files, count, bytes_str(row->name)) < count)
			e = read_file(row, files, count, a, arena, fault);
	}
	if (e == ERR_OK)
		e = read_opened(files, count, a, arena);
	if (e == ERR_OK)
		e = read_procedures(files, count, a, arena, fault);
	if (e == ERR_OK && a->guidelines != NULL && a->guidelines->words_line > 0)
		e = read_words(files, count, a, arena, fault);
	if (e != ERR_OK)
		return e;
	if (a->is_founding)
		memcpy(a->id, a->hash, ACCORD_ID_LEN);
	*out = a;
	return ERR_OK;
}
