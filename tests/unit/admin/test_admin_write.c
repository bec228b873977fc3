/* SPDX-License-Identifier: Apache-2.0 */

/* Pages that change something: who may, what they understand, and what they answer. The twin of admin_token.c, admin_order.c
 * and admin_reload.c, which are seen through the address. */

#include "admin/admin.h"

#include "model/account_change.h"
#include "model/country.h"
#include "model/optout_order.h"
#include "unit/admin/admin_labels.h"
#include "unit/httpd/http_client.h"

#include <jansson.h>

#define TOKEN "0123456789abcdef"
#define AUTH  "Authorization: Bearer " TOKEN "\r\n"
#define PAUSE "POST /v1/accounts/cmcc/pause"

/* What the gateway would do is what the test says. */
struct desk {
	struct loop *loop;
	struct metrics *block;
	struct admin *admin;
	struct admin_account accounts[ADMIN_TEST_ACCOUNTS];
	const char *token;
	bool refuses; /* takes no orders */
	/* The order under way; its texts. */
	unsigned ordered;
	struct account_change change;
	char text[256]; /* “cmcc paused by li: reason” */
	admin_on_ordered *done;
	admin_on_optout *optout_done;
	void *done_ctx;
	const char *const *lines; /* of a reload, NULL-terminated; those that begin with “!” are errors */
	unsigned reloads;
	struct admin_log_level log;
};

static void snapshot(void *ctx, struct admin_snapshot *out)
{
	struct desk *desk = ctx;
	out->accounts = desk->accounts;
	out->account_count = ADMIN_TEST_ACCOUNTS;
	out->log = desk->log;
}

static void set_log_level(void *ctx, enum log_level level, mono_us for_us)
{
	struct desk *desk = ctx;
	desk->log = (struct admin_log_level){ level, LOG_INFO, for_us };
}

static void routing(void *ctx, struct admin_routing *out)
{
	(void)ctx;
	*out = (struct admin_routing){ .country = country_find(SLICE("CN")) };
}

static const char *token(void *ctx)
{
	const struct desk *desk = ctx;
	return desk->token;
}

static bool order(void *ctx, const struct account_change *change, admin_on_ordered *done, void *done_ctx)
{
	struct desk *desk = ctx;
	if (desk->refuses)
		return false;
	desk->ordered++;
	desk->change = *change;
	desk->change.account = desk->change.who = desk->change.reason = NULL;
	desk->done = done;
	desk->done_ctx = done_ctx;
	snprintf(desk->text, sizeof desk->text, "%s %s%u by %s: %s", change->account,
		 change->is_tps ? (change->has_tps ? "tps " : "default ") : account_stance_name(change->stance),
		 (unsigned)change->tps, change->who, change->reason);
	return true;
}

static bool optout(void *ctx, const struct optout_order *wanted, admin_on_optout *done, void *done_ctx)
{
	static const char *const verbs[] = { "add", "remove", "check" };
	struct desk *desk = ctx;
	if (desk->refuses)
		return false;
	desk->ordered++;
	desk->optout_done = done;
	desk->done_ctx = done_ctx;
	snprintf(desk->text, sizeof desk->text, "%s %s by %s: %s", verbs[wanted->verb], wanted->number.digits,
		 wanted->who, wanted->reason);
	return true;
}

static bool reload(void *ctx, admin_on_line *tell, void *tell_ctx)
{
	struct desk *desk = ctx;
	bool is_good = true;
	desk->reloads++;
	for (unsigned i = 0; desk->lines != NULL && desk->lines[i] != NULL; i++) {
		bool is_error = desk->lines[i][0] == '!';
		tell(tell_ctx, desk->lines[i] + is_error, !is_error);
		is_good = is_good && !is_error;
	}
	return is_good;
}

