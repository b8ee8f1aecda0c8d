#include "api/runs.h"

#include "accord/guidelines.h"
#include "api/entry_reply.h"
#include "api/form_reply.h"
#include "api/place_text.h"
#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

static const char *const log_state_names[] = { [LOG_RUNS] = "RUNS",
					       [LOG_STOPPED] = "STOPPED",
					       [LOG_RECOVERING] = "RECOVERING",
					       [LOG_CLOSED] = "CLOSED" };

static void reply_parties(struct reply *r, const char *key, const struct accord *a, uint64_t mask)
{
	reply_array(r, key);
	for (size_t i = 0; i < a->parties_count; i++) {
		if (mask >> i & 1)
			reply_str(r, NULL, a->parties[i].name);
	}
	reply_array_end(r);
}

static void reply_tls_key(struct reply *r, const char *name, const uint8_t key[SIGN_PUBLIC_LEN])
{
	char text[BASE64_LEN(SIGN_PUBLIC_LEN) + 1];

	bytes_write_base64((struct bytes){ key, SIGN_PUBLIC_LEN }, text);
	reply_str(r, name, text);
}

static void reply_path(struct reply *r, const struct path_status *p, bool is_owner)
{
	reply_object(r, NULL);
	reply_str(r, "name", p->name);
	reply_bool(r, "up", p->is_up);
	reply_bool(r, "was_up", p->was_up);
	reply_str(r, "group", p->group);
	reply_str(r, "address", p->address);
	reply_uint(r, "round_trip_us", p->round_trip_us);
	reply_uint(r, "since_ms", p->since.ms);
	reply_uint(r, "heard_ms", p->heard.ms);
	reply_uint(r, "line_checked_ms", p->line_checked.ms);
	reply_uint(r, "line_check_ms", p->line_check_ms);
	if (is_owner && p->is_up && p->thin.speed == 0)
		reply_tls_key(r, "tls_key", p->tls_key);
	if (is_owner && p->thin.speed > 0) {
		reply_object(r, "thin");
		reply_uint(r, "speed", p->thin.speed);
		reply_bool(r, "receive_only", p->thin.is_receive_only);
		reply_uint(r, "copies", p->thin.copies);
		reply_uint(r, "frames", p->thin.frames);
		reply_uint(r, "noise", p->thin.noise);
		reply_uint(r, "replays", p->thin.replays);
		reply_object_end(r);
	}
	if (!p->is_up && p->why != ERR_OK) {
		reply_str(r, "err", err_name(p->why));
		reply_str(r, "why", err_text(p->why));
		if (p->rule[0] != '\0')
			reply_text(r, "rule", bytes_str(p->rule));
	}
	reply_object_end(r);
}

static void reply_refusal(struct reply *r, const struct accord *a, const struct refusal *refused)
{
	if (refused->kind == REFUSAL_NONE)
		return;
	reply_object(r, "refused");
	reply_str(r, "why", refusal_kind_name(refused->kind));
	if (refused->name[0] != '\0')
		reply_text(r, "name", bytes_str(refused->name));
	if (refused->kind == REFUSAL_PROTOCOL) {
		reply_uint(r, "theirs", refused->number);
		reply_uint(r, "ours", LINK_PROTOCOL);
	} else if (refused->kind == REFUSAL_LOG_STOPPED) {
		reply_place(r, "place", a, &refused->at);
		reply_uint(r, "offset", refused->number);
	}
	reply_object_end(r);
}

