/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_lookup.h"

#include "api/api_inner.h"
#include "base/civil.h"
#include "base/json.h"
#include "base/json_tree.h"
#include "base/secret.h"
#include "history/history_fate.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define CONNECTIONS_MAX 64
#define BODY_MAX        4096
#define ANSWER_OCTETS   (2u * 1024u * 1024u)
#define ALERTS          "/v1/alerts/"
#define SCHEME          "Bearer "

struct api_lookup {
	struct loop *loop;
	struct httpd *httpd;
	struct api_lookup_view view;
};

/* -- who asks -- */

static struct slice bearer_of(const struct httpd_request *request)
{
	struct slice given = httpd_header(request, "Authorization");
	size_t len = strlen(SCHEME); /* its case does not matter (RFC 9110 §11.1) */
	if (given.len <= len || strncasecmp(given.at, SCHEME, len) != 0)
		return (struct slice){ NULL, 0 };
	return (struct slice){ given.at + len, given.len - len };
}

static bool is_admin(const struct api_lookup *lookup, const struct httpd_request *request)
{
	struct slice known = slice_of(lookup->view.admin_token);
	struct slice given = bearer_of(request);
	return known.len > 0 && given.len > 0 && secret_equal(given, known);
}

static void refuse(struct httpd_response *response, const char *why)
{
	httpd_problem(response, 401, "%s", why);
	response->challenge = "Bearer";
}

/* True where they may; tenant: of whose alerts only, absent = all. */
static bool may_read(const struct api_lookup *lookup, const struct httpd_request *request,
		     struct httpd_response *response, struct slice *tenant)
{
	const struct api_token *token;
	*tenant = (struct slice){ NULL, 0 };
	if (is_admin(lookup, request))
		return true;
	enum err err = api_tokens_find(lookup->view.tokens, bearer_of(request), loop_now(lookup->loop).wall, &token);
	if (token != NULL && token->scopes & API_READ) {
		*tenant = slice_of(token->tenant);
		return true;
	}
	if (err == ERR_MEMORY)
		httpd_problem(response, 503, "there is no memory to look at the token; come again");
	else if (token != NULL)
		httpd_problem(response, 403, "the token “%s” may not read; its scopes must have “read”", token->name);
	else
		refuse(response, err == ERR_TIMEOUT
					 ? "the time of this token is over; ask the gateway's operators for another one"
					 : "send “Authorization: Bearer …” with a token of this gateway that has the "
					   "scope “read”");
	return false;
}

/* -- the answer -- */

struct telling {
	struct buf *out;
	struct history_fate fate;
};

static bool put_event(void *ctx, const struct history_event *event)
{
	struct telling *telling = ctx;
	history_fate_add(&telling->fate, event);
	history_event_put(event, true, telling->out);
	return !telling->out->full;
}

/* Fate and events, {"events":[…],"fate":…,"alerts":…}; with "incomplete" where a day could not be read. */
static void answer(struct api_lookup *lookup, const struct history_query *query, struct httpd_response *response)
{
	struct err_at at = { .err = ERR_OK };
	struct telling telling = { .out = &response->body };
	unsigned found = 0;
	if (!httpd_response_room(response, ANSWER_OCTETS))
		return;
	buf_put_text(&response->body, "{\"events\":[");
	enum err err =
		history_book_find(lookup->view.book, query, API_LOOKUP_ALERTS_MAX, &found, put_event, &telling, &at);
	if (err != ERR_OK && found == 0) { /* the path is the operators' business: “hongyan trace” tells it */
		httpd_problem(response, 503, "a day of the history cannot be read, and the others have nothing of it");
		return;
	}
	if (found == 0 && query->id.len > 0) {
		httpd_problem(response, 404,
			      "no event tells of an alert “%.*s”: it waits, or was never added, or its days are over",
			      SLICE_ARG(query->id));
		return;
	}
	buf_put_text(&response->body, "]");
	if (query->id.len > 0)
		json_key_text(&response->body, "fate",
			      slice_of(telling.fate.word != NULL ? telling.fate.word : "open"));
	json_key_uint(&response->body, "alerts", found);
	if (err != ERR_OK)
		json_key_bool(&response->body, "incomplete", true);
	json_close(&response->body, '}');
	buf_put_text(&response->body, "\n");
}

/* -- the pages -- */