static void start(struct desk *desk)
{
	*desk = (struct desk){ .loop = loop_create(), .block = admin_test_metrics(), .token = TOKEN };
	desk->accounts[0].name = "cmcc";
	desk->accounts[1].name = "old";
	desk->accounts[1].is_leaving = true;
	struct admin_view view = {
		.snapshot = snapshot,
		.routing = routing,
		.token = token,
		.order = order,
		.optout = optout,
		.reload = reload,
		.set_log_level = set_log_level,
		.blocks = (const struct metrics *const *)&desk->block,
		.block_count = 1,
		.ctx = desk,
	};
	struct err_at at = { 0 };
	struct admin_options options = { .host = "127.0.0.1" };
	cr_assert_eq(admin_start(desk->loop, &options, &view, &desk->admin, &at), ERR_OK, "%s", at.text);
}

static void finish(struct desk *desk)
{
	admin_destroy(desk->admin);
	loop_destroy(desk->loop);
	metrics_destroy(desk->block);
}

static struct http_client *new_client(void)
{
	struct http_client *client = calloc(1, sizeof *client);
	cr_assert_not_null(client);
	return client;
}

/* line: “POST /path”. headers: with their ends of line. */
static void say(struct desk *desk, struct http_client *client, const char *line, const char *headers, const char *body)
{
	char request[1024];
	http_client_open(client, desk->loop, admin_port(desk->admin));
	snprintf(request, sizeof request, "%s HTTP/1.1\r\nHost: h\r\n%sContent-Length: %zu\r\n\r\n", line, headers,
		 strlen(body));
	http_client_say(client, request);
	http_client_say(client, body);
}

/* Turns until the handler has asked for an order. */
static void await_order(struct desk *desk, unsigned count)
{
	time_t until = http_client_seconds() + HTTP_PATIENCE_S;
	while (desk->ordered < count && http_client_seconds() < until)
		http_client_turn(desk->loop);
	cr_assert_eq(desk->ordered, count);
}

static void expect_problem(const struct http_reply *reply, const char *name, unsigned status, const char *want)
{
	char type[64];
	cr_expect_eq(reply->status, status, "%s: %u %s", name, reply->status, reply->body);
	cr_expect_str_eq(http_reply_header(reply, "Content-Type", type, sizeof type), "application/problem+json", "%s",
			 name);
	cr_expect_not_null(strstr(reply->body, want), "%s: “%s” is not in %s", name, want, reply->body);
	json_t *page = json_loads(reply->body, JSON_REJECT_DUPLICATES, NULL);
	cr_expect(json_is_object(page), "%s: %s", name, reply->body);
	json_decref(page);
}