/* A line's traffic, and where a peer stopped, tell of what is in the logs: is_owner says who asks. */
static void reply_peer(struct reply *r, const struct accord *a, const struct peer_status *p, bool is_owner)
{
	reply_object(r, NULL);
	reply_str(r, "party", a->parties[p->party].name);
	reply_str(r, "code", a->parties[p->party].code);
	reply_array(r, "paths");
	for (size_t i = 0; i < p->paths_count; i++)
		reply_path(r, &p->paths[i], is_owner);
	reply_array_end(r);
	if (p->has_clock)
		reply_int(r, "clock_offset_ms", p->clock_offset_ms);
	reply_uint(r, "compared_ms", p->compared.ms);
	if (is_owner) {
		reply_refusal(r, a, &p->refused);
		reply_uint(r, "bundle_left", p->bundle_left);
		reply_uint(r, "awaits_version", p->awaits_version);
		reply_uint(r, "awaits_urgent", p->awaits_urgent);
		reply_array(r, "tls_keys");
		for (size_t i = 0; i < p->pins_count; i++)
			reply_tls_key(r, NULL, p->pins[i]);
		reply_array_end(r);
		reply_uint(r, "old_tls_key_ms", p->old_pin_used.ms);
	}
	reply_object_end(r);
}

static void reply_scrub(struct reply *r, const struct scrub_status *s)
{
	reply_object(r, "scrub");
	reply_uint(r, "done", s->done);
	reply_uint(r, "total", s->total);
	reply_uint(r, "started_ms", s->started.ms);
	reply_uint(r, "finished_ms", s->finished.ms);
	reply_uint(r, "passes", s->passes);
	reply_uint(r, "findings", s->findings);
	reply_bool(r, "repairing", s->is_repairing);
	reply_bool(r, "repaired", s->has_repaired);
	reply_uint(r, "found", s->found);
	reply_uint(r, "left", s->left);
	reply_object_end(r);
}

void reply_log_name(struct reply *r, const struct accord *a, const struct log_key *log)
{
	char memory[96];
	struct buf text = BUF_ON(memory);

	log_text_write(a, log, &text);
	reply_text(r, "log", buf_bytes(&text));
	reply_uint(r, "channel", log->channel);
	reply_str(r, "party", log->party < a->parties_count ? a->parties[log->party].name : "?");
	reply_uint(r, "epoch", log->epoch);
}

/* Who holds a key of a log at the wrong place is no secret of ours: whoever looks into it needs the note. */
static void reply_misused(struct reply *r, struct node *n, const struct log_key *log)
{
	uint8_t memory[NOTE_LEN_MAX];
	struct buf note = BUF_ON(memory);

	if (node_misused(n, log, &note) == ERR_OK)
		reply_text(r, "misused", buf_bytes(&note));
}

/* What this disk has changed of it, and who has it still. */
static void reply_rots(struct reply *r, struct node *n, const struct log_key *log)
{
	const struct accord *a = node_accord(n);
	struct rot_status *rots = xcalloc(ROTS_MAX, sizeof *rots);
	size_t count = node_rots(n, log, rots, ROTS_MAX);

	if (count > 0)
		reply_array(r, "rots");
	for (size_t i = 0; i < count; i++) {
		reply_object(r, NULL);
		reply_uint(r, "index", rots[i].index);
		reply_str(r, "what", rots[i].what);
		reply_str(r, "text", rots[i].text);
		reply_array(r, "held_by");
		for (size_t party = 0; party < a->parties_count; party++) {
			if ((rots[i].held_by >> party & 1) != 0)
				reply_str(r, NULL, a->parties[party].name);
		}
		reply_array_end(r);
		reply_object_end(r);
	}
	if (count > 0)
		reply_array_end(r);
	free(rots);
}