static void on_alert(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	struct api_lookup *lookup = ctx;
	struct slice tenant;
	struct slice path = request->path;
	if (!may_read(lookup, request, response, &tenant))
		return;
	struct slice id = { path.at + strlen(ALERTS), path.len - strlen(ALERTS) };
	if (id.len == 0 || id.len > ALERT_ID_MAX)
		httpd_problem(response, 404, "an alert's id has 1 to %d octets", ALERT_ID_MAX);
	else
		answer(lookup, &(struct history_query){ .id = id, .tenant = tenant }, response);
}

static void answer_question(struct api_lookup *lookup, const struct json_tree *tree, struct httpd_response *response)
{
	struct slice number = json_node_text(json_node_member(tree->nodes, SLICE("number")));
	struct slice id = json_node_text(json_node_member(tree->nodes, SLICE("id")));
	struct err_at at = { .err = ERR_OK };
	struct msisdn to;
	if (id.len > 0) {
		answer(lookup, &(struct history_query){ .id = id }, response);
	} else if (number.len == 0) {
		httpd_problem(response, 422, "ask with {\"number\":\"…\"} or {\"id\":\"…\"}");
	} else if (msisdn_parse(number, lookup->view.country, &to, &at) != ERR_OK) {
		httpd_problem(response, 422, "number: %s", at.text);
	} else {
		const struct history_query query = { .number = { to.digits, to.len } };
		answer(lookup, &query, response);
	}
}

/* What the operators ask in a body: a path would stay in the logs of proxies. */
static void ask_as_admin(struct api_lookup *lookup, const struct httpd_request *request,
			 struct httpd_response *response,
			 void (*tell)(struct api_lookup *lookup, const struct json_tree *tree,
				      struct httpd_response *response))
{
	struct json_tree tree;
	struct err_at at = { .err = ERR_OK };
	if (!is_admin(lookup, request)) {
		refuse(response, "who looks numbers up must send “Authorization: Bearer …” with the token of "
				 "admin.token");
		return;
	}
	if (json_tree_read(&tree, request->body, &at) == ERR_OK)
		tell(lookup, &tree, response);
	else
		httpd_problem(response, 400, "the body is no JSON object: %s", at.text);
	json_tree_fini(&tree);
}

static void on_question(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	ask_as_admin(ctx, request, response, answer_question);
}

/* -- what only the console asks -- */

static bool keep_number(void *ctx, const struct history_event *event)
{
	struct buf *number = ctx;
	if (number->len == 0)
		buf_put_slice(number, event->to);
	return number->len == 0;
}

/* Whole, so that the one who asks has to see to it who may know it. */
static void answer_number(struct api_lookup *lookup, const struct json_tree *tree, struct httpd_response *response)
{
	struct history_query query = { .number = { NULL, 0 } };
	struct err_at at = { .err = ERR_OK };
	char digits[MSISDN_DIGITS_MAX];
	struct buf number = buf_over(digits, sizeof digits);
	unsigned found = 0;
	if (!entry_key_parse(json_node_text(json_node_member(tree->nodes, SLICE("entry"))), &query.entry)) {
		httpd_problem(response, 422, "ask with {\"entry\":\"1739404800000-7@normal\"}");
		return;
	}
	enum err err = history_book_find(lookup->view.book, &query, 1, &found, keep_number, &number, &at);
	if (number.len > 0) {
		json_open(&response->body, '{');
		json_key_text(&response->body, "number", buf_slice(&number));
		json_close(&response->body, '}');
	} else if (err != ERR_OK) {
		httpd_problem(response, 503, "a day of the history cannot be read, and the others have nothing of it");
	} else {
		httpd_problem(response, 404, "the history has no number of that alert");
	}
}

static void on_number(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	ask_as_admin(ctx, request, response, answer_number);
}

static void put_row(void *ctx, const struct history_row *row)
{
	struct buf *out = ctx;
	json_open(out, '{');
	json_key_text(out, "tenant", row->tenant);
	json_key_text(out, "template", row->template_name);
	json_key_text(out, "account", row->account);
	json_key_uint(out, "alerts", row->alerts);
	json_key_uint(out, "accepted", row->accepted);
	json_key_uint(out, "segments", row->segments);
	json_key_uint(out, "delivered", row->delivered);
	json_key_uint(out, "undelivered", row->undelivered);
	json_key_uint(out, "not_sent", row->not_sent);
	json_key_uint(out, "dead", row->dead);
	json_key_uint(out, "open", row->open);
	json_key_uint(out, "ambiguous", row->ambiguous);
	json_close(out, '}');
}

