/* SPDX-License-Identifier: Apache-2.0 */

/* Alerts come in: each is checked as the pipeline would, the good ones go to Redis in one call, and the request rests until they
 * are durable there. What goes wrong on the way is the client's to say again: under its id an alert is added once. */

#include "api/api_inner.h"

#include "base/json.h"

#include <stdlib.h>
#include <strings.h>

#define WAIT_US       (10 * US_PER_S)
#define RETRY_AFTER_S 1
#define QUEUE_AGAIN_S 10
#define NDJSON        "application/x-ndjson"
#define LINE_ROOM     768 /* octets of a line of the answer, at most */
#define NONE          UINT_MAX
#define UNPROCESSABLE 422
#define DETAIL_OCTETS 256

/* One alert of a request. */
struct line {
	unsigned number; /* of the line, from 1 on */
	unsigned place;  /* among those that were added; NONE = it was wrong */
	char id[ALERT_ID_MAX + 1];
	char field[64]; /* where it was wrong */
	char detail[DETAIL_OCTETS];
};

struct call {
	struct adder_call adder;
	struct list link; /* of api.calls */
	struct api *api;
	struct httpd_client *client; /* who waits; NULL = nobody does any more */
	bool is_pending;             /* done is yet to come */
	bool is_batch;
	const char *why; /* they are not added, or nobody knows; static */
	bool has_answers;
	unsigned count;
	struct line lines[];
};

static void free_call(struct call *call)
{
	list_remove(&call->link);
	call->api->call_count--;
	free(call);
}

static void leave(struct call *call)
{
	call->client = NULL;
	if (!call->is_pending)
		free_call(call);
}

void api_forget_calls(struct api *api)
{
	while (!list_empty(&api->calls))
		free_call(LIST_ITEM(api->calls.next, struct call, link));
}

void api_submit_dropped(void *ctx, void *state)
{
	(void)ctx;
	leave(state);
}

static void on_done(struct adder_call *adder, const struct adder_answer *answers, const char *why)
{
	struct call *call = (struct call *)(void *)adder;
	call->is_pending = false;
	call->has_answers = answers != NULL;
	call->why = why;
	if (call->client != NULL)
		httpd_resume(call->client);
	else
		leave(call);
}

/* -- the request -- */

static bool is_ndjson(const struct httpd_request *request)
{
	struct slice type = httpd_header(request, "Content-Type");
	size_t len = strlen(NDJSON);
	return type.len >= len && strncasecmp(type.at, NDJSON, len) == 0 &&
	       (type.len == len || type.at[len] == ';' || type.at[len] == ' ');
}

static struct slice take_line(struct slice *body, bool is_batch)
{
	if (body->len == 0)
		return *body;
	const char *end = is_batch ? memchr(body->at, '\n', body->len) : NULL;
	size_t len = end != NULL ? (size_t)(end - body->at) : body->len;
	struct slice line = { body->at, len };
	len += end != NULL;
	*body = (struct slice){ body->at + len, body->len - len };
	while (line.len > 0 && strchr(" \t\r", line.at[line.len - 1]) != NULL && line.at[line.len - 1] != '\0')
		line.len--;
	return line;
}

static unsigned count_lines(struct slice body)
{
	unsigned count = 0;
	while (body.len > 0)
		count += take_line(&body, true).len > 0;
	return count;
}

static void note_wrong(struct line *line, const char *field, const char *detail)
{
	snprintf(line->field, sizeof line->field, "%s", field);
	snprintf(line->detail, sizeof line->detail, "%s", detail);
	line->place = NONE;
}

/* Checks one; where it is good it becomes an item. */
static void take_alert(struct api *api, const struct alert_vet *vet, const struct api_token *token, struct slice json,
		       struct line *line, struct adder_item *items, unsigned *count)
{
	struct err_at at = { .err = ERR_OK };
	struct alert alert;
	unsigned segments;
	arena_reset(&api->arena);
	if (alert_vet(vet, json, &api->arena, &alert, &segments, &at) != ERR_OK) {
		note_wrong(line, at.field, at.text);
		return;
	}
	bool is_cancel = alert.kind != ALERT_SEND;
	if (!is_cancel)
		snprintf(line->id, sizeof line->id, "%.*s", SLICE_ARG(alert.id));
	if (is_cancel && !(token->scopes & API_CANCEL)) {
		note_wrong(line, "", "the token may not cancel");
	} else if (token->tenant[0] != '\0' && (is_cancel || !slice_is(alert.tenant, token->tenant))) {
		note_wrong(line, "tenant", "the token is for alerts of its own tenant only");
	} else {
		line->place = *count;
		items[(*count)++] = (struct adder_item){
			.lane = is_cancel            ? LANE_URGENT
				: alert.has_priority ? alert.priority
						     : LANE_NORMAL,
			.id = is_cancel ? (struct slice){ NULL, 0 } : slice_of(line->id),
			.json = json,
		};
	}
}