/* Sizes and roots are about every entry: is_whole says that the reader may have them. */
static void reply_log_status(struct reply *r, struct node *n, const struct log_status *l, bool is_whole)
{
	const struct accord *a = node_accord(n);
	const struct accord_channel *c = accord_channel_find(a, l->log.channel);

	reply_object(r, NULL);
	reply_log_name(r, a, &l->log);
	reply_str(r, "state", log_state_names[l->state]);
	if (!is_whole) {
		reply_object_end(r);
		return;
	}
	reply_uint(r, "size", l->size);
	reply_hex(r, "root", BYTES_OF(l->root));
	if (l->sound_size < l->size) {
		reply_object(r, "sound");
		reply_uint(r, "size", l->sound_size);
		reply_hex(r, "root", BYTES_OF(l->sound_root));
		reply_object_end(r);
	}
	reply_uint(r, "folded", l->folded);
	reply_uint(r, "noted", l->noted);
	reply_uint(r, "wanted", l->wanted);
	reply_hex(r, "accord_hash", BYTES_OF(l->accord->hash));
	if (c != NULL && c->observers != 0)
		reply_parties(r, "observers", a, c->observers);
	if (l->signed_size > 0) {
		reply_object(r, "signed");
		reply_uint(r, "size", l->signed_size);
		reply_hex(r, "root", (struct bytes){ l->signed_root, HASH_LEN });
		reply_object_end(r);
	}
	reply_object(r, "cosigned");
	for (size_t i = 0; i < a->parties_count; i++) {
		/* Of a home channel nobody: it is never offered to a peer. */
		if (i != l->log.party && c != NULL && (c->parties >> i & 1) != 0)
			reply_uint(r, a->parties[i].name, l->cosigned[i]);
	}
	reply_object_end(r);
	if (l->stopped.rule != NULL) {
		reply_str(r, "rule", l->stopped.rule);
		reply_uint(r, "offset", l->stopped.offset);
		reply_misused(r, n, &l->log);
		reply_rots(r, n, &l->log);
		if (l->is_ended)
			reply_bool(r, "ended", true);
	}
	reply_object_end(r);
}

/*
 * Every log, or only those that should run and do not: an older epoch is closed in good order. Of a channel
 * on which the reader has no role, none.
 */
static enum err reply_logs(struct api *a, struct reply *r, const char *key, bool is_all)
{
	struct log_status *logs = xcalloc(LOGS_MAX, sizeof *logs);
	size_t count = node_logs(a->node, logs, LOGS_MAX);
	enum err e = ERR_OK;

	reply_array(r, key);
	for (size_t i = 0; i < count && e == ERR_OK; i++) {
		bool may, is_whole = false;
		e = reading_channel(&a->reading, logs[i].log.channel, &may);
		if (e == ERR_OK)
			e = reading_whole(&a->reading, logs[i].log.channel, &is_whole);
		if (e == ERR_OK && may &&
		    (is_all || logs[i].state == LOG_STOPPED || logs[i].state == LOG_RECOVERING))
			reply_log_status(r, a->node, &logs[i], is_whole);
	}
	reply_array_end(r);
	free(logs);
	return e;
}

/* What of each log that runs is known to exist and has not come: from where, and how much. */
static enum err reply_ranges_missing(struct api *a, struct reply *r)
{
	struct log_status *logs = xcalloc(LOGS_MAX, sizeof *logs);
	size_t count = node_logs(a->node, logs, LOGS_MAX);
	enum err e = ERR_OK;

	reply_array(r, "missing");
	for (size_t i = 0; i < count && e == ERR_OK; i++) {
		bool is_whole = false;
		if (logs[i].state != LOG_RUNS || logs[i].wanted <= logs[i].size)
			continue;
		e = reading_whole(&a->reading, logs[i].log.channel, &is_whole);
		if (e != ERR_OK || !is_whole)
			continue;
		reply_object(r, NULL);
		reply_log_name(r, node_accord(a->node), &logs[i].log);
		reply_uint(r, "first", logs[i].size);
		reply_uint(r, "missing", logs[i].wanted - logs[i].size);
		reply_object_end(r);
	}
	reply_array_end(r);
	free(logs);
	return e;
}

enum err run_logs(struct api *a, struct request *q, struct reply *r)
{
	enum err e;

	(void)q;
	reply_object(r, NULL);
	e = reply_logs(a, r, "logs", true);
	reply_object_end(r);
	return e;
}

