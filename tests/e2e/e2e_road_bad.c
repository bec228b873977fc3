/* SPDX-License-Identifier: Apache-2.0 */

/* What producers get wrong: it never stands in the way of others, and it is never dropped. */

#include "books.h"
#include "e2e_road.h"
#include "redis_server.h"
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT(literal) literal, sizeof(literal) - 1
#define GOOD_PARAMS   "\"template\":\"note\",\"params\":{\"code\":\"1\",\"amount\":\"1.00\"}"

static const struct row {
	const char *name;
	const char *fields; /* names and values by turns, each ended by a blank line; NULL = one field “alert” */
	const char *body;
	size_t body_len;
	const char *reason; /* how the reason begins */
	const char *clue;   /* what else is in it; NULL = anything */
} rows[] = {
	{ "half an object", NULL, TEXT("{\"id\":\"x\",\"to\""), "bad_alert", NULL },
	{ "nothing", NULL, TEXT(""), "bad_alert", NULL },
	{ "an array", NULL, TEXT("[1]"), "bad_alert", NULL },
	{ "octets behind it", NULL, TEXT("{\"id\":\"x\",\"to\":\"13800000000\"," GOOD_PARAMS "} x"), "bad_alert",
	  NULL },
	{ "malformed UTF-8", NULL,
	  TEXT("{\"id\":\"x\",\"to\":\"13800000000\",\"template\":\"note\",\"params\":{\"code\":\"\xFF\xFE\","
	       "\"amount\":1}}"),
	  "bad_alert", NULL },
	{ "a NUL", NULL, TEXT("{\"id\":\"x\0y\",\"to\":\"13800000000\"," GOOD_PARAMS "}"), "bad_alert", NULL },
	{ "a key twice", NULL, TEXT("{\"id\":\"x\",\"id\":\"x\",\"to\":\"13800000000\"," GOOD_PARAMS "}"), "bad_alert",
	  "id" },
	{ "a key that nobody knows", NULL, TEXT("{\"id\":\"x\",\"too\":\"13800000000\"," GOOD_PARAMS "}"), "bad_alert",
	  "too" },
	{ "no id", NULL, TEXT("{\"to\":\"13800000000\"," GOOD_PARAMS "}"), "bad_alert", "id" },
	{ "a number as id", NULL, TEXT("{\"id\":1,\"to\":\"13800000000\"," GOOD_PARAMS "}"), "bad_alert", "id" },
	{ "a short number", NULL, TEXT("{\"id\":\"x\",\"to\":\"12345\"," GOOD_PARAMS "}"), "bad_alert", "to" },
	{ "letters for a number", NULL, TEXT("{\"id\":\"x\",\"to\":\"1380000000O\"," GOOD_PARAMS "}"), "bad_alert",
	  "to" },
	{ "an instant without a zone", NULL,
	  TEXT("{\"id\":\"x\",\"to\":\"13800000000\",\"expires_at\":\"2030-01-01T00:00:00\"," GOOD_PARAMS "}"),
	  "bad_alert", "expires_at" },
	{ "a template that is not there", NULL,
	  TEXT("{\"id\":\"x\",\"to\":\"13800000000\",\"template\":\"nott\",\"params\":{}}"), "no_template", "“note”" },
	{ "a parameter missing", NULL,
	  TEXT("{\"id\":\"x\",\"to\":\"13800000000\",\"template\":\"note\",\"params\":{\"code\":\"1\"}}"), "render",
	  "amount" },
	{ "a parameter too many", NULL,
	  TEXT("{\"id\":\"x\",\"to\":\"13800000000\",\"template\":\"note\",\"params\":{\"code\":\"1\",\"amount\":1,"
	       "\"amuont\":2}}"),
	  "render", "amount" },
	{ "an amount that is none", NULL,
	  TEXT("{\"id\":\"x\",\"to\":\"13800000000\",\"template\":\"note\",\"params\":{\"code\":\"1\",\"amount\":\"1,"
	       "5\"}}"),
	  "render", "amount" },
	{ "a cancel with an alert's fields", NULL, TEXT("{\"cancel\":\"x\",\"to\":\"13800000000\"}"), "bad_alert",
	  "to" },
	{ "a cancel of a subject without its template", NULL, TEXT("{\"cancel_subject\":\"account:1\"}"), "bad_alert",
	  "template" },
	{ "superseding without a subject", NULL,
	  TEXT("{\"id\":\"x\",\"to\":\"13800000000\",\"supersede\":true," GOOD_PARAMS "}"), "bad_alert", "supersede" },
	{ "no field alert", "alarm\n{}\n", TEXT("alarm: {}\n"), "malformed", "alert" },
	{ "a field more", "alert\n{}\nmore\n1\n", TEXT("alert: {}\nmore: 1\n"), "malformed", NULL },
	{ "the field twice", "alert\n{}\nalert\n{}\n", TEXT("alert: {}\nalert: {}\n"), "malformed", "twice" },
	{ "a field of our own", "alert\n{}\nattempt\n9\n", TEXT("alert: {}\nattempt: 9\n"), "malformed", NULL },
};

