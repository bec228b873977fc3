/* SPDX-License-Identifier: Apache-2.0 */

/* Changes of accounts. One is answered when Redis has it; until then its request rests. What goes wrong on the way to Redis is
 * the client's to try again: saying the same thing twice does no harm. */

#include "admin/admin_inner.h"

#include "base/suggest.h"

#include <jansson.h>
#include <stdio.h>

#define WAIT_US      (10 * US_PER_S)
#define PREFIX       "/v1/accounts/"
#define NAMES_MAX    64
#define KEYS_MAX     2
#define SHOWN_OCTETS 64 /* of a name that is wrong */

enum verb { VERB_PAUSE, VERB_RESUME, VERB_DRAIN, VERB_TPS, VERB_COUNT };

static const struct verb_row {
	const char *name;
	enum httpd_method method;
	const char *allow;
	enum account_stance stance;
	const char *keys[KEYS_MAX]; /* of the body */
} verbs[VERB_COUNT] = {
	[VERB_PAUSE] = { "pause", HTTPD_POST, "POST", ACCOUNT_PAUSED, { "by", "reason" } },
	[VERB_RESUME] = { "resume", HTTPD_POST, "POST", ACCOUNT_RUNS, { NULL } },
	[VERB_DRAIN] = { "drain", HTTPD_POST, "POST", ACCOUNT_DRAINED, { "by", "reason" } },
	[VERB_TPS] = { "tps", HTTPD_PUT, "PUT", ACCOUNT_RUNS, { "by", "tps" } },
};

/* -- the path -- */

/* Those of the configuration; the others are leaving. */
static const char *find_account(struct admin *admin, struct slice name, struct httpd_response *response)
{
	struct admin_snapshot snapshot;
	const char *names[NAMES_MAX];
	unsigned count = 0;
	admin_look(admin, &snapshot);
	for (unsigned i = 0; i < snapshot.account_count && count < NAMES_MAX; i++) {
		if (snapshot.accounts[i].is_leaving)
			continue;
		if (slice_is(name, snapshot.accounts[i].name))
			return snapshot.accounts[i].name;
		names[count++] = snapshot.accounts[i].name;
	}
	const char *nearest = suggest_nearest(name, names, count);
	httpd_problem(response, 404, "there is no account “%.*s”%s%s%s",
		      name.len < SHOWN_OCTETS ? (int)name.len : SHOWN_OCTETS, name.len ? name.at : "",
		      nearest ? "; did you mean “" : "", nearest ? nearest : "", nearest ? "”?" : "");
	return NULL;
}

/* Finds account and verb of “/v1/accounts/NAME/VERB”. The account's name, borrowed from the snapshot; NULL where it is
 * none, which is told. */
static const char *read_path(struct admin *admin, const struct httpd_request *request, enum verb *verb,
			     struct httpd_response *response)
{
	struct slice word = { request->path.at + strlen(PREFIX), request->path.len - strlen(PREFIX) };
	struct slice name = slice_cut(&word, '/');
	unsigned index = 0;
	while (index < VERB_COUNT && !slice_is(word, verbs[index].name))
		index++;
	if (index == VERB_COUNT) {
		httpd_problem(
			response, 404,
			"there is no such page; there are POST /v1/accounts/NAME/pause, …/resume and …/drain, and "
			"PUT /v1/accounts/NAME/tps");
		return NULL;
	}
	if (verbs[index].method != request->method) {
		httpd_problem(response, 405, "/v1/accounts/NAME/%s takes %s only", verbs[index].name,
			      verbs[index].allow);
		response->allow = verbs[index].allow;
		return NULL;
	}
	*verb = (enum verb)index;
	return find_account(admin, name, response);
}

/* -- the body -- */

static bool is_key(const char *const keys[], unsigned count, const char *key)
{
	for (unsigned i = 0; i < count; i++) {
		if (keys[i] != NULL && strcmp(keys[i], key) == 0)
			return true;
	}
	return false;
}

json_t *admin_order_body(const struct httpd_request *request, const char *const keys[], unsigned count,
			 const char *name, struct httpd_response *response)
{
	if (request->body.len == 0)
		return json_object();
	json_error_t error;
	json_t *body = json_loadb(request->body.at, request->body.len, JSON_REJECT_DUPLICATES, &error);
	const char *key = NULL;
	json_t *value;
	if (!json_is_object(body)) {
		httpd_problem(response, 400, "the body is no JSON object%s%.100s", body ? "" : ": ",
			      body ? "" : error.text);
		json_decref(body);
		return NULL;
	}
	json_object_foreach(body, key, value)
	{
		if (is_key(keys, count, key))
			continue;
		httpd_problem(response, 422, "“%.40s” means nothing to %s", key, name);
		json_decref(body);
		return NULL;
	}
	return body;
}

const char *admin_order_text(const json_t *body, const char *key, struct httpd_response *response)
{
	const json_t *value = json_object_get(body, key);
	if (value == NULL || json_is_null(value))
		return "";
	/* A NUL within it is refused by the parser. */
	if (!json_is_string(value))
		httpd_problem(response, 422, "“%s” must be a text", key);
	return json_string_value(value);
}