static void reply_self(struct api *a, struct reply *r)
{
	const struct accord *accord = node_in_force(a->node);
	const struct accord_party *self = &accord->parties[node_self(a->node)];

	reply_str(r, "party", self->name);
	reply_str(r, "code", self->code);
	reply_hex(r, "accord", BYTES_OF(accord->id));
	reply_hex(r, "accord_hash", BYTES_OF(accord->hash));
	reply_str(r, "mode", accord->is_exercise ? "EXERCISE" : "LIVE");
	reply_names(r, "title", accord, accord->title);
	reply_str(r, "post_quantum",
		  accord->post_quantum == POST_QUANTUM_REQUIRED ? "required" : "preferred");
}

static void reply_contained(struct reply *r, const struct api_contained *p)
{
	reply_object(r, NULL);
	reply_str(r, "name", p->name);
	reply_bool(r, "starting", !*p->has_given);
	reply_uint(r, "calls", p->given->calls);
	reply_uint(r, "landlock", p->given->landlock);
	reply_bool(r, "files", p->given->has_files);
	reply_bool(r, "ports", p->given->has_ports);
	reply_bool(r, "signals", p->given->has_signals);
	reply_object_end(r);
}

/* Where terminals of the network find it. */
static void reply_terminals(const struct api *a, struct reply *r)
{
	const struct listener *l = &a->listeners[LISTENER_TERMINALS];

	if (l->address[0] == '\0')
		return;
	reply_object(r, "terminals");
	reply_key(r, "url");
	buf_put_str(r->out, "\"https://");
	buf_put_str(r->out, l->address);
	buf_put_str(r->out, "/\"");
	reply_bool(r, "open", l->is_open);
	reply_object_end(r);
}

/* Where browsers find it. */
static void reply_console(const struct api *a, struct reply *r)
{
	const struct accord *accord = node_in_force(a->node);
	const struct listener *l = &a->listeners[LISTENER_BROWSERS];

	if (l->address[0] == '\0')
		return;
	reply_object(r, "console");
	reply_str(r, "address", l->address);
	reply_key(r, "url");
	buf_put_str(r->out, accord->is_exercise ? "\"http://exercise-" : "\"http://");
	buf_put_str(r->out, accord->parties[node_self(a->node)].name);
	buf_put_str(r->out, ".localhost");
	buf_put_str(r->out, strrchr(l->address, ':'));
	buf_put_str(r->out, "/\"");
	reply_bool(r, "open", l->is_open);
	reply_uint(r, "files", console_count(a->console));
	reply_object_end(r);
}

static void reply_review(struct api *a, struct reply *r, const struct guidelines *g)
{
	char day[GUIDELINES_DAY_LEN];

	guidelines_review_day(g, day);
	reply_str(r, "review_by", day);
	reply_bool(r, "review_due", guidelines_is_review_due(g, a->now.wall));
}

/* Counts of all that is held, and how much of it was read again: the machine's, not a reader's. */
static void reply_counts(struct reply *r, const struct node_status *s)
{
	reply_uint(r, "entries", s->entries);
	reply_uint(r, "commits", s->commits);
	reply_uint(r, "published", s->published);
	reply_uint(r, "refused", s->refused);
	reply_uint(r, "void", s->void_entries);
	reply_uint(r, "stopped_logs", s->stopped_logs);
	reply_uint(r, "unfiled", s->unfiled);
	reply_uint(r, "waiting", s->waiting);
	reply_uint(r, "waiting_version", s->waiting_version);
	reply_uint(r, "waiting_urgent", s->waiting_urgent);
	reply_uint(r, "remade", s->remade);
	reply_scrub(r, &s->scrub);
}

/* In how many procedures, of those that the reader may know, a peer's node holds another state. */
static enum err reply_diverged(struct api *a, struct reply *r)
{
	struct place_key starts[DIVERGED_MAX];
	size_t count = node_differing(a->node, starts), known = 0;
	enum err e = ERR_OK;