Test(admin_write, refusals)
{
	static const struct {
		const char *name, *line, *headers, *body;
		bool has_no_token;
		unsigned want;
		const char *want_text;
	} rows[] = {
		{ "no token is set", PAUSE, AUTH, "", true, 403, "admin.token_file" },
		{ "nor for a reload", "POST /v1/config/reload", AUTH, "", true, 403, "reload with SIGHUP" },
		{ "no header", PAUSE, "", "", false, 401, "has no such header" },
		{ "another token", PAUSE, "Authorization: Bearer 0123456789abcdeF\r\n", "", false, 401,
		  "has another one" },
		{ "its beginning", PAUSE, "Authorization: Bearer 0123456789abcde\r\n", "", false, 401,
		  "has another one" },
		{ "nothing behind", PAUSE, "Authorization: Bearer \r\n", "", false, 401, "has another one" },
		{ "another scheme", PAUSE, "Authorization: Basic " TOKEN "\r\n", "", false, 401, "has another one" },
		{ "a reload wants it too", "POST /v1/config/reload", "", "", false, 401, "Bearer" },
		{ "unknown account", "POST /v1/accounts/cmc/pause", AUTH, "", false, 404,
		  "there is no account “cmc”; did you mean “cmcc”?" },
		{ "unknown to resume", "POST /v1/accounts/cmcx/resume", AUTH, "", false, 404, "did you mean “cmcc”?" },
		{ "unknown to drain", "POST /v1/accounts/Cmcc/drain", AUTH, "", false, 404, "did you mean “cmcc”?" },
		{ "unknown to slow", "PUT /v1/accounts/cmcc2/tps", AUTH, "{\"tps\":5}", false, 404,
		  "did you mean “cmcc”?" },
		{ "nothing near", "POST /v1/accounts/zebra/drain", AUTH, "", false, 404,
		  "there is no account “zebra”\"" },
		{ "one that is leaving", "POST /v1/accounts/old/pause", AUTH, "", false, 404, "no account “old”" },
		{ "no name", "POST /v1/accounts//pause", AUTH, "", false, 404, "there is no account “”" },
		{ "no verb", "POST /v1/accounts/cmcc", AUTH, "", false, 404, "/v1/accounts/NAME/pause" },
		{ "unknown verb", "POST /v1/accounts/cmcc/stop", AUTH, "", false, 404, "/v1/accounts/NAME/pause" },
		{ "more behind it", "POST /v1/accounts/cmcc/pause/now", AUTH, "", false, 404,
		  "/v1/accounts/NAME/pause" },
		{ "PUT for POST", "PUT /v1/accounts/cmcc/pause", AUTH, "", false, 405, "takes POST only" },
		{ "POST for PUT", "POST /v1/accounts/cmcc/tps", AUTH, "", false, 405, "takes PUT only" },
		{ "GET", "GET /v1/accounts/cmcc/pause", AUTH, "", false, 405, "takes POST, PUT only" },
		{ "GET of a reload", "GET /v1/config/reload", AUTH, "", false, 405, "takes POST only" },
		{ "no JSON", PAUSE, AUTH, "by=li", false, 400, "no JSON object: " },
		{ "no object", PAUSE, AUTH, "[]", false, 400, "no JSON object\"" },
		{ "twice", PAUSE, AUTH, "{\"by\":\"a\",\"by\":\"b\"}", false, 400, "duplicate" },
		{ "a key that is none", PAUSE, AUTH, "{\"who\":\"li\"}", false, 422, "“who” means nothing to pause" },
		{ "a rate to pause", PAUSE, AUTH, "{\"tps\":5}", false, 422, "“tps” means nothing to pause" },
		{ "no text", PAUSE, AUTH, "{\"by\":5}", false, 422, "“by” must be a text" },
		{ "two lines", PAUSE, AUTH, "{\"reason\":\"a\\nb\"}", false, 422,
		  "“reason” is a text of at most 120 octets without control characters" },
		{ "no rate", "PUT /v1/accounts/cmcc/tps", AUTH, "", false, 422, "“tps” must be segments a second" },
		{ "a rate below", "PUT /v1/accounts/cmcc/tps", AUTH, "{\"tps\":-1}", false, 422, "from 0 to 1000000" },
		{ "a rate above", "PUT /v1/accounts/cmcc/tps", AUTH, "{\"tps\":1000001}", false, 422,
		  "from 0 to 1000000" },
		{ "a level wants it too", "POST /v1/log", "", "{\"level\":\"debug\"}", false, 401, "Bearer" },
		{ "GET of a level", "GET /v1/log", AUTH, "", false, 405, "takes POST only" },
		{ "no level", "POST /v1/log", AUTH, "", false, 422, "“level” must be debug, info, warn or error" },
		{ "a level that is none", "POST /v1/log", AUTH, "{\"level\":\"loud\"}", false, 422, "“level” must be" },
		{ "a level that is no text", "POST /v1/log", AUTH, "{\"level\":1}", false, 422,
		  "“level” must be a text" },
		{ "a level for no time", "POST /v1/log", AUTH, "{\"level\":\"debug\",\"for_s\":0}", false, 422,
		  "“for_s” must be a whole number of seconds from 1 to 604800" },
		{ "for a text", "POST /v1/log", AUTH, "{\"level\":\"debug\",\"for_s\":\"10m\"}", false, 422,
		  "“for_s” must be" },
		{ "for more than a week", "POST /v1/log", AUTH, "{\"level\":\"debug\",\"for_s\":604801}", false, 422,
		  "“for_s” must be" },
		{ "a key of another order", "POST /v1/log", AUTH, "{\"level\":\"debug\",\"by\":\"li\"}", false, 422,
		  "“by” means nothing to the log level" },
		{ "a rate as a text", "PUT /v1/accounts/cmcc/tps", AUTH, "{\"tps\":\"5\"}", false, 422,
		  "whole number" },
	};
	struct desk desk;
	struct http_client *client = new_client();
	struct http_reply reply;
	start(&desk);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char header[64];
		desk.token = rows[i].has_no_token ? "" : TOKEN;
		say(&desk, client, rows[i].line, rows[i].headers, rows[i].body);
		http_client_read(client, false, &reply);
		expect_problem(&reply, rows[i].name, rows[i].want, rows[i].want_text);
		cr_expect_eq(*http_reply_header(&reply, "WWW-Authenticate", header, sizeof header) != '\0',
			     rows[i].want == 401, "%s", rows[i].name);
		cr_expect_eq(*http_reply_header(&reply, "Allow", header, sizeof header) != '\0', rows[i].want == 405,
			     "%s", rows[i].name);
		cr_expect_null(strstr(reply.body, TOKEN), "%s: %s", rows[i].name, reply.body);
		http_client_close(client);
	}
	cr_expect_eq(desk.ordered + desk.reloads, 0);
	cr_expect_eq(desk.log.now, LOG_DEBUG, "nothing set it");
	cr_expect_eq(desk.log.configured, LOG_DEBUG);
	finish(&desk);
	free(client);
}

