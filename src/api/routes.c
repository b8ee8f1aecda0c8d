#include "api/routes.h"

#include "api/runs.h"

#include <string.h>

#define NO_BODY 0u
#define SIGN_IN_LEN_MAX (8u << 10)
#define PIECE_LEN_MAX (256u << 10) /* bytes of an attachment in one request */

/* clang-format off */
#define ROUTE_LIST(X) \
	/* method  path           authority         body             what runs, words of the query */ \
	X("POST", "/session",     AUTHORITY_ANYONE, SIGN_IN_LEN_MAX, run_session_begin, "") \
	X("GET",  "/session",     AUTHORITY_ANYONE, NO_BODY,         run_session, "") \
	X("DELETE", "/session",   AUTHORITY_ANYONE, NO_BODY,         run_session_end, "") \
	X("POST", "/statements",  AUTHORITY_KNOWN,  REQUEST_LEN_MAX, run_statements, "") \
	X("GET",  "/events",      AUTHORITY_READER, NO_BODY,         run_events, "after") \
	X("GET",  "/status",      AUTHORITY_KNOWN,  NO_BODY,         run_status, "") \
	X("GET",  "/accord",      AUTHORITY_KNOWN,  NO_BODY,         run_accord, "") \
	X("GET",  "/forms",       AUTHORITY_KNOWN,  NO_BODY,         run_forms, "form") \
	X("GET",  "/versions",    AUTHORITY_KNOWN,  NO_BODY,         run_versions, "") \
	X("POST", "/versions",    AUTHORITY_KEEPER, NO_BODY,         run_adopt, "hash") \
	X("GET",  "/glossary",    AUTHORITY_KNOWN,  NO_BODY,         run_glossary, "") \
	X("GET",  "/channels",    AUTHORITY_KNOWN,  NO_BODY,         run_channels, "") \
	X("GET",  "/logs",        AUTHORITY_READER, NO_BODY,         run_logs, "") \
	X("GET",  "/keys",        AUTHORITY_READER, NO_BODY,         run_keys, "party channel") \
	X("GET",  "/recipients",  AUTHORITY_READER, NO_BODY,         run_recipients, "channel") \
	X("GET",  "/seen",        AUTHORITY_READER, NO_BODY,         run_seen, "channel") \
	X("GET",  "/inbox",       AUTHORITY_READER, NO_BODY,         run_inbox, \
	  "channel after before last limit") \
	X("GET",  "/advances",    AUTHORITY_READER, NO_BODY,         run_advances, "") \
	X("GET",  "/waiting",     AUTHORITY_READER, NO_BODY,         run_waiting, "") \
	X("GET",  "/owed",        AUTHORITY_READER, NO_BODY,         run_owed, "after limit") \
	X("GET",  "/search",      AUTHORITY_READER, NO_BODY,         run_search, \
	  "words channel party from_ms to_ms after limit") \
	X("POST", "/may",         AUTHORITY_READER, REQUEST_LEN_MAX, run_may, "") \
	X("GET",  "/log",         AUTHORITY_READER, NO_BODY,         run_log, \
	  "channel party epoch from last limit") \
	X("POST", "/labels",      AUTHORITY_KNOWN,  ENTRY_LEN_MAX,   run_labels, "channel") \
	X("GET",  "/drafts",      AUTHORITY_READER, NO_BODY,         run_drafts, "place all") \
	X("GET",  "/procedures",  AUTHORITY_KNOWN,  NO_BODY,         run_procedures, "") \
	X("GET",  "/instances",   AUTHORITY_READER, NO_BODY,         run_instances, "channel place all") \
	X("GET",  "/measures",    AUTHORITY_READER, NO_BODY,         run_measures, "place") \
	X("GET",  "/obligations", AUTHORITY_READER, NO_BODY,         run_obligations, "") \
	X("GET",  "/dialogues",   AUTHORITY_READER, NO_BODY,         run_dialogues, \
	  "place kind name channel of open limit after") \
	X("GET",  "/assessments", AUTHORITY_READER, NO_BODY,         run_assessments, "place type limit") \
	X("GET",  "/text",        AUTHORITY_READER, NO_BODY,         run_text, \
	  "place unit file until outlets") \
	X("GET",  "/watch",       AUTHORITY_READER, NO_BODY,         run_watch, "open") \
	X("GET",  "/roster",      AUTHORITY_READER, NO_BODY,         run_roster, "from days") \
	X("GET",  "/entry",       AUTHORITY_READER, NO_BODY,         run_entry, "place") \
	X("GET",  "/content",     AUTHORITY_READER, NO_BODY,         run_content, "place") \
	X("GET",  "/ladder",      AUTHORITY_READER, NO_BODY,         run_ladder, "place") \
	X("GET",  "/note",        AUTHORITY_READER, NO_BODY,         run_note, "place peer") \
	X("GET",  "/proof",       AUTHORITY_READER, NO_BODY,         run_proof, "place peer") \
	X("GET",  "/attachments", AUTHORITY_READER, NO_BODY,         run_attachment, \
	  "hash offset len place") \
	X("POST", "/attachments", AUTHORITY_KNOWN,  PIECE_LEN_MAX,   run_attach, "hash offset total") \
	X("GET",  "/bundle",      AUTHORITY_OWNER,  NO_BODY,         run_bundle_out, "peer limit") \
	X("POST", "/bundle",      AUTHORITY_KEEPER, FRAME_LEN_MAX + FRAME_HEAD_LEN, run_bundle_in, "peer") \
	X("GET",  "/feed",        AUTHORITY_OWNER,  NO_BODY,         run_feed, "format role party") \
	X("GET",  "/taxii2/*",    AUTHORITY_OWNER,  NO_BODY,         run_taxii, NULL) \
	X("POST", "/taxii2/*",    AUTHORITY_OWNER,  REQUEST_LEN_MAX, run_taxii, NULL) \
	X("POST", "/backup",      AUTHORITY_KEEPER, NO_BODY,         run_backup, "to") \
	X("POST", "/repair",      AUTHORITY_KEEPER, NO_BODY,         run_repair, "")