	for (size_t i = 0; i < count && e == ERR_OK; i++) {
		e = request_may_state(a, &starts[i]);
		known += e == ERR_OK;
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	reply_uint(r, "diverged", known);
	return e;
}

static void reply_unheeded(struct reply *r, const struct accord *accord, const struct node_status *s)
{
	reply_array(r, "unheeded");
	for (size_t i = 0; i < s->unheeded_count; i++)
		reply_place(r, NULL, accord, &s->unheeded[i]);
	reply_array_end(r);
}

enum err run_status(struct api *a, struct request *q, struct reply *r)
{
	struct node_status *s = xcalloc(1, sizeof *s);
	bool is_owner = a->reading.as == READING_OWNER;
	enum err e;

	(void)q;
	node_status(a->node, s);
	reply_object(r, NULL);
	reply_self(a, r);
	reply_uint(r, "now_ms", a->now.wall.ms);
	reply_uint(r, "started_ms", a->run);
	reply_bool(r, "recovering", s->is_recovering);
	if (s->recovering != NULL)
		reply_str(r, "recovering_why", s->recovering);
	if (node_in_force(a->node)->guidelines != NULL)
		reply_review(a, r, node_in_force(a->node)->guidelines);
	reply_array(r, "peers");
	for (size_t i = 0; i < s->peers_count; i++)
		reply_peer(r, node_accord(a->node), &s->peers[i], is_owner);
	reply_array_end(r);
	e = reply_logs(a, r, "stopped", false);
	if (e == ERR_OK)
		e = reply_ranges_missing(a, r);
	if (e == ERR_OK)
		e = reply_diverged(a, r);
	reply_array(r, "processes");
	for (size_t i = 0; i < a->contained_count; i++)
		reply_contained(r, &a->contained[i]);
	reply_array_end(r);
	reply_console(a, r);
	reply_terminals(a, r);
	if (is_owner) {
		reply_counts(r, s);
		reply_unheeded(r, node_accord(a->node), s);
	}
	reply_object_end(r);
	free(s);
	return e;
}

static void reply_channel(struct api *a, struct reply *r, const struct accord_channel *c)
{
	const struct accord *accord = node_in_force(a->node);

	reply_object(r, NULL);
	reply_uint(r, "number", c->number);
	reply_str(r, "name", c->name);
	reply_names(r, "names", accord, c->names.text);
	reply_str(r, "plane", plane_name(c->plane));
	reply_parties(r, "parties", accord, c->parties);
	reply_parties(r, "observers", accord, c->observers);
	reply_roles(r, "writers", accord, c->writers);
	reply_array(r, "precedences");
	for (size_t i = 0; i < PRECEDENCE_COUNT; i++) {
		if (c->precedences >> i & 1)
			reply_str(r, NULL, precedence_name((enum precedence)i));
	}
	reply_array_end(r);
	reply_bool(r, "sealed", c->is_sealed);
	if (c->is_sealed)
		reply_roles(r, "readers", accord, c->readers);
	reply_array(r, "epochs");
	for (size_t i = 0; i < accord->parties_count; i++) {
		if (!(c->parties >> i & 1))
			continue;
		reply_object(r, NULL);
		reply_str(r, "party", accord->parties[i].name);
		reply_uint(r, "epoch", node_epoch(a->node, c->number, i));
		reply_object_end(r);
	}
	reply_array_end(r);
	reply_object_end(r);
}

static void reply_channels(struct api *a, struct reply *r)
{
	const struct accord *accord = node_in_force(a->node);

	reply_array(r, "channels");
	for (size_t i = 0; i < accord->channels_count; i++)
		reply_channel(a, r, &accord->channels[i]);
	reply_array_end(r);
}

enum err run_channels(struct api *a, struct request *q, struct reply *r)
{
	(void)q;
	reply_object(r, NULL);
	reply_channels(a, r);
	reply_object_end(r);
	return ERR_OK;
}

static void reply_timers(struct reply *r, const struct accord *a)
{
	reply_array(r, "timers");
	for (size_t i = 0; i < PRECEDENCE_COUNT; i++) {
		reply_object(r, NULL);
		reply_str(r, "precedence", precedence_name((enum precedence)i));
		reply_uint(r, "receipt_ms", a->timers[i].receipt_ms);
		reply_uint(r, "read_ms", a->timers[i].read_ms);
		reply_uint(r, "query_ms", a->timers[i].query_ms);
		reply_uint(r, "alternate_ms", a->timers[i].alternate_ms);
		reply_object_end(r);
	}
	reply_array_end(r);
	reply_uint(r, "line_check_ms", a->line_check_ms);
	reply_uint(r, "flash_len_max", a->flash_len_max);
	reply_uint(r, "text_hold_ms", a->text_hold_ms);
}

static void reply_values(struct reply *r, const struct accord *accord, size_t category)
{
	const struct guidelines *g = accord->guidelines;

	reply_array(r, "values");
	for (size_t i = 0; i < g->values_count; i++) {
		if (g->values[i].category != category)
			continue;
		reply_object(r, NULL);
		reply_str(r, "code", g->values[i].code);
		reply_names(r, "names", accord, g->values[i].names.text);
		reply_str(r, "from", g->levels[g->values[i].from].code);
		reply_bool(r, "originator_controlled", g->values[i].is_originator_controlled);
		reply_object_end(r);
	}
	reply_array_end(r);
}

/* What a label may be made of; who reads it is for the terminal's matrix, from the same file. */
static void reply_guidelines(struct api *a, struct reply *r, const struct accord *accord)
{
	static const char *const rules[] = { "all", "any", "info" };
	const struct guidelines *g = accord->guidelines;

	reply_object(r, "guidelines");
	reply_str(r, "name", g->name);
	reply_uint(r, "version", g->version);
	reply_review(a, r, g);
	reply_array(r, "levels");
	for (size_t i = 0; i < g->levels_count; i++) {
		reply_object(r, NULL);
		reply_str(r, "code", g->levels[i].code);
		reply_names(r, "names", accord, g->levels[i].names.text);
		reply_object_end(r);
	}
	reply_array_end(r);
	reply_array(r, "categories");
	for (size_t i = 0; i < g->categories_count; i++) {
		reply_object(r, NULL);
		reply_str(r, "name", g->categories[i].name);
		reply_str(r, "rule", rules[g->categories[i].rule]);
		reply_values(r, accord, i);
		reply_object_end(r);
	}
	reply_array_end(r);
	reply_array(r, "parties");
	for (size_t i = 0; i < g->parties_count; i++) {
		reply_object(r, NULL);
		reply_str(r, "code", g->parties[i].code);
		reply_names(r, "names", accord, g->parties[i].names.text);
		reply_bool(r, "outside", (g->members >> i & 1) == 0);
		reply_object_end(r);
	}
	reply_array_end(r);
	reply_object_end(r);
}

enum err run_accord(struct api *a, struct request *q, struct reply *r)
{
	const struct accord *accord = node_in_force(a->node);

