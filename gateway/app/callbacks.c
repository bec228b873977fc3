/* SPDX-License-Identifier: Apache-2.0 */
#include "app/callbacks.h"

#include "app/callback_gate.h"
#include "app/config_callback.h"
#include "base/check.h"
#include "httpd/httpd.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A call is one request on its way:
 *
 *   judged → read → OFFERING: at most GROUP items at a time are with the pipeline ──all durable──► yes
 *                       └── one was not, or the time is over ──► 503, and the provider sends it again
 *
 * Its items (receipts, messages from phones) say when they are done within somebody else's turn; the next ones are offered in
 * ours. A call that has been answered, or whose connection has gone, lives on until its last item was heard of: what the
 * pipeline has, it goes on with, and when the provider comes again the item is known already. */

#define GROUP         64 /* receipts and messages of one call with the pipeline */
#define RETRY_AFTER_S 30
#define LOG_EVERY_US  (60 * US_PER_S)

struct call {
	struct list link; /* on callbacks.ready, or alone */
	struct callbacks *callbacks;
	struct httpd_client *client; /* NULL = nobody waits for it any more */
	unsigned account;
	struct http_callback_list list;
	unsigned next;    /* item to offer */
	unsigned open;    /* items with the pipeline */
	bool is_offering; /* items may answer at once */
	bool is_lost;     /* an item is not durable */
};

/* A kind of line that strangers could have us write without end. */
struct rare_line {
	mono_us next;
	uint64_t left_out;
};

struct desk {
	const struct config_account *account; /* NULL = nobody calls for it */
	struct receipt_door *door;
	struct http_callback *dialect;
};

struct callbacks {
	struct callbacks_options options;
	struct loop_member member;
	struct httpd *httpd;
	struct desk desks[CONFIG_ACCOUNTS_MAX];
	struct list ready; /* calls that can go on */
	struct rare_line refused, malformed, too_long;
};

static void free_call(struct call *call)
{
	list_remove(&call->link);
	http_callback_list_free(&call->list);
	free(call);
}

/* -- items -- */

static void on_item_done(void *ctx, bool durable)
{
	struct call *call = ctx;
	call->open--;
	call->is_lost |= !durable;
	if (call->is_offering)
		return;
	if (call->client == NULL && call->open == 0) {
		free_call(call);
		return;
	}
	list_remove(&call->link);
	list_push(&call->callbacks->ready, &call->link);
}

static bool offer_item(struct receipt_door *door, const struct http_callback_item *item, struct call *call)
{
	if (item->mo != NULL)
		return receipt_door_offer_mo(door, &item->mo->mo, on_item_done, call);
	struct receipt receipt = http_callback_receipt(item);
	return receipt_door_offer(door, &receipt, on_item_done, call);
}

static void offer(struct call *call)
{
	struct receipt_door *door = call->callbacks->desks[call->account].door;
	call->is_offering = true;
	call->is_lost |= door == NULL;
	while (!call->is_lost && call->next < call->list.count && call->open < GROUP) {
		call->open++;
		if (!offer_item(door, &call->list.items[call->next++], call)) {
			call->open--;
			call->is_lost = true;
		}
	}
	call->is_offering = false;
}

static bool is_done(const struct call *call)
{
	return call->open == 0 && (call->is_lost || call->next == call->list.count);
}

static void on_turn(void *ctx, struct now now)
{
	(void)now;
	struct callbacks *callbacks = ctx;
	while (!list_empty(&callbacks->ready)) {
		struct call *call = LIST_ITEM(callbacks->ready.next, struct call, link);
		list_remove(&call->link);
		list_init(&call->link);
		if (call->client == NULL)
			continue; /* goes with its last item */
		offer(call);
		if (is_done(call))
			httpd_resume(call->client);
	}
}

static mono_us on_next_deadline(void *ctx)
{
	const struct callbacks *callbacks = ctx;
	return list_empty(&callbacks->ready) ? INT64_MAX : 0;
}

/* -- requests -- */

/* True where a line of that kind is due, with how many were left out since the last one in it. */
static bool begin_line(struct callbacks *callbacks, struct rare_line *kind, struct log_line *line, const char *code,
		       const char *text)
{
	mono_us now = loop_now(callbacks->options.loop).mono;
	if (now < kind->next) {
		kind->left_out++;
		return false;
	}
	uint64_t left_out = kind->left_out;
	kind->left_out = 0;
	kind->next = now + LOG_EVERY_US;
	if (!log_begin(line, callbacks->options.log, LOG_WARN, code, text))
		return false;
	log_uint(line, "left_out", left_out);
	return true;
}