/* -- the answer -- */

static const struct adder_answer *answer_of(const struct call *call, const struct line *line)
{
	return &call->adder.answers[line->place];
}

static void put_taken(struct buf *out, const struct line *line, const struct adder_answer *answer)
{
	json_key_text_if(out, "id", slice_of(line->id));
	json_key_text(out, "entry", slice_of(answer->entry));
	json_key_bool(out, "known", answer->fate == ADDER_KNOWN);
}

static const char *const conflict =
	"another alert has this id already; give each its own, or send the very same octets again";

static void answer_one(const struct call *call, struct httpd_response *response)
{
	const struct line *line = &call->lines[0];
	if (line->place == NONE) {
		httpd_problem_open(response, UNPROCESSABLE, "%s%s%s", line->field, line->field[0] ? ": " : "",
				   line->detail);
		json_key_text_if(&response->body, "field", slice_of(line->field));
		json_close(&response->body, '}');
		return;
	}
	const struct adder_answer *answer = answer_of(call, line);
	if (answer->fate == ADDER_CONFLICT) {
		httpd_problem(response, 409, "%s", conflict);
		return;
	}
	response->status = 202;
	json_open(&response->body, '{');
	put_taken(&response->body, line, answer);
	json_close(&response->body, '}');
	buf_put_text(&response->body, "\n");
}

static void answer_line(const struct call *call, const struct line *line, struct buf *out)
{
	bool is_wrong = line->place == NONE;
	bool is_conflict = !is_wrong && answer_of(call, line)->fate == ADDER_CONFLICT;
	json_open(out, '{');
	json_key_uint(out, "line", line->number);
	json_key_uint(out, "status", is_wrong ? UNPROCESSABLE : is_conflict ? 409 : 202);
	if (!is_wrong && !is_conflict) {
		put_taken(out, line, answer_of(call, line));
	} else {
		json_key_text_if(out, "id", slice_of(line->id));
		json_key_text_if(out, "field", slice_of(line->field));
		json_key_text(out, "detail", slice_of(is_wrong ? line->detail : conflict));
	}
	json_close(out, '}');
	buf_put_text(out, "\n");
}

static void answer_batch(const struct call *call, struct httpd_response *response)
{
	char octets[4 * LINE_ROOM];
	if (!httpd_response_room(response, (size_t)call->count * LINE_ROOM + 1))
		return;
	response->content_type = NDJSON;
	for (unsigned i = 0; i < call->count; i++) {
		struct buf line = buf_over(octets, sizeof octets);
		/* Objects stand on lines of their own, with no comma between. */
		answer_line(call, &call->lines[i], &line);
		buf_put_slice(&response->body, buf_slice(&line));
	}
}

static void count_fates(const struct call *call)
{
	static const enum metric metrics[] = {
		[ADDER_ADDED] = METRIC_API_ADDED,
		[ADDER_KNOWN] = METRIC_API_KNOWN,
		[ADDER_CONFLICT] = METRIC_API_REFUSED,
	};
	for (unsigned i = 0; i < call->count; i++) {
		const struct line *line = &call->lines[i];
		metrics_add(call->api->metrics,
			    line->place == NONE ? METRIC_API_REFUSED : metrics[answer_of(call, line)->fate], 1);
	}
}

static void tell(const struct call *call, struct httpd_response *response)
{
	count_fates(call);
	if (call->is_batch)
		answer_batch(call, response);
	else
		answer_one(call, response);
}

static void answer(const struct httpd_request *request, struct call *call, struct httpd_response *response)
{
	if (call->has_answers) {
		tell(call, response);
	} else {
		httpd_problem(response, request->is_overdue && call->is_pending ? 504 : 503,
			      "%s; send it again, the same id is taken once",
			      call->is_pending
				      ? "Redis has not answered in time; the alerts may or may not be on the queue"
				      : call->why);
		response->retry_after_s = RETRY_AFTER_S;
	}
	leave(call);
}

/* -- all of it -- */

/* False where it is not the time for more, which is told. */
static bool has_room(const struct api *api, struct httpd_response *response)
{
	uint64_t waiting, most;
	api->view.queue(api->view.ctx, &waiting, &most);
	if (most > 0 && waiting >= most) {
		httpd_problem(response, 429, "%llu alerts wait on the queue, and no more than %llu are to; come again",
			      (unsigned long long)waiting, (unsigned long long)most);
		response->retry_after_s = QUEUE_AGAIN_S;
		return false;
	}
	if (api->call_count < API_CALLS_MAX)
		return true;
	httpd_problem(response, 503, "too many requests wait for Redis; come again");
	response->retry_after_s = RETRY_AFTER_S;
	return false;
}