#define ROWS (sizeof rows / sizeof rows[0])

static void add(char origin[static BOOKS_ORIGIN_OCTETS], const struct row *row)
{
	const char *parts[BOOKS_FIELDS_MAX] = { "alert", row->body };
	size_t lens[BOOKS_FIELDS_MAX] = { 5, row->body_len };
	unsigned count = 2;
	for (const char *at = row->fields; at != NULL && *at != '\0'; at = strchr(at, '\n') + 1) {
		count = at == row->fields ? 0 : count;
		parts[count] = at;
		lens[count++] = (size_t)(strchr(at, '\n') - at);
	}
	books_add_raw(origin, "normal", parts, lens, count);
}

static void check(const struct row *row, const char *origin)
{
	size_t reason_len = 0;
	size_t body_len = 0;
	char *reason = books_dead_letter(origin, "reason", &reason_len);
	char *body = books_dead_letter(origin, "alert", &body_len);
	if (reason == NULL || body == NULL)
		FAIL("%s: no dead letter", row->name);
	if (strncmp(reason, row->reason, strlen(row->reason)) != 0 || reason[strlen(row->reason)] != ':')
		FAIL("%s: reason “%s”, wants “%s: …”", row->name, reason, row->reason);
	if (row->clue != NULL && strstr(reason, row->clue) == NULL)
		FAIL("%s: reason “%s” does not speak of “%s”", row->name, reason, row->clue);
	if (strstr(reason, "13800000000") != NULL)
		FAIL("%s: the reason tells a phone number: “%s”", row->name, reason);
	if (body_len != row->body_len || memcmp(body, row->body, body_len) != 0)
		FAIL("%s: the dead letter has “%s” (%zu octets)", row->name, body, body_len);
	free(reason);
	free(body);
}

void road_bad_entries(void)
{
	char origins[ROWS][BOOKS_ORIGIN_OCTETS];
	road_open(NULL, (struct gateway_options){ .binds = 1, .account_more = "segments_max: 2" });
	for (size_t i = 0; i < ROWS; i++) {
		add(origins[i], &rows[i]);
		books_add_load((unsigned)i, 1);
	}
	/* That it has more segments than the account takes is known only when it is cut. */
	char words[300 * 3 + 1] = "";
	char json[1200];
	for (unsigned i = 0; i < 300; i++)
		memcpy(words + 3 * i, "电", 3);
	snprintf(json, sizeof json,
		 "{\"id\":\"long\",\"to\":\"13900000000\",\"template\":\"long\",\"params\":{\"words\":\"%s\"}}", words);
	books_add("normal", json);
	books_await_settled(20);
	for (size_t i = 0; i < ROWS; i++)
		check(&rows[i], origins[i]);
	road_finish();
	json_t *events = books_events();
	struct books_tally tally = books_tally(events);
	EXPECT_COUNT(tally.dead, ROWS + 1);
	const char *reason = json_string_value(json_object_get(books_closing(events, "long"), "reason"));
	if (reason == NULL || strncmp(reason, "encode:", 7) != 0)
		FAIL("too many segments: reason “%s”", reason);
	EXPECT_COUNT(tally.accepted, ROWS);
	json_decref(events);
	EXPECT_COUNT(books_check_load(ROWS, &road_smsc), 0);
	road_close();
}

/* A backlog of entries of a megabyte, with good ones between them. */
static void large(unsigned count, unsigned window, unsigned seconds)
{
	enum { LARGE = 1024 * 1024 };
	char origin[BOOKS_ORIGIN_OCTETS];
	char *body = malloc(LARGE);
	EXPECT(body != NULL);
	memset(body, 'x', LARGE);
	const char *const fields[] = { "alert", body };
	const size_t lens[] = { 5, LARGE };
	road_open(NULL, (struct gateway_options){ .binds = 2, .window = window });
	gateway_process_stop(&road_gateway);
	for (unsigned i = 0; i < count; i++) {
		books_add_raw(origin, "normal", fields, lens, 2);
		books_add_load(i, 1);
	}
	gateway_process_start(&road_gateway, "gateway", NULL, true);
	books_await_settled(seconds);
	size_t len = 0;
	char *kept = books_dead_letter(origin, "alert", &len);
	char *reason = books_dead_letter(origin, "reason", &len);
	EXPECT(kept != NULL && reason != NULL && strncmp(kept, "alert: xxxxxxxx", 15) == 0);
	EXPECT(strncmp(reason, "malformed:", 10) == 0 && strstr(reason, "16384") != NULL);
	free(kept);
	free(reason);
	free(body);
	road_finish();
	EXPECT_COUNT(books_check_load(count, &road_smsc), 0);
	road_close();
}

void road_large_entries(void)
{
	large(40, 50, 40);
}

/* More of them than one reply could bring into memory. */
void road_large_backlog(void)
{
	large(1500, 2000, 120);
}