	(void)q;
	reply_object(r, NULL);
	reply_self(a, r);
	reply_array(r, "languages");
	for (size_t i = 0; i < accord->languages_count; i++)
		reply_str(r, NULL, accord->languages[i]);
	reply_array_end(r);
	reply_array(r, "parties");
	for (size_t i = 0; i < accord->parties_count; i++) {
		reply_object(r, NULL);
		reply_str(r, "name", accord->parties[i].name);
		reply_str(r, "code", accord->parties[i].code);
		reply_names(r, "names", accord, accord->parties[i].names.text);
		if (accord->parties[i].zone[0] != '\0')
			reply_str(r, "zone", accord->parties[i].zone);
		reply_object_end(r);
	}
	reply_array_end(r);
	reply_array(r, "roles");
	for (size_t i = 0; i < accord->roles_count; i++) {
		reply_object(r, NULL);
		reply_str(r, "name", accord->roles[i].name);
		reply_names(r, "names", accord, accord->roles[i].names.text);
		reply_parties(r, "parties", accord, accord->roles[i].parties);
		reply_str(r, "able", accord->roles[i].able);
		if (accord->roles[i].until_ms != 0)
			reply_uint(r, "until_ms", accord->roles[i].until_ms);
		reply_object_end(r);
	}
	reply_array_end(r);
	reply_channels(a, r);
	reply_timers(r, accord);
	if (accord->guidelines != NULL)
		reply_guidelines(a, r, accord);
	reply_text(r, "manifest", accord->manifest);
	reply_object_end(r);
	return ERR_OK;
}

/* Every form, or the one of that name. */
enum err run_forms(struct api *a, struct request *q, struct reply *r)
{
	const struct accord *accord = node_accord(a->node);
	struct bytes name = request_word(q, "form");