/* False where it is none, which is told. */
static bool read_tps(const json_t *body, struct account_change *change, struct httpd_response *response)
{
	const json_t *tps = json_object_get(body, "tps");
	change->is_tps = true;
	if (json_is_null(tps))
		return true;
	if (!json_is_integer(tps) || json_integer_value(tps) < 0 || json_integer_value(tps) > ACCOUNT_TPS_MAX) {
		httpd_problem(
			response, 422,
			"“tps” must be segments a second, a whole number from 0 to %d (0 = unlimited), or null for "
			"what the configuration says",
			ACCOUNT_TPS_MAX);
		return false;
	}
	change->has_tps = true;
	change->tps = (uint32_t)json_integer_value(tps);
	return true;
}

/* False where it is none, which is told. change: borrows from body. */
static bool read_change(const json_t *body, enum verb verb, struct account_change *change,
			struct httpd_response *response)
{
	change->stance = verbs[verb].stance;
	change->who = admin_order_text(body, "by", response);
	change->reason = admin_order_text(body, "reason", response);
	if (change->who == NULL || change->reason == NULL || (verb == VERB_TPS && !read_tps(body, change, response)))
		return false;
	const char *of;
	const char *flaw = account_change_flaw(change, &of);
	if (flaw != NULL)
		httpd_problem(response, 422, "“%s” %s", of, flaw);
	return flaw == NULL;
}

/* -- asking and answering -- */

void admin_order_leave(struct admin_order *order)
{
	order->client = NULL;
	order->is_taken = order->is_pending;
}

void admin_order_done(struct admin_order *order, bool is_noted, const struct err_at *why)
{
	order->is_pending = false;
	order->is_noted = is_noted;
	order->why = *why;
	if (order->client != NULL)
		httpd_resume(order->client);
	else
		admin_order_leave(order);
}

void admin_order_dropped(void *ctx, void *state)
{
	(void)ctx;
	admin_order_leave(state);
}

static void on_ordered(void *ctx, const struct account_answer *answer, const struct err_at *why)
{
	struct admin_order *order = ctx;
	if (answer != NULL)
		order->answer = *answer;
	admin_order_done(order, answer != NULL, why);
}

struct admin_order *admin_order_place(struct admin *admin)
{
	for (unsigned i = 0; i < ADMIN_ORDERS_MAX; i++) {
		if (admin->orders[i].is_taken)
			continue;
		admin->orders[i] = (struct admin_order){ .is_taken = false };
		return &admin->orders[i];
	}
	return NULL;
}

void admin_order_wait(struct admin_order *order, const struct httpd_request *request)
{
	order->is_taken = order->is_pending = true;
	order->client = httpd_wait(request, order, WAIT_US);
}

void admin_order_refuse(struct httpd_response *response, bool has_place, const char *instead)
{
	httpd_problem(response, 503, "the change is not taken: %s; try again, or say it with “%s”",
		      has_place ? "the gateway is draining, or too much is asked of it at once"
				: "too many others are under way",
		      instead);
	response->retry_after_s = 1;
}

bool admin_order_failed(const struct httpd_request *request, const struct admin_order *order,
			struct httpd_response *response)
{
	if (request->is_overdue && order->is_pending) {
		httpd_problem(response, 504,
			      "Redis has not answered for %d s; the change may still be taken: look, or say it again",
			      (int)(WAIT_US / US_PER_S));
		return true;
	}
	if (order->is_noted)
		return false;
	bool may_be_noted = order->why.err == ERR_IO;
	httpd_problem(response, 503, "%s: %s; say it again",
		      may_be_noted ? "the change may or may not be taken" : "the change is not taken", order->why.text);
	response->retry_after_s = 1;
	return true;
}

static void ask(struct admin *admin, const struct httpd_request *request, const struct account_change *change,
		struct httpd_response *response)
{
	struct admin_order *order = admin_order_place(admin);
	if (order == NULL || !admin->view.order(admin->view.ctx, change, on_ordered, order)) {
		admin_order_refuse(response, order != NULL, "hongyan accounts");
		return;
	}
	order->change = *change;
	snprintf(order->account, sizeof order->account, "%s", change->account);
	order->change.account = order->account;
	admin_order_wait(order, request);
}

static void answer(const struct httpd_request *request, struct admin_order *order, struct httpd_response *response)
{
	if (!admin_order_failed(request, order, response)) {
		account_answer_write(&order->change, &order->answer, &response->body);
		buf_put_text(&response->body, "\n");
	}
	admin_order_leave(order);
}

void admin_account_order(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	struct admin *admin = ctx;
	struct account_change change = { 0 };
	enum verb verb;
	if (request->state != NULL) {
		answer(request, request->state, response);
		return;
	}
	if (!admin_may_write(admin, request, response))
		return;
	change.account = read_path(admin, request, &verb, response);
	if (change.account == NULL)
		return;
	json_t *body = admin_order_body(request, verbs[verb].keys, KEYS_MAX, verbs[verb].name, response);
	if (body != NULL && read_change(body, verb, &change, response))
		ask(admin, request, &change, response);
	json_decref(body);
}
