/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/http_outbox.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/rng.h"
#include "wire/http/http_request.h"

#include <stdlib.h>

#define REQUEST_OCTETS     4096 /* for a request with one message at first; grows */
#define REQUEST_OCTETS_MAX (4 * 1024 * 1024)

struct message {
	struct http_message http;
	struct msisdn to;
	char id[ENTRY_SHORT_OCTETS];
	uint64_t token;
	wall_ms expires_at;           /* 0 = never */
	struct message *next;         /* of the list that it is on */
	enum outcome_class came_back; /* where returned */
	bool is_alone;                /* goes in a request of its own */
};

/* First in, first out. */
struct message_list {
	struct message *first;
	struct message *last;
	unsigned count;
};

/* One request; its number is its place in the client. */
struct request {
	const struct http_message **messages; /* of struct message, in the request's order */
	unsigned count;                       /* 0 = free */
	char *memory;                         /* URL, headers, body: a quarter, a quarter, the rest */
	size_t cap;
};

struct http_outbox {
	const struct http_account *account;
	const struct http_callback_address *receipts_to;
	char *callbacks;     /* where a message's receipt is to go: callback_cap octets for each message */
	size_t callback_cap; /* 0 = no receipts are asked for */
	struct rng rng;
	unsigned batch;
	unsigned places;
	unsigned window;
	unsigned used; /* messages that are not free */
	struct message *messages;
	struct message *free;
	struct message_list waiting;
	struct message_list again; /* those that were refused together, each to go alone */
	struct message_list returned;
	struct request *requests;
	unsigned *free_places; /* a stack: the last used one is warm */
	unsigned free_count;
};

/* -- lists -- */

static void push(struct message_list *list, struct message *message)
{
	message->next = NULL;
	*(list->first ? &list->last->next : &list->first) = message;
	list->last = message;
	list->count++;
}

static struct message *pop(struct message_list *list)
{
	struct message *message = list->first;
	list->first = message->next;
	list->count--;
	return message;
}

static void free_message(struct http_outbox *outbox, struct message *message)
{
	message->next = outbox->free;
	outbox->free = message;
	outbox->used--;
}

static void come_back(struct http_outbox *outbox, struct message *message, enum outcome_class outcome_class)
{
	message->came_back = outcome_class;
	push(&outbox->returned, message);
}

/* -- messages -- */

static struct slice write_callback(struct http_outbox *outbox, const struct message *message,
				   const struct submit *submit)
{
	if (outbox->callback_cap == 0 || !submit->wants_receipt)
		return (struct slice){ NULL, 0 };
	char *memory = outbox->callbacks + (size_t)(message - outbox->messages) * outbox->callback_cap;
	struct buf url = buf_over(memory, outbox->callback_cap);
	http_callback_write_url(outbox->receipts_to, message->http.id, &url);
	CHECK(!url.full);
	return buf_slice(&url);
}

/* For how long the sms is of use; at least a second, so that “as the provider likes”, 0, is never meant. */
static uint32_t validity(wall_ms expires_at, wall_ms now)
{
	if (expires_at == 0)
		return 0;
	wall_ms left_s = (expires_at - now) / MS_PER_S;
	return left_s < 1 ? 1 : left_s < UINT32_MAX ? (uint32_t)left_s : UINT32_MAX;
}

static bool is_too_late(const struct message *message, wall_ms now)
{
	return message->expires_at != 0 && now >= message->expires_at;
}

void http_outbox_put(struct http_outbox *outbox, const struct submit *submit, wall_ms now)
{
	struct message *message = outbox->free;
	CHECK(message != NULL && submit->text != NULL);
	const struct submit_text *text = submit->text;
	outbox->free = message->next;
	outbox->used++;
	message->token = submit->token;
	message->expires_at = submit->expires_at;
	message->is_alone = false;
	message->to = *submit->to;
	size_t id_len = entry_key_format_short(&submit->key.origin, message->id);
	message->http = (struct http_message){
		.to = &message->to,
		.id = { message->id, id_len },
		.text = text->text,
		.encoding = submit->encoding,
		.template_name = text->template_name,
		.params = text->params,
		.param_count = text->param_count,
		.validity_s = validity(submit->expires_at, now),
		.traceparent = text->traceparent,
	};
	message->http.callback = write_callback(outbox, message, submit);
	if (http_account_takes(outbox->account, &message->http, NULL))
		push(&outbox->waiting, message);
	else
		come_back(outbox, message, OUTCOME_REJECTED);
}

unsigned http_outbox_used(const struct http_outbox *outbox)
{
	return outbox->used;
}

unsigned http_outbox_window(const struct http_outbox *outbox)
{
	return outbox->window;
}

void http_outbox_give_back(struct http_outbox *outbox)
{
	while (outbox->waiting.count > 0)
		come_back(outbox, pop(&outbox->waiting), OUTCOME_TEMPORARY);
	while (outbox->again.count > 0)
		come_back(outbox, pop(&outbox->again), OUTCOME_TEMPORARY);
}