/* A day without a file is one on which nothing was sent. */
static void on_report(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	struct api_lookup *lookup = ctx;
	struct slice wanted = httpd_query(request, "day");
	struct err_at at = { .err = ERR_OK };
	struct civil date;
	char day[HISTORY_DAY_OCTETS];
	if (!is_admin(lookup, request)) {
		refuse(response, "reports need “Authorization: Bearer …” with the token of admin.token");
		return;
	}
	if (wanted.len >= sizeof day || !civil_parse_date(wanted, &date)) {
		httpd_problem(response, 422, "say which day: ?day=2026-02-13");
		return;
	}
	snprintf(day, sizeof day, "%.*s", SLICE_ARG(wanted));
	if (!httpd_response_room(response, ANSWER_OCTETS))
		return;
	buf_put_text(&response->body, "{\"rows\":[");
	enum err err = history_book_report(lookup->view.book, day, put_row, &response->body, &at);
	if (err != ERR_OK && err != ERR_NOT_FOUND)
		httpd_problem(response, 503, "the history of that day cannot be read");
	else
		buf_put_text(&response->body, "]}\n");
}

static void on_livez(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	(void)ctx;
	(void)request;
	buf_put_text(&response->body, "{\"alive\":true}\n");
}

static void on_readyz(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	const struct api_lookup *lookup = ctx;
	struct api_lookup_state state = { .events = 0 };
	(void)request;
	lookup->view.state(lookup->view.ctx, &state);
	response->status = state.is_well ? 200 : 503;
	json_open(&response->body, '{');
	json_key_bool(&response->body, "ready", state.is_well);
	json_key_uint(&response->body, "events", state.events);
	json_key_uint(&response->body, "behind", state.behind);
	json_key_text_if(&response->body, "trouble", slice_of(state.trouble));
	json_close(&response->body, '}');
	buf_put_text(&response->body, "\n");
}

static void put_metric(struct buf *out, const char *name, const char *type, const char *help, uint64_t value)
{
	buf_put_format(out, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", name, help, name, type, name,
		       (unsigned long long)value);
}

static void on_metrics(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	const struct api_lookup *lookup = ctx;
	struct api_lookup_state state = { .events = 0 };
	struct buf *out = &response->body;
	(void)request;
	lookup->view.state(lookup->view.ctx, &state);
	response->content_type = "text/plain; version=0.0.4; charset=utf-8";
	put_metric(out, "hongyan_history_up", "gauge", "1 where events go into the history", state.is_well);
	put_metric(out, "hongyan_history_events_total", "counter", "Events written into the history", state.events);
	put_metric(out, "hongyan_history_unread_total", "counter",
		   "Events that could not be read, and are not in the history", state.unread);
	put_metric(out, "hongyan_history_behind_entries", "gauge",
		   "Entries of the stream of events that the history has not got yet", state.behind);
	put_metric(out, "hongyan_history_well_timestamp_seconds", "gauge",
		   "When events last went into the history, or there were none",
		   (uint64_t)state.written / (uint64_t)MS_PER_S);
}

static const struct httpd_route routes[] = {
	{ HTTPD_GET, ALERTS, on_alert },
	{ HTTPD_POST, "/v1/history", on_question },
	{ HTTPD_POST, "/v1/history/number", on_number },
	{ HTTPD_GET, "/v1/report", on_report },
	{ HTTPD_GET, "/livez", on_livez },
	{ HTTPD_GET, "/readyz", on_readyz },
	{ HTTPD_GET, "/metrics", on_metrics },
};

enum err api_lookup_start(struct loop *loop, const char *host, uint16_t port, const struct api_lookup_view *view,
			  struct api_lookup **out, struct err_at *at)
{
	struct api_lookup *lookup = calloc(1, sizeof *lookup);
	if (lookup == NULL)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "no memory for the API");
	*lookup = (struct api_lookup){ .loop = loop, .view = *view };
	const struct httpd_options limits = {
		.host = host,
		.port = port,
		.connections_max = CONNECTIONS_MAX,
		.body_octets_max = BODY_MAX,
	};
	enum err err =
		httpd_create(loop, &limits, routes, sizeof routes / sizeof routes[0], lookup, &lookup->httpd, at);
	if (err != ERR_OK)
		free(lookup);
	else
		*out = lookup;
	return err;
}

uint16_t api_lookup_port(const struct api_lookup *lookup)
{
	return httpd_port(lookup->httpd);
}

void api_lookup_destroy(struct api_lookup *lookup)
{
	if (lookup == NULL)
		return;
	httpd_destroy(lookup->httpd);
	free(lookup);
}