Test(admin_write, the_log_level)
{
	static const struct {
		const char *body, *want;
	} rows[] = {
		{ "{\"level\":\"debug\",\"for_s\":600}",
		  "{\"level\":\"debug\",\"configured\":\"info\",\"for_s\":600.000}\n" },
		{ "{\"level\":\"error\"}", "{\"level\":\"error\",\"configured\":\"info\",\"for_s\":null}\n" },
		{ "{\"level\":\"info\",\"for_s\":null}",
		  "{\"level\":\"info\",\"configured\":\"info\",\"for_s\":null}\n" },
	};
	struct desk desk;
	struct http_client *client = new_client();
	struct http_reply reply;
	start(&desk);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		say(&desk, client, "POST /v1/log", AUTH, rows[i].body);
		http_client_read(client, false, &reply);
		cr_expect_eq(reply.status, 200, "%s: %u", rows[i].body, reply.status);
		cr_expect_str_eq(reply.body, rows[i].want, "%s", rows[i].body);
		http_client_close(client);
	}
	finish(&desk);
	free(client);
}

Test(admin_write, a_body_has_its_limit)
{
	struct desk desk;
	struct http_client *client = new_client();
	struct http_reply reply;
	char body[5000];
	start(&desk);
	memset(body, ' ', sizeof body - 1);
	body[sizeof body - 1] = '\0';
	say(&desk, client, PAUSE, AUTH, body);
	http_client_read(client, false, &reply);
	expect_problem(&reply, "long", 413, "more than the 4096 octets allowed");
	http_client_close(client);
	finish(&desk);
	free(client);
}

/* Who only looks needs no token. */
Test(admin_write, looking_is_free)
{
	struct desk desk;
	struct http_client *client = new_client();
	struct http_reply reply;
	start(&desk);
	say(&desk, client, "GET /v1/accounts", "", "");
	http_client_read(client, false, &reply);
	cr_expect_eq(reply.status, 200, "%s", reply.body);
	http_client_close(client);
	finish(&desk);
	free(client);
}