void http_outbox_give_back_again(struct http_outbox *outbox)
{
	while (outbox->again.count > 0)
		come_back(outbox, pop(&outbox->again), OUTCOME_THROTTLED);
}

void http_outbox_tell_returned(struct http_outbox *outbox, http_outbox_on_outcome *on_outcome, void *ctx)
{
	while (outbox->returned.count > 0) {
		struct message *message = pop(&outbox->returned);
		uint64_t token = message->token;
		struct outcome outcome = { .outcome_class = message->came_back, .is_about_account = true };
		free_message(outbox, message);
		on_outcome(ctx, token, &outcome);
	}
}

bool http_outbox_has_returned(const struct http_outbox *outbox)
{
	return outbox->returned.count > 0;
}

/* -- requests -- */

static struct message *message_of(const struct http_message *http)
{
	return (struct message *)(uintptr_t)http; /* its first member */
}

/* ERR_FULL: it would be too long. */
static enum err grow(struct request *request, size_t cap)
{
	if (cap > REQUEST_OCTETS_MAX)
		return ERR_FULL;
	char *grown = realloc(request->memory, cap);
	if (grown == NULL)
		return ERR_MEMORY;
	request->memory = grown;
	request->cap = cap;
	return ERR_OK;
}

static enum err write_once(struct http_outbox *outbox, const struct request *request, wall_ms now,
			   struct http_request *out)
{
	uint8_t nonce[HTTP_NONCE_OCTETS];
	for (size_t i = 0; i < sizeof nonce; i += 8) {
		uint64_t random = rng_next(&outbox->rng);
		memcpy(nonce + i, &random, 8);
	}
	size_t quarter = request->cap / 4;
	*out = (struct http_request){
		.url = buf_over(request->memory, quarter),
		.headers = buf_over(request->memory + quarter, quarter),
		.body = buf_over(request->memory + 2 * quarter, request->cap - 2 * quarter),
	};
	return http_request_write(outbox->account, request->messages, request->count, now, nonce, out);
}

static enum err write_request(struct http_outbox *outbox, struct request *request, wall_ms now,
			      struct http_request *out)
{
	size_t first = REQUEST_OCTETS + (size_t)request->count * 512;
	enum err err = request->cap < first ? grow(request, first) : ERR_OK;
	while (err == ERR_OK) {
		err = write_once(outbox, request, now, out);
		if (err == ERR_OK)
			return out->header_count <= HTTP_CLIENT_HEADERS_MAX ? ERR_OK : ERR_FULL;
		if (err == ERR_FULL)
			err = grow(request, request->cap * 2);
	}
	return err;
}

/* None of it has left: its messages try it each for itself; one that already does comes back. */
static void take_apart(struct http_outbox *outbox, struct request *request, enum err why)
{
	bool was_alone = request->count == 1;
	for (unsigned i = 0; i < request->count; i++) {
		struct message *message = message_of(request->messages[i]);
		message->is_alone = true;
		if (was_alone)
			come_back(outbox, message, why == ERR_MEMORY ? OUTCOME_TEMPORARY : OUTCOME_REJECTED);
		else
			push(&outbox->waiting, message);
	}
	request->count = 0;
}

/* Takes from the front of what waits as many as may go together. What has become too old while it waited comes back. */
static void fill(struct http_outbox *outbox, struct request *request, wall_ms now)
{
	request->count = 0;
	while (outbox->waiting.count > 0 && request->count < outbox->batch) {
		struct message *next = outbox->waiting.first;
		if (is_too_late(next, now)) {
			come_back(outbox, pop(&outbox->waiting), OUTCOME_TEMPORARY);
			continue;
		}
		next->http.validity_s = validity(next->expires_at, now);
		if (request->count > 0 &&
		    (next->is_alone || message_of(request->messages[0])->is_alone ||
		     !http_account_may_share(outbox->account, request->messages, request->count, &next->http)))
			break;
		request->messages[request->count++] = &pop(&outbox->waiting)->http;
	}
}

/* Writes the request of the place that is free next, and takes the place. False where it cannot be written. */
static bool take_place(struct http_outbox *outbox, struct request *request, wall_ms now, struct http_call *call)
{
	struct http_request written;
	enum err err = write_request(outbox, request, now, &written);
	if (err != ERR_OK) {
		take_apart(outbox, request, err);
		return false;
	}
	outbox->free_count--;
	*call = (struct http_call){
		.method = written.method,
		.url = written.url.at,
		.headers = written.headers.at,
		.header_count = written.header_count,
		.body = buf_slice(&written.body),
	};
	return true;
}