/* clang-format on */

const struct route routes[] = {
#define ROUTE_ROW(method, path, authority, body, run, words) { method, path, authority, body, run, words },
	ROUTE_LIST(ROUTE_ROW)
#undef ROUTE_ROW
};
const size_t routes_count = ARRAY_COUNT(routes);

/* A row that ends in an asterisk is of everything below. */
static bool is_at(const char *row, const char *path)
{
	size_t len = strlen(row);

	return row[len - 1] == '*' ? strncmp(row, path, len - 1) == 0 : strcmp(row, path) == 0;
}

const char *authority_name(enum authority a)
{
	static const char *const names[AUTHORITY_COUNT] = {
		[AUTHORITY_ANYONE] = "ANYONE", [AUTHORITY_KNOWN] = "KNOWN",   [AUTHORITY_READER] = "READER",
		[AUTHORITY_OWNER] = "OWNER",   [AUTHORITY_KEEPER] = "KEEPER",
	};

	return names[a];
}

enum err route_find(const char *method, const char *path, const struct route **out)
{
	enum err e = ERR_NOT_FOUND;

	for (size_t i = 0; i < routes_count; i++) {
		if (!is_at(routes[i].path, path))
			continue;
		if (strcmp(routes[i].method, method) == 0) {
			*out = &routes[i];
			return ERR_OK;
		}
		e = ERR_USAGE;
	}
	return e;
}

void route_methods(const char *path, struct buf *out)
{
	for (size_t i = 0; i < routes_count; i++) {
		if (!is_at(routes[i].path, path))
			continue;
		buf_put_str(out, out->len > 0 ? ", " : "");
		buf_put_str(out, routes[i].method);
	}
}