Test(admin_write, orders)
{
	static const struct {
		const char *name, *line, *body;
		struct account_answer answer;
		const char *want_order, *want;
	} rows[] = {
		{ "pause, and who",
		  PAUSE,
		  "{\"by\":\"李\",\"reason\":\"维护\"}",
		  { .now = { .name = "cmcc",
			     .stance = ACCOUNT_PAUSED,
			     .note = { 1739404800000, "李" },
			     .reason = "维护" } },
		  "cmcc paused0 by 李: 维护",
		  "{\"account\":\"cmcc\",\"state\":\"paused\",\"reason\":\"维护\",\"since\":\"2025-02-13T00:00:00."
		  "000Z\","
		  "\"by\":\"李\",\"was_so\":false}\n" },
		{ "drain, no body",
		  "POST /v1/accounts/cmcc/drain",
		  "",
		  { .was_so = true, .now = { .name = "cmcc", .stance = ACCOUNT_DRAINED } },
		  "cmcc drained0 by : ",
		  "{\"account\":\"cmcc\",\"state\":\"drained\",\"was_so\":true}\n" },
		{ "resume",
		  "POST /v1/accounts/cmcc/resume",
		  "{}",
		  { .now = { .name = "cmcc", .stance = ACCOUNT_RUNS } },
		  "cmcc runs0 by : ",
		  "{\"account\":\"cmcc\",\"state\":\"runs\",\"was_so\":false}\n" },
		{ "a rate",
		  "PUT /v1/accounts/cmcc/tps",
		  "{\"tps\":40,\"by\":null}",
		  { .now = { .name = "cmcc", .has_tps = true, .tps = 40 } },
		  "cmcc tps 40 by : ",
		  "{\"account\":\"cmcc\",\"tps\":40,\"was_so\":false}\n" },
		{ "no rate any more",
		  "PUT /v1/accounts/cmcc/tps",
		  "{\"tps\":null}",
		  { .now = { .name = "cmcc" } },
		  "cmcc default 0 by : ",
		  "{\"account\":\"cmcc\",\"tps\":null,\"was_so\":false}\n" },
	};
	struct desk desk;
	struct http_client *client = new_client();
	struct http_reply reply;
	start(&desk);
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		say(&desk, client, rows[i].line, AUTH, rows[i].body);
		await_order(&desk, i + 1);
		cr_expect_str_eq(desk.text, rows[i].want_order, "%s", rows[i].name);
		http_client_step(client);
		cr_expect_eq(client->len, 0, "%s: answered before it is noted", rows[i].name);
		desk.done(desk.done_ctx, &rows[i].answer, &(struct err_at){ .err = ERR_OK });
		http_client_read(client, false, &reply);
		cr_expect_eq(reply.status, 200, "%s: %u", rows[i].name, reply.status);
		cr_expect_str_eq(reply.body, rows[i].want, "%s", rows[i].name);
		http_client_close(client);
	}
	finish(&desk);
	free(client);
}

Test(admin_write, optouts)
{
	static const struct {
		const char *name, *line, *body;
		struct optout_answer answer;
		const char *want_order, *want;
	} rows[] = {
		{ "add",
		  "POST /v1/optouts/add",
		  "{\"number\":\"139 0000 0001\",\"by\":\"li\",\"reason\":\"called\"}",
		  { .was_on = false },
		  "add 8613900000001 by li: called",
		  "{\"number\":\"139****0001\",\"was_on_list\":false}\n" },
		{ "remove",
		  "POST /v1/optouts/remove",
		  "{\"number\":\"+8613900000001\"}",
		  { .was_on = true },
		  "remove 8613900000001 by : ",
		  "{\"number\":\"139****0001\",\"was_on_list\":true}\n" },
		{ "check",
		  "POST /v1/optouts/check",
		  "{\"number\":\"13900000001\"}",
		  { .was_on = true, .why = "{\"since\":\"2026\",\"source\":\"mo\",\"to\":\"1069\",\"x\":1}" },
		  "check 8613900000001 by : ",
		  "{\"number\":\"139****0001\",\"opted_out\":true,\"since\":\"2026\",\"source\":\"mo\"}\n" },
		{ "a why that nobody can read",
		  "POST /v1/optouts/check",
		  "{\"number\":\"13900000001\"}",
		  { .was_on = true, .why = "x" },
		  "check 8613900000001 by : ",
		  "{\"number\":\"139****0001\",\"opted_out\":true}\n" },
		{ "not there",
		  "POST /v1/optouts/check",
		  "{\"number\":\"13900000001\"}",
		  { .was_on = false },
		  "check 8613900000001 by : ",
		  "{\"number\":\"139****0001\",\"opted_out\":false}\n" },
	};
	struct desk desk;
	struct http_client *client = new_client();
	struct http_reply reply;
	start(&desk);
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		say(&desk, client, rows[i].line, AUTH, rows[i].body);
		await_order(&desk, i + 1);
		cr_expect_str_eq(desk.text, rows[i].want_order, "%s: %s", rows[i].name, desk.text);
		http_client_step(client);
		cr_expect_eq(client->len, 0, "%s: answered before it is noted", rows[i].name);
		desk.optout_done(desk.done_ctx, &rows[i].answer, &(struct err_at){ .err = ERR_OK });
		http_client_read(client, false, &reply);
		cr_expect_eq(reply.status, 200, "%s: %u", rows[i].name, reply.status);
		cr_expect_str_eq(reply.body, rows[i].want, "%s: %s", rows[i].name, reply.body);
		http_client_close(client);
	}
	finish(&desk);
	free(client);
}