/* The same for an account that does not exist, a wrong secret and a wrong signature. */
static void refuse(struct callbacks *callbacks, const char *why, const char *peer, struct httpd_response *response)
{
	struct log_line line;
	metrics_add(callbacks->options.metrics, METRIC_CALLBACKS_REFUSED, 1);
	if (begin_line(callbacks, &callbacks->refused, &line, "callback_refused",
		       "a callback over HTTP does not come from the provider of an account")) {
		log_text(&line, "wrong", slice_of(why));
		log_text(&line, "peer", slice_of(peer));
		log_end(&line);
	}
	httpd_problem(response, 404, "there is nothing here");
}

static void ask_again(struct callbacks *callbacks, unsigned account, struct httpd_response *response)
{
	metrics_add_at(callbacks->options.metrics, METRIC_CALLBACKS_LATER, account, 1);
	httpd_problem(response, 503, "what came could not be stored now; send it again");
	response->retry_after_s = RETRY_AFTER_S;
}

static void say_yes(struct callbacks *callbacks, unsigned account, struct httpd_response *response)
{
	struct http_callback_answer answer = http_callback_answer(callbacks->desks[account].dialect);
	metrics_add_at(callbacks->options.metrics, METRIC_CALLBACKS, account, 1);
	response->status = answer.status;
	response->content_type = answer.content_type;
	buf_put_text(&response->body, answer.body);
}

static void answer(struct call *call, struct httpd_response *response)
{
	/* The account may have gone meanwhile. */
	if (call->is_lost || call->callbacks->desks[call->account].account == NULL)
		ask_again(call->callbacks, call->account, response);
	else
		say_yes(call->callbacks, call->account, response);
	free_call(call);
}

/* Answers one whose time is over; its items go on. */
static void give_up(struct call *call, struct httpd_response *response)
{
	ask_again(call->callbacks, call->account, response);
	call->client = NULL;
	if (call->open == 0)
		free_call(call);
}

static void refuse_body(struct callbacks *callbacks, unsigned account, const struct err_at *at,
			struct httpd_response *response)
{
	struct log_line line;
	metrics_add_at(callbacks->options.metrics, METRIC_CALLBACKS_MALFORMED, account, 1);
	if (begin_line(callbacks, &callbacks->malformed, &line, "callback_malformed",
		       "a callback over HTTP is not what the account's dialect says")) {
		log_text(&line, "account", slice_of(callbacks->desks[account].account->name));
		log_text(&line, "wrong", slice_of(at->text));
		log_end(&line);
	}
	httpd_problem(response,
		      at->err == ERR_MEMORY || at->err == ERR_FULL ? 503
		      : at->err == ERR_RANGE                       ? 413
								   : 400,
		      "%s", at->text);
}

/* The provider hears yes, since a message does not get shorter by being sent again; whoever runs the gateway hears of it. */
static void tell_skipped(struct callbacks *callbacks, unsigned account, const struct http_callback_list *list)
{
	struct log_line line;
	metrics_add_at(callbacks->options.metrics, METRIC_CALLBACK_SKIPPED, account, list->skipped + list->too_long);
	if (list->too_long == 0 || !begin_line(callbacks, &callbacks->too_long, &line, "mo_too_long",
					       "a message from a phone is longer than any sms, and is not kept"))
		return;
	log_text(&line, "account", slice_of(callbacks->desks[account].account->name));
	log_uint(&line, "count", list->too_long);
	log_end(&line);
}

static void begin(struct callbacks *callbacks, unsigned account, const struct httpd_request *request,
		  struct slice query, struct httpd_response *response)
{
	/* Of a signed one only what is signed is read: a query behind a signed body is anybody's. */
	enum config_signature signature = callbacks->desks[account].account->callback_signature;
	bool is_body_signed = signature == CONFIG_SIGNATURE_HMAC_SHA256 || signature == CONFIG_SIGNATURE_HMAC_SHA1;
	bool has_query = !is_body_signed || request->method == HTTPD_GET;
	struct http_callback_request asked = {
		.query = has_query ? query : (struct slice){ NULL, 0 },
		.body = request->body,
		.content_type = httpd_header(request, "Content-Type"),
	};
	struct err_at at = { 0 };
	struct call *call = calloc(1, sizeof *call);
	if (call == NULL) {
		ask_again(callbacks, account, response);
		return;
	}
	if (http_callback_read(callbacks->desks[account].dialect, &asked, &call->list, &at) != ERR_OK) {
		free(call);
		refuse_body(callbacks, account, &at, response);
		return;
	}
	tell_skipped(callbacks, account, &call->list);
	call->callbacks = callbacks;
	call->account = account;
	list_init(&call->link);
	offer(call);
	if (is_done(call))
		answer(call, response);
	else
		call->client = httpd_wait(request, call, callbacks->options.settings->wait_us);
}

/* CONFIG_ACCOUNTS_MAX where there is none. */
static unsigned find_desk(const struct callbacks *callbacks, struct slice name)
{
	unsigned index = 0;
	while (index < CONFIG_ACCOUNTS_MAX &&
	       (callbacks->desks[index].account == NULL || !slice_is(name, callbacks->desks[index].account->name)))
		index++;
	return index;
}

