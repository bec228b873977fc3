/* SPDX-License-Identifier: Apache-2.0 */

/* The opt-out list: numbers go on it and off it, and are looked for. Numbers stand in bodies, never in paths, which proxies log; answers
 * show them masked. One is answered when Redis has it, like a change of an account. */

#include "admin/admin_inner.h"

#include "base/json.h"
#include "model/msisdn.h"

#define PREFIX     "/v1/optouts/"
#define KEYS_MAX   3
#define VERB_COUNT 3

static const struct verb_row {
	const char *name;
	const char *keys[KEYS_MAX]; /* of the body */
} verbs[VERB_COUNT] = {
	[OPTOUT_ADD] = { "add", { "number", "by", "reason" } },
	[OPTOUT_REMOVE] = { "remove", { "number" } },
	[OPTOUT_CHECK] = { "check", { "number" } },
};

static bool read_path(const struct httpd_request *request, enum optout_verb *verb, struct httpd_response *response)
{
	struct slice word = { request->path.at + strlen(PREFIX), request->path.len - strlen(PREFIX) };
	for (unsigned i = 0; i < VERB_COUNT; i++) {
		if (!slice_is(word, verbs[i].name))
			continue;
		*verb = (enum optout_verb)i;
		return true;
	}
	httpd_problem(response, 404, "there is no such page; there are POST /v1/optouts/add, …/remove and …/check");
	return false;
}

/* False where something is wrong, which is told. order: borrows from body. */
static bool read_order(struct admin *admin, const json_t *body, struct optout_order *order,
		       struct httpd_response *response)
{
	struct admin_routing routing;
	struct err_at at = { .err = ERR_OK };
	const char *number = admin_order_text(body, "number", response);
	order->who = admin_order_text(body, "by", response);
	order->reason = admin_order_text(body, "reason", response);
	if (number == NULL || order->who == NULL || order->reason == NULL)
		return false;
	const char *of;
	const char *flaw = account_change_flaw(
		&(struct account_change){ .account = "", .who = order->who, .reason = order->reason }, &of);
	if (flaw != NULL) {
		httpd_problem(response, 422, "“%s” %s", of, flaw);
		return false;
	}
	admin->view.routing(admin->view.ctx, &routing);
	if (*number != '\0' && msisdn_parse(slice_of(number), routing.country, &order->number, &at) == ERR_OK)
		return true;
	httpd_problem(response, 422, "“number” %s", *number ? at.text : "is missing: the phone number, as a text");
	return false;
}

static void on_answer(void *ctx, const struct optout_answer *answer, const struct err_at *why)
{
	struct admin_order *order = ctx;
	if (answer != NULL)
		order->optout_answer = *answer;
	admin_order_done(order, answer != NULL, why);
}

static void ask(struct admin *admin, const struct httpd_request *request, const struct optout_order *wanted,
		struct httpd_response *response)
{
	struct admin_order *order = admin_order_place(admin);
	if (order == NULL || !admin->view.optout(admin->view.ctx, wanted, on_answer, order)) {
		admin_order_refuse(response, order != NULL, "hongyan optout");
		return;
	}
	order->optout = *wanted;
	order->optout.who = order->optout.reason = "";
	admin_order_wait(order, request);
}

/* Who else writes the list may have written anything: what does not read has no members. */
static void put_why(struct buf *out, const char *why)
{
	static const char *const names[] = { "since", "source", "account", "keyword", "by", "reason" };
	json_t *object = json_loads(why, JSON_REJECT_DUPLICATES, NULL);
	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
		json_key_text_if(out, names[i], slice_of(json_string_value(json_object_get(object, names[i]))));
	json_decref(object);
}

static void answer(struct admin *admin, const struct httpd_request *request, struct admin_order *order,
		   struct httpd_response *response)
{
	if (!admin_order_failed(request, order, response)) {
		char number[MSISDN_MASK_OCTETS];
		struct admin_routing routing;
		admin->view.routing(admin->view.ctx, &routing);
		size_t len = msisdn_mask(&order->optout.number, routing.country, number);
		bool is_check = order->optout.verb == OPTOUT_CHECK;
		json_open(&response->body, '{');
		json_key_text(&response->body, "number", (struct slice){ number, len });
		json_key_bool(&response->body, is_check ? "opted_out" : "was_on_list", order->optout_answer.was_on);
		if (is_check && order->optout_answer.was_on)
			put_why(&response->body, order->optout_answer.why);
		json_close(&response->body, '}');
		buf_put_text(&response->body, "\n");
	}
	admin_order_leave(order);
}

void admin_optout(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	struct admin *admin = ctx;
	struct optout_order order = { .who = "", .reason = "" };
	if (request->state != NULL) {
		answer(admin, request, request->state, response);
		return;
	}
	/* Looking needs the token too: who asked for no more texts is nobody else's business. */
	if (!admin_may_write(admin, request, response) || !read_path(request, &order.verb, response))
		return;
	json_t *body = admin_order_body(request, verbs[order.verb].keys, KEYS_MAX, verbs[order.verb].name, response);
	if (body != NULL && read_order(admin, body, &order, response))
		ask(admin, request, &order, response);
	json_decref(body);
}