Test(admin_write, optouts_that_are_wrong)
{
	static const struct {
		const char *name, *line, *headers, *body;
		unsigned status;
		const char *want;
	} rows[] = {
		{ "no token", "POST /v1/optouts/check", "", "{\"number\":\"13900000001\"}", 401, "" },
		{ "no such page", "POST /v1/optouts/list", AUTH, "", 404,
		  "there are POST /v1/optouts/add, …/remove and …/check" },
		{ "no number", "POST /v1/optouts/add", AUTH, "{}", 422, "“number” is missing" },
		{ "a number that is none", "POST /v1/optouts/add", AUTH, "{\"number\":\"95598\"}", 422, "“number” " },
		{ "a number as a number", "POST /v1/optouts/add", AUTH, "{\"number\":13900000001}", 422,
		  "“number” must be a text" },
		{ "who, of remove", "POST /v1/optouts/remove", AUTH, "{\"number\":\"13900000001\",\"by\":\"li\"}", 422,
		  "“by” means nothing to remove" },
		{ "who, in lines", "POST /v1/optouts/add", AUTH, "{\"number\":\"13900000001\",\"by\":\"a\\nb\"}", 422,
		  "“by” " },
		{ "no object", "POST /v1/optouts/add", AUTH, "[]", 400, "the body is no JSON object" },
	};
	struct desk desk;
	struct http_client *client = new_client();
	struct http_reply reply;
	start(&desk);
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		say(&desk, client, rows[i].line, rows[i].headers, rows[i].body);
		http_client_read(client, false, &reply);
		expect_problem(&reply, rows[i].name, rows[i].status, rows[i].want);
		http_client_close(client);
	}
	desk.refuses = true;
	say(&desk, client, "POST /v1/optouts/add", AUTH, "{\"number\":\"13900000001\"}");
	http_client_read(client, false, &reply);
	expect_problem(&reply, "draining", 503, "or say it with “hongyan optout”");
	http_client_close(client);
	cr_expect_eq(desk.ordered, 0);
	finish(&desk);
	free(client);
}

Test(admin_write, orders_that_fail)
{
	static const struct {
		const char *name;
		enum err err;
		const char *text, *want;
	} rows[] = {
		{ "broken", ERR_IO, "it broke", "the change may or may not be taken: it broke; say it again" },
		{ "refused", ERR_FORMAT, "Redis refuses: no",
		  "the change is not taken: Redis refuses: no; say it again" },
	};
	struct desk desk;
	struct http_client *client = new_client();
	struct http_reply reply;
	char header[16];
	start(&desk);
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct err_at why = { .err = rows[i].err };
		snprintf(why.text, sizeof why.text, "%s", rows[i].text);
		say(&desk, client, PAUSE, AUTH, "");
		await_order(&desk, i + 1);
		desk.done(desk.done_ctx, NULL, &why);
		http_client_read(client, false, &reply);
		expect_problem(&reply, rows[i].name, 503, rows[i].want);
		cr_expect_str_eq(http_reply_header(&reply, "Retry-After", header, sizeof header), "1");
		http_client_close(client);
	}
	desk.refuses = true;
	say(&desk, client, PAUSE, AUTH, "");
	http_client_read(client, false, &reply);
	expect_problem(&reply, "draining", 503, "the gateway is draining");
	http_client_close(client);
	finish(&desk);
	free(client);
}