static struct call *make_call(struct api *api, unsigned count, bool is_batch, struct httpd_response *response)
{
	struct call *call = calloc(1, sizeof *call + count * sizeof call->lines[0]);
	if (call == NULL) {
		httpd_problem(response, 503, "there is no memory for %u alerts; come again", count);
		response->retry_after_s = RETRY_AFTER_S;
		return NULL;
	}
	call->api = api;
	call->adder.done = on_done;
	call->is_batch = is_batch;
	call->count = count;
	list_push(&api->calls, &call->link);
	api->call_count++;
	return call;
}

static void submit(struct api *api, const struct httpd_request *request, const struct api_token *token,
		   struct slice body, struct call *call, struct httpd_response *response)
{
	static struct adder_item items[ADDER_BATCH_MAX]; /* copied by the adder; there is one loop */
	struct alert_vet vet;
	unsigned number = 0, at = 0, count = 0;
	api->view.vet(api->view.ctx, &vet);
	while (at < call->count) {
		struct slice json = take_line(&body, call->is_batch);
		number++;
		if (json.len == 0 && call->is_batch)
			continue;
		call->lines[at].number = number;
		take_alert(api, &vet, token, json, &call->lines[at++], items, &count);
	}
	if (count == 0) { /* all are wrong: nothing to wait for */
		tell(call, response);
		leave(call);
	} else if (api->adder != NULL && adder_put(api->adder, items, count, &call->adder)) {
		call->is_pending = true;
		call->client = httpd_wait(request, call, WAIT_US);
	} else {
		httpd_problem(response, 503, "Redis can't be reached; come again");
		response->retry_after_s = RETRY_AFTER_S;
		leave(call);
	}
}

/* Of one alert a key says the same as its id (draft-ietf-httpapi-idempotency-key-header). False where it does not, which is told. */
static bool is_key_its_id(struct api *api, const struct httpd_request *request, bool is_batch,
			  struct httpd_response *response)
{
	struct slice key = httpd_header(request, "Idempotency-Key");
	struct err_at at = { .err = ERR_OK };
	struct alert_vet vet;
	struct alert alert;
	unsigned segments;
	if (key.len == 0)
		return true;
	if (key.len >= 2 && *key.at == '"' && key.at[key.len - 1] == '"')
		key = (struct slice){ key.at + 1, key.len - 2 };
	api->view.vet(api->view.ctx, &vet);
	arena_reset(&api->arena);
	if (!is_batch && (alert_vet(&vet, request->body, &api->arena, &alert, &segments, &at) != ERR_OK ||
			  slice_equal(alert.id, key)))
		return true; /* what is wrong with it is told later */
	httpd_problem(response, UNPROCESSABLE, "Idempotency-Key must be the alert's id%s",
		      is_batch ? "; a batch has one for each line, and no key" : "");
	return false;
}

void api_submit(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	struct api *api = ctx;
	if (request->state != NULL) {
		answer(request, request->state, response);
		return;
	}
	const struct api_token *token = api_admit(api, request, API_SUBMIT, response);
	bool is_batch = is_ndjson(request);
	if (token == NULL || !has_room(api, response) || !is_key_its_id(api, request, is_batch, response))
		return;
	unsigned count = is_batch ? count_lines(request->body) : 1;
	if (count == 0 || count > API_LINES_MAX) {
		httpd_problem(response, count == 0 ? UNPROCESSABLE : 413, "a batch has 1 to %d alerts, not %u",
			      API_LINES_MAX, count);
		return;
	}
	struct call *call = make_call(api, count, is_batch, response);
	if (call != NULL)
		submit(api, request, token, request->body, call, response);
}

void api_withdraw(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	static const char prefix[] = "/v1/alerts/";
	struct api *api = ctx;
	char octets[8 * ALERT_ID_MAX + 32]; /* six for each octet that is escaped */
	if (request->state != NULL) {
		answer(request, request->state, response);
		return;
	}
	const struct api_token *token = api_admit(api, request, API_CANCEL, response);
	struct slice id = { request->path.at + strlen(prefix), request->path.len - strlen(prefix) };
	if (token == NULL)
		return;
	if (id.len == 0 || id.len > ALERT_ID_MAX) {
		httpd_problem(response, 404, "behind /v1/alerts/ stands the id of an alert, 1 to %d octets",
			      ALERT_ID_MAX);
		return;
	}
	struct buf json = buf_over(octets, sizeof octets);
	json_open(&json, '{');
	json_key_text(&json, "cancel", id);
	json_close(&json, '}');
	struct call *call = make_call(api, 1, false, response);
	if (call != NULL)
		submit(api, request, token, buf_slice(&json), call, response);
}