static void on_request(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	struct callbacks *callbacks = ctx;
	struct call *waited = request->state;
	if (waited != NULL && is_done(waited)) {
		answer(waited, response);
		return;
	}
	if (waited != NULL) {
		give_up(waited, response);
		return;
	}
	struct callback_target target;
	char peer[HTTPD_PEER_OCTETS] = "";
	const char *why = "path";
	if (!callback_target_parse(request->target, &target)) {
		refuse(callbacks, why, peer, response);
		return;
	}
	unsigned index = find_desk(callbacks, target.account);
	const struct config_account *account = index < CONFIG_ACCOUNTS_MAX ? callbacks->desks[index].account : NULL;
	enum err err = callback_gate_admit(callbacks->options.settings, account, request, &target,
					   loop_now(callbacks->options.loop).wall, peer, &why);
	if (err == ERR_OK)
		begin(callbacks, index, request, target.query, response);
	else if (err == ERR_MEMORY)
		ask_again(callbacks, index, response);
	else
		refuse(callbacks, why, peer, response);
}

static void on_dropped(void *ctx, void *state)
{
	(void)ctx;
	struct call *call = state;
	call->client = NULL;
	if (call->open == 0)
		free_call(call);
}

/* -- life -- */

static const struct httpd_route routes[] = {
	{ HTTPD_GET, "/callbacks/", on_request },
	{ HTTPD_POST, "/callbacks/", on_request },
};

void callbacks_unset_account(struct callbacks *callbacks, unsigned index)
{
	http_callback_destroy(callbacks->desks[index].dialect);
	callbacks->desks[index] = (struct desk){ .account = NULL };
}

bool callbacks_set_account(struct callbacks *callbacks, unsigned index, const struct config_account *account,
			   struct receipt_door *door)
{
	struct desk *desk = &callbacks->desks[index];
	callbacks_unset_account(callbacks, index);
	if (account->callback == CONFIG_CALLBACK_NONE || door == NULL)
		return true;
	struct err_at at = { 0 };
	if (config_callback_create(account, &desk->dialect, &at) != ERR_OK)
		return false; /* what it says was compiled before, by config_check */
	desk->account = account;
	desk->door = door;
	return true;
}

bool callbacks_reserve(const struct config *config, struct callbacks_place *out)
{
	const struct config_address *listen = &config->callbacks.listen;
	struct err_at at = { .err = ERR_OK };
	if (listen->host == NULL || httpd_reserve(listen->host, listen->port, &out->fd, &out->port, &at) == ERR_OK)
		return true;
	fprintf(stderr, "%s: callbacks.listen: %s\n", config->path, at.text);
	return false;
}

void callbacks_release(struct callbacks_place *place)
{
	if (place->port != 0)
		close(place->fd);
	place->port = 0;
}

enum err callbacks_create(const struct callbacks_options *options, struct callbacks **out, struct err_at *at)
{
	struct callbacks *callbacks = calloc(1, sizeof *callbacks);
	if (callbacks == NULL)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "no memory for the callbacks");
	callbacks->options = *options;
	list_init(&callbacks->ready);
	struct httpd_options httpd = {
		.host = options->settings->listen.host,
		.port = options->port,
		.is_shared = true,
		.keeps_target = true,
		.on_dropped = on_dropped,
		.connections_max = CALLBACKS_CONNECTIONS_MAX,
		.body_octets_max = HTTP_CALLBACK_OCTETS_MAX,
	};
	enum err err = httpd_create(options->loop, &httpd, routes, sizeof routes / sizeof routes[0], callbacks,
				    &callbacks->httpd, at);
	callbacks->member =
		(struct loop_member){ .turn = on_turn, .next_deadline = on_next_deadline, .ctx = callbacks };
	loop_add(options->loop, &callbacks->member);
	if (err == ERR_OK)
		*out = callbacks;
	else
		callbacks_destroy(callbacks);
	return err;
}

void callbacks_stop(struct callbacks *callbacks, mono_us grace_us, void (*on_stopped)(void *ctx), void *ctx)
{
	httpd_stop(callbacks->httpd, grace_us, on_stopped, ctx);
}

void callbacks_destroy(struct callbacks *callbacks)
{
	if (callbacks == NULL)
		return;
	httpd_destroy(callbacks->httpd);
	loop_remove(&callbacks->member);
	while (!list_empty(&callbacks->ready))
		free_call(LIST_ITEM(callbacks->ready.next, struct call, link));
	for (unsigned i = 0; i < CONFIG_ACCOUNTS_MAX; i++)
		http_callback_destroy(callbacks->desks[i].dialect);
	free(callbacks);
}