/* Clients that go away leave their orders, and the places are free when those have ended; more than there are places is
 * refused meanwhile. */
Test(admin_write, clients_come_and_go)
{
	enum { PLACES = 16 };
	struct desk desk;
	struct http_client *client = new_client();
	struct http_reply reply;
	void *pending[PLACES];
	start(&desk);
	for (unsigned i = 0; i < PLACES; i++) {
		say(&desk, client, PAUSE, AUTH, "");
		await_order(&desk, i + 1);
		pending[i] = desk.done_ctx;
		http_client_close(client);
	}
	say(&desk, client, PAUSE, AUTH, "");
	http_client_read(client, false, &reply);
	expect_problem(&reply, "full", 503, "too many others are under way");
	http_client_close(client);
	struct account_answer noted = { .now = { .name = "cmcc" } };
	for (unsigned i = 0; i < PLACES; i++)
		desk.done(pending[i], &noted, &(struct err_at){ .err = ERR_OK });
	say(&desk, client, PAUSE, AUTH, "");
	/* The places of clients that went are free once the server has seen that they are gone. */
	for (time_t until = http_client_seconds() + HTTP_PATIENCE_S;
	     desk.ordered == PLACES && http_client_seconds() < until;) {
		http_client_step(client);
		if (client->len == 0)
			continue;
		http_client_read(client, false, &reply);
		http_client_close(client);
		say(&desk, client, PAUSE, AUTH, "");
	}
	cr_expect_eq(desk.ordered, PLACES + 1);
	/* The address goes while one waits. */
	finish(&desk);
	http_client_close(client);
	free(client);
}

Test(admin_write, reloads)
{
	static const struct {
		const char *name;
		const char *lines[4];
		unsigned want;
		const char *want_text;
	} rows[] = {
		{ "well", { NULL }, 200, "{\"reloaded\":true,\"warnings\":[]}\n" },
		{ "in part", { "c.yaml: x", NULL }, 200, "{\"reloaded\":true,\"warnings\":[\"c.yaml: x\"]}\n" },
		{ "errors",
		  { "!c.yaml:1:1: unknown key “a”", "!c.yaml:2:1: \"b\"", NULL },
		  422,
		  "\"detail\":\"the configuration in force stays: c.yaml:1:1: unknown key "
		  "“a”\",\"errors\":[\"c.yaml:1:1: "
		  "unknown key “a”\",\"c.yaml:2:1: \\\"b\\\"\"]}\n" },
	};
	struct desk desk;
	struct http_client *client = new_client();
	struct http_reply reply;
	start(&desk);
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		desk.lines = rows[i].lines;
		say(&desk, client, "POST /v1/config/reload", AUTH, "");
		http_client_read(client, false, &reply);
		if (rows[i].want == 422)
			expect_problem(&reply, rows[i].name, 422, rows[i].want_text);
		else
			cr_expect_str_eq(reply.body, rows[i].want_text, "%s", rows[i].name);
		cr_expect_eq(reply.status, rows[i].want, "%s", rows[i].name);
		http_client_close(client);
	}
	cr_expect_eq(desk.reloads, 3);
	/* More than any answer holds. */
	enum { LINES = 600, OCTETS = 100 };
	static char text[OCTETS];
	static const char *lines[LINES + 1];
	memset(text, 'x', sizeof text - 1);
	text[0] = '!';
	for (unsigned i = 0; i < LINES; i++)
		lines[i] = text;
	desk.lines = lines;
	say(&desk, client, "POST /v1/config/reload", AUTH, "");
	http_client_read(client, false, &reply);
	expect_problem(&reply, "many", 422, "\"errors_left_out\":");
	http_client_close(client);
	finish(&desk);
	free(client);
}