	if (name.ptr != NULL && form_newest(accord, name) == NULL)
		return ERR_NOT_FOUND;
	reply_object(r, NULL);
	reply_array(r, "languages");
	for (size_t i = 0; i < accord->languages_count; i++)
		reply_str(r, NULL, accord->languages[i]);
	reply_array_end(r);
	reply_array(r, "forms");
	for (const struct form *f = accord->forms; f != NULL; f = f->next) {
		if (name.ptr == NULL || bytes_equal(bytes_str(f->name), name))
			reply_form(r, accord, f);
	}
	reply_array_end(r);
	reply_object_end(r);
	return ERR_OK;
}

/* Nobody has seen more than he knows of. */
static enum err keep_seen(struct api *a, uint32_t channel, struct seen seen[PARTY_MAX], size_t *count)
{
	const struct accord *accord = node_accord(a->node);
	size_t kept = 0;
	bool may;
	enum err e = reading_channel(&a->reading, channel, &may);

	for (size_t i = 0; i < *count && e == ERR_OK; i++) {
		struct log_key log = { channel, accord_party_find(accord, seen[i].party), seen[i].epoch };
		e = reading_size(&a->reading, &log, seen[i].size, &seen[i].size);
		if (e == ERR_OK && seen[i].size > 0)
			seen[kept++] = seen[i];
	}
	*count = kept;
	return e;
}

enum err reply_seen(struct api *a, struct reply *r, uint32_t channel)
{
	struct seen seen[PARTY_MAX];
	size_t count = node_seen(a->node, channel, seen);
	enum err e = keep_seen(a, channel, seen, &count);

	reply_array(r, "seen");
	for (size_t i = 0; e == ERR_OK && i < count; i++) {
		reply_object(r, NULL);
		reply_text(r, "party", seen[i].party);
		reply_uint(r, "epoch", seen[i].epoch);
		reply_uint(r, "size", seen[i].size);
		reply_object_end(r);
	}
	reply_array_end(r);
	return e;
}

enum err run_seen(struct api *a, struct request *q, struct reply *r)
{
	const struct accord *accord = node_accord(a->node);
	uint32_t channel;
	enum err e = request_channel(a, q, &channel);

	if (e != ERR_OK)
		return e;
	reply_object(r, NULL);
	reply_hex(r, "accord", BYTES_OF(accord->id));
	reply_str(r, "party", accord->parties[node_self(a->node)].name);
	reply_uint(r, "channel", channel);
	reply_uint(r, "epoch", node_epoch(a->node, channel, node_self(a->node)));
	e = reply_seen(a, r, channel);
	reply_parties(r, "parties", accord, accord_channel_find(accord, channel)->parties);
	reply_parties(r, "voices", accord, accord_voices(accord_channel_find(accord, channel)));
	reply_object_end(r);
	return e;
}