bool http_outbox_next(struct http_outbox *outbox, wall_ms now, unsigned *place, struct http_call *call)
{
	while (outbox->waiting.count > 0 && outbox->free_count > 0) {
		*place = outbox->free_places[outbox->free_count - 1];
		struct request *request = &outbox->requests[*place];
		fill(outbox, request, now);
		if (request->count == 0)
			break;
		if (take_place(outbox, request, now, call))
			return true;
	}
	return false;
}

bool http_outbox_has_again(struct http_outbox *outbox, wall_ms now)
{
	while (outbox->again.count > 0 && is_too_late(outbox->again.first, now))
		come_back(outbox, pop(&outbox->again), OUTCOME_TEMPORARY);
	return outbox->again.count > 0 && outbox->free_count > 0;
}

bool http_outbox_next_again(struct http_outbox *outbox, wall_ms now, unsigned *place, struct http_call *call)
{
	CHECK(outbox->again.count > 0 && outbox->free_count > 0);
	*place = outbox->free_places[outbox->free_count - 1];
	struct request *request = &outbox->requests[*place];
	struct message *message = pop(&outbox->again);
	message->http.validity_s = validity(message->expires_at, now);
	request->messages[0] = &message->http;
	request->count = 1;
	return take_place(outbox, request, now, call);
}

const struct http_message *const *http_outbox_messages(const struct http_outbox *outbox, unsigned place,
						       unsigned *count)
{
	*count = outbox->requests[place].count;
	return outbox->requests[place].messages;
}

void http_outbox_tell(struct http_outbox *outbox, unsigned place, const struct outcome *outcomes,
		      http_outbox_on_outcome *on_outcome, void *ctx)
{
	struct request *request = &outbox->requests[place];
	for (unsigned i = 0; i < request->count; i++) {
		struct message *message = message_of(request->messages[i]);
		uint64_t token = message->token;
		free_message(outbox, message);
		on_outcome(ctx, token, &outcomes[i]);
	}
	request->count = 0;
	outbox->free_places[outbox->free_count++] = place;
}

void http_outbox_send_alone(struct http_outbox *outbox, unsigned place)
{
	struct request *request = &outbox->requests[place];
	for (unsigned i = 0; i < request->count; i++)
		push(&outbox->again, message_of(request->messages[i]));
	request->count = 0;
	outbox->free_places[outbox->free_count++] = place;
}

/* -- making -- */

void http_outbox_destroy(struct http_outbox *outbox)
{
	if (outbox == NULL)
		return;
	for (unsigned i = 0; outbox->requests != NULL && i < outbox->places; i++) {
		free(outbox->requests[i].messages);
		free(outbox->requests[i].memory);
	}
	free(outbox->requests);
	free(outbox->free_places);
	free(outbox->messages);
	free(outbox->callbacks);
	free(outbox);
}

static bool make_requests(struct http_outbox *outbox)
{
	outbox->requests = calloc(outbox->places, sizeof *outbox->requests);
	outbox->free_places = calloc(outbox->places, sizeof *outbox->free_places);
	if (outbox->requests == NULL || outbox->free_places == NULL)
		return false;
	for (unsigned i = 0; i < outbox->places; i++) {
		outbox->requests[i].messages = calloc(outbox->batch, sizeof(const struct http_message *));
		if (outbox->requests[i].messages == NULL)
			return false;
		outbox->free_places[i] = outbox->places - 1 - i;
	}
	outbox->free_count = outbox->places;
	return true;
}

static bool make_callbacks(struct http_outbox *outbox)
{
	static const char longest_id[ENTRY_SHORT_OCTETS] = { 0 };
	char octets[HTTP_CALLBACK_URL_MAX];
	struct buf url = buf_over(octets, sizeof octets);
	if (outbox->receipts_to->callback == NULL)
		return true;
	http_callback_write_url(outbox->receipts_to, (struct slice){ longest_id, sizeof longest_id }, &url);
	CHECK(!url.full);
	outbox->callback_cap = url.len;
	outbox->callbacks = calloc(outbox->window, outbox->callback_cap);
	return outbox->callbacks != NULL;
}

struct http_outbox *http_outbox_create(const struct http_account *account,
				       const struct http_callback_address *receipts_to, unsigned places, uint64_t seed)
{
	struct http_outbox *outbox = calloc(1, sizeof *outbox);
	if (outbox == NULL)
		return NULL;
	outbox->account = account;
	outbox->receipts_to = receipts_to;
	outbox->batch = http_account_batch_max(account);
	outbox->places = places;
	outbox->window = places * outbox->batch;
	rng_seed(&outbox->rng, seed);
	outbox->messages = calloc(outbox->window, sizeof *outbox->messages);
	if (outbox->messages == NULL || !make_requests(outbox) || !make_callbacks(outbox)) {
		http_outbox_destroy(outbox);
		return NULL;
	}
	for (unsigned i = outbox->window; i > 0; i--) {
		outbox->messages[i - 1].next = outbox->free;
		outbox->free = &outbox->messages[i - 1];
	}
	return outbox;
}
