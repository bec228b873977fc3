/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to the staff's console, from the octets on the wire up to where a thread would take them: pages, routes, which site they come from,
 * cookie, parameters and query. What gets so far is of a page of ours or of nobody's, has a session where its route wants one, and has texts
 * that fit. */
#include "console/console_call.h"
#include "console/console_inner.h"
#include "console/console_problem.h"
#include "http_feed.h"
#include "loop/loop_work.h"

#include <jansson.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);
bool __wrap_console_call_start(struct console_call *call);

static struct http_feed feed;
static struct console console;
static struct slice said;

static bool has_text(const char *text)
{
	return memmem(said.at, said.len, text, strlen(text)) != NULL;
}

/* Each value of a query comes out decoded, whole, or not at all. */
static void check_query(const struct console_call *call)
{
	static const char *const keys[] = { "id", "q", "number", "from", "limit", "" };
	char out[48];
	CHECK(call->query != NULL && call->query[call->query_len] == '\0');
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		memset(out, 'x', sizeof out);
		if (console_query(call, keys[i], out, 32))
			CHECK(memchr(out, '\0', 32) != NULL);
		for (size_t k = 32; k < sizeof out; k++)
			CHECK(out[k] == 'x');
	}
}

static void check_texts(const struct console_call *call)
{
	const struct {
		const char *text;
		size_t cap;
	} texts[] = {
		{ call->if_match, sizeof call->if_match }, { call->if_none_match, sizeof call->if_none_match },
		{ call->cookie, sizeof call->cookie },     { call->address, sizeof call->address },
		{ call->agent, sizeof call->agent },       { call->page_user, sizeof call->page_user },
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		CHECK(memchr(texts[i].text, '\0', texts[i].cap) != NULL);
		CHECK(strpbrk(texts[i].text, "\r\n") == NULL);
	}
	for (unsigned i = 0; i < CONSOLE_PARAMS_MAX; i++)
		CHECK(call->params[i] != NULL);
	CHECK(call->body_text != NULL && call->body_text[call->body_len] == '\0');
}

/* Where the console hands a call to a thread. */
bool __wrap_console_call_start(struct console_call *call)
{
	const struct console_route *route = call->route;
	CHECK(route >= console_routes && route < console_routes + console_route_count);
	check_texts(call);
	check_query(call);
	/* A page of another site says so, or says nothing of ours where it may change something. */
	CHECK(route->method == HTTPD_GET || has_text("same-origin") || has_text("none") || has_text(console.origin));
	CHECK(route->gate == CONSOLE_OPEN || has_text(CONSOLE_COOKIE));
	if (call->body_len > 0) {
		json_t *body = json_loadb(call->body_text, call->body_len, JSON_REJECT_DUPLICATES, NULL);
		const char *code, *text = console_text(body, "name", 32);
		CHECK(text == NULL || strlen(text) <= 32);
		if (console_code(body, &code) && code != NULL)
			CHECK(strlen(code) < 64);
		json_decref(body);
	}
	return false;
}

static void start(void)
{
	const struct httpd_options options = {
		.host = "127.0.0.1",
		.keeps_target = true,
		.on_dropped = console_on_dropped,
		.connections_max = 64,
	};
	feed.loop = console.loop = loop_create();
	CHECK(feed.loop != NULL);
	console.works = console.heavy = console.slow = loop_works_create(feed.loop, 1, 1);
	console.options.proxies = "127.0.0.0/8,::1";
	console.options.url = "https://c";
	snprintf(console.origin, sizeof console.origin, "https://c");
	httpd_rate_init(&console.rate, 1000000, 1000000, 1);
	CHECK(httpd_create(feed.loop, &options, console_pages, console_page_count, &console, &console.httpd, NULL) ==
	      ERR_OK);
	feed.port = httpd_port(console.httpd);
}

/* A path leads to one route at most, and its parameters lie in it. */
static void check_route(struct slice path)
{
	struct slice params[CONSOLE_PARAMS_MAX];
	unsigned allowed = 0;
	for (int method = 0; method < HTTPD_METHOD_COUNT; method++) {
		const struct console_route *route =
			console_route_find((enum httpd_method)method, path, params, &allowed);
		CHECK(route == NULL || route->method == (enum httpd_method)method);
		CHECK((route != NULL) == ((allowed >> method & 1) != 0) || route == NULL);
		for (unsigned i = 0; route != NULL && i < CONSOLE_PARAMS_MAX; i++)
			CHECK(params[i].len == 0 ||
			      (params[i].at >= path.at && params[i].at + params[i].len <= path.at + path.len &&
			       memchr(params[i].at, '/', params[i].len) == NULL));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	if (console.httpd == NULL)
		start();
	if (len == 0 || len > 4096)
		return 0;
	said = (struct slice){ (const char *)octets, len };
	struct slice line = said;
	line = slice_cut(&line, '\n');
	slice_cut(&line, ' ');
	struct slice path = slice_cut(&line, ' ');
	if (path.len > 0)
		check_route(path);
	struct slice answers = http_feed_say(&feed, said.at, said.len, said.len), head, body;
	for (unsigned status; (status = http_feed_answer(&answers, &head, &body)) != 0;) {
		CHECK(status >= 100 && status < 600);
		if (memmem(head.at, head.len, "json", 4) == NULL || has_text("HEAD"))
			break; /* of a HEAD there is no body */
		json_t *value = json_loadb(body.at, body.len, JSON_ALLOW_NUL, NULL);
		CHECK(json_is_object(value));
		json_decref(value);
	}
	return 0;
}
