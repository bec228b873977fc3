/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_answer.h"

#include "base/check.h"
#include "base/number.h"
#include "wire/http/http_account_inner.h"
#include "wire/http/http_retry_after.h"

/* An answer is read in this order: is it a yes, by its status and by what the description wants to find in it; else
 * which code does it give, and what does a table say of that; else what does the HTTP status say. Where the provider
 * answers for each message, the same is done with each element. What says yes by its status and makes no sense behind
 * it may have been sent: UNKNOWN. */

#define SHOWN_OCTETS 512 /* of a text, before masks and cuts */

struct reader {
	const struct http_account *account;
	const struct http_answer *answer;
	const struct http_message *const *messages;
	unsigned count;
	struct buf *references;
	struct http_reading *reading;
	bool is_yes_status;
	bool is_whole; /* what is read speaks of the whole request */
	bool is_blind; /* there was no memory to read all of it */
};

static void look(struct reader *reader, const struct http_locator *locator, const struct json_node *json,
		 struct http_found *found)
{
	http_locator_find(locator, json, reader->answer->body, found);
	reader->is_blind |= found->is_blind;
}

static bool status_is_yes(const struct http_account *account, unsigned status)
{
	for (unsigned i = 0; i < account->success_status_count; i++) {
		if (status >= account->success_status[i].from && status <= account->success_status[i].to)
			return true;
	}
	return false;
}

/* Secrets first: masks and cuts would leave parts of them. */
static void show(const struct reader *reader, struct slice text, char *out, size_t cap)
{
	char octets[SHOWN_OCTETS];
	struct buf shown = buf_over(octets, sizeof octets);
	secrets_hide(reader->answer->secrets, text, &shown);
	msisdn_mask_text(buf_slice(&shown), out, cap);
}

/* The first code and words are kept for logs. */
static void note(struct reader *reader, struct slice code, struct slice text)
{
	struct http_reading *reading = reader->reading;
	if (reading->code[0] || code.len == 0)
		return;
	show(reader, code, reading->code, sizeof reading->code);
	if (text.len)
		show(reader, text, reading->text, sizeof reading->text);
}

static struct outcome outcome_of(const struct reader *reader, const struct http_code *row, struct slice code)
{
	uint64_t number;
	bool is_of_one = row->is_about_phone || (row->outcome_class == OUTCOME_REJECTED && !row->is_about_account);
	bool is_each_alone = reader->is_whole && reader->count > 1 && is_of_one;
	struct outcome outcome = {
		.outcome_class = is_each_alone ? OUTCOME_TEMPORARY : row->outcome_class,
		.native_code = reader->answer->status,
		.native_name = row->name,
		.is_about_account = row->is_about_account,
		.is_not_mine = row->is_not_mine && !is_each_alone,
	};
	if (code.len && number_parse(code, UINT32_MAX, &number))
		outcome.native_code = (uint32_t)number;
	reader->reading->is_each_alone |= is_each_alone;
	if (row->rest_s) {
		int64_t rest_ms = (int64_t)row->rest_s * MS_PER_S;
		if (reader->reading->retry_after_ms < rest_ms)
			reader->reading->retry_after_ms = rest_ms;
	}
	return outcome;
}

static struct outcome by_status(const struct reader *reader, struct slice code)
{
	struct http_code row = http_code_of_status(reader->answer->status, reader->account->idempotency_header.len > 0);
	return outcome_of(reader, &row, code);
}

/* A refusal: by its code where one is listed, else by the status, else REJECTED. */
static struct outcome refusal(struct reader *reader, struct slice code, struct slice text)
{
	note(reader, code, text);
	const struct http_code *row = code.len ? http_code_find(&reader->account->codes, code) : NULL;
	if (row)
		return outcome_of(reader, row, code);
	if (!reader->is_yes_status || code.len == 0)
		return by_status(reader, code);
	struct http_code unlisted = { .outcome_class = OUTCOME_REJECTED };
	return outcome_of(reader, &unlisted, code);
}

/* Copies an id to where it lives as long as the outcomes; empty where it is none that fits. */
static struct slice keep_reference(struct reader *reader, struct slice id, const struct http_message *message)
{
	char tail[MSISDN_TAIL_DIGITS + 1];
	size_t tail_len = 0;
	if (reader->account->is_id_of_request)
		tail_len = msisdn_tail((struct slice){ message->to->digits, message->to->len }, tail);
	size_t len = id.len + (tail_len ? 1 + tail_len : 0);
	if (id.len == 0 || len > CARRIER_REF_MAX)
		return (struct slice){ NULL, 0 };
	size_t start = reader->references->len;
	buf_put_slice(reader->references, id);
	if (tail_len) {
		buf_put(reader->references, "/", 1);
		buf_put(reader->references, tail, tail_len);
	}
	CHECK(!reader->references->full);
	return (struct slice){ reader->references->at + start, len };
}

/* Judges json (an element, or the whole; NULL where the body is no JSON) for one message. */
static struct outcome judge(struct reader *reader, const struct json_node *json, const struct http_message *message)
{
	const struct http_account *account = reader->account;
	struct http_found success, code, text, id;
	look(reader, &account->success, json, &success);
	bool is_said = account->success.kind != HTTP_LOCATOR_NONE && success.is_there &&
		       (account->success_is.at == NULL || slice_equal(success.text, account->success_is));
	bool is_refused = !reader->is_yes_status || (account->success.kind != HTTP_LOCATOR_NONE && !is_said);
	if (is_refused) {
		look(reader, &account->error_code, json, &code);
		look(reader, &account->error_text, json, &text);
		return refusal(reader, code.text, text.text);
	}
	if (account->message_id.kind == HTTP_LOCATOR_OWN_ID) {
		id.is_there = true;
		id.text = message->id;
	} else {
		look(reader, &account->message_id, json, &id);
	}
	/* Nothing but the status said yes, and what it was to be followed by is missing. */
	if (!is_said && account->message_id.kind != HTTP_LOCATOR_NONE && id.text.len == 0) {
		look(reader, &account->error_code, json, &code);
		look(reader, &account->error_text, json, &text);
		if (code.text.len)
			return refusal(reader, code.text, text.text);
		return (struct outcome){ .outcome_class = OUTCOME_UNKNOWN,
					 .native_code = reader->answer->status,
					 .native_name = "answer without an id" };
	}
	return (struct outcome){ .outcome_class = OUTCOME_ACCEPTED,
				 .native_code = reader->answer->status,
				 .carrier_ref = keep_reference(reader, id.text, message) };
}

/* One answer for all messages of the request: it is looked at once, and only references differ. */
static void judge_all(struct reader *reader, const struct json_node *json, struct outcome *outcomes)
{
	const struct http_locator *locator = &reader->account->message_id;
	bool is_own = locator->kind == HTTP_LOCATOR_OWN_ID;
	struct http_found id = { .is_there = false };
	outcomes[0] = judge(reader, json, reader->messages[0]);
	bool is_accepted = outcomes[0].outcome_class == OUTCOME_ACCEPTED;
	if (is_accepted && reader->count > 1 && !is_own)
		look(reader, locator, json, &id);
	for (unsigned i = 1; i < reader->count; i++) {
		const struct http_message *message = reader->messages[i];
		outcomes[i] = outcomes[0];
		if (is_accepted)
			outcomes[i].carrier_ref = keep_reference(reader, is_own ? message->id : id.text, message);
	}
}

static bool is_among(const struct slice *references, unsigned count, struct slice reference)
{
	for (unsigned i = 0; i < count; i++) {
		if (slice_equal(references[i], reference))
			return true;
	}
	return false;
}

/* One answer for each part of the one message, and a reference. An id that comes again is told of once by its receipt, and
 * counts once. Where some parts were taken and others not, sending it again would send parts twice: only “never” is a clear
 * answer then, and no other account gets it. */
static struct outcome judge_parts(struct reader *reader, const struct json_node *array,
				  const struct http_message *message)
{
	struct slice *kept = reader->reading->parts;
	unsigned kept_count = 0;
	bool may_have_left = false;
	struct outcome gravest = { .outcome_class = OUTCOME_ACCEPTED, .native_code = reader->answer->status };
	const struct json_node *part = json_node_element(array, 0);
	for (unsigned i = 0; i < array->count; i++, part = json_node_next(part)) {
		size_t mark = reader->references->len;
		struct outcome next = judge(reader, part, message);
		bool is_accepted = next.outcome_class == OUTCOME_ACCEPTED;
		bool is_again = next.carrier_ref.len > 0 && is_among(kept, kept_count, next.carrier_ref);
		may_have_left |= is_accepted || next.outcome_class == OUTCOME_UNKNOWN;
		if (is_accepted && !is_again && kept_count < HTTP_PARTS_MAX)
			kept[kept_count++] = next.carrier_ref;
		else
			reader->references->len = mark;
		if (!is_accepted &&
		    (gravest.outcome_class == OUTCOME_ACCEPTED || next.outcome_class == OUTCOME_REJECTED))
			gravest = next;
	}
	if (gravest.outcome_class == OUTCOME_ACCEPTED) {
		gravest.carrier_ref = kept[0];
		gravest.more_refs = kept + 1;
		gravest.more_count = kept_count - 1;
	} else if (may_have_left) {
		if (gravest.outcome_class != OUTCOME_REJECTED)
			gravest.outcome_class = OUTCOME_UNKNOWN;
		gravest.is_in_part = true;
		gravest.is_about_account = gravest.is_not_mine = false;
	}
	return gravest;
}

/* ours: the tail of a message's number. */
static bool is_of(const struct http_account *account, const struct json_node *element, struct slice ours)
{
	struct http_found number;
	char theirs[MSISDN_TAIL_DIGITS + 1];
	http_locator_find(&account->answer_to, element, (struct slice){ NULL, 0 }, &number);
	size_t len = msisdn_tail(number.text, theirs);
	return len && ours.len == len && memcmp(theirs, ours.at, len) == 0;
}

/* The element that speaks of a message: by its number where they have one, else by its place. */
static const struct json_node *element_of(const struct reader *reader, const struct json_node *array, unsigned index)
{
	const struct json_node *likely = json_node_element(array, index);
	if (reader->account->answer_to.kind == HTTP_LOCATOR_NONE)
		return array->count == reader->count ? likely : NULL;
	const struct msisdn *to = reader->messages[index]->to;
	char tail[MSISDN_TAIL_DIGITS + 1];
	struct slice ours = { tail, msisdn_tail((struct slice){ to->digits, to->len }, tail) };
	if (likely && is_of(reader->account, likely, ours))
		return likely;
	/* An array of far more elements than there are messages is not looked through for each of them. */
	const struct json_node *other = json_node_element(array, 0);
	for (unsigned i = 0; i < array->count && i < 2 * reader->count; i++, other = json_node_next(other)) {
		if (is_of(reader->account, other, ours))
			return other;
	}
	return NULL;
}

/* A refusal of the whole request, where each message was to have its own answer. */
static struct outcome whole(struct reader *reader, const struct json_node *json)
{
	struct http_found code, text;
	look(reader, &reader->account->request_code, json, &code);
	look(reader, &reader->account->request_text, json, &text);
	return refusal(reader, code.text, text.text);
}

static void read_answers(struct reader *reader, const struct json_node *json, struct outcome *outcomes)
{
	const struct json_node *array = http_locator_value(&reader->account->answers, json);
	bool has_answers = array && array->type == JSON_SCAN_ARRAY && array->count > 0;
	reader->is_whole = !has_answers;
	struct outcome all = { .outcome_class = OUTCOME_UNKNOWN };
	if (!has_answers)
		all = whole(reader, json);
	for (unsigned i = 0; i < reader->count; i++) {
		if (!has_answers) {
			outcomes[i] = all;
			continue;
		}
		if (reader->account->are_parts) { /* then the request has one message */
			outcomes[i] = judge_parts(reader, array, reader->messages[i]);
			continue;
		}
		const struct json_node *element = element_of(reader, array, i);
		outcomes[i] = element ? judge(reader, element, reader->messages[i])
				      : (struct outcome){ .outcome_class = OUTCOME_UNKNOWN,
							  .native_code = reader->answer->status,
							  .native_name = "no answer for this number" };
	}
}

/* What was not accepted was not read either: behind a yes it may have left, else it has not. */
static void judge_blindly(const struct reader *reader, struct outcome *outcome)
{
	if (outcome->outcome_class == OUTCOME_ACCEPTED)
		return;
	bool is_in_part = outcome->is_in_part;
	*outcome = (struct outcome){ .outcome_class = reader->is_yes_status ? OUTCOME_UNKNOWN : OUTCOME_TEMPORARY,
				     .native_code = reader->answer->status,
				     .native_name = "no memory to read the answer",
				     .is_in_part = is_in_part };
	reader->reading->is_each_alone = false;
}

/* Whether a Retry-After beside it speaks of the account. By its status, whatever the body calls it, where that is one that has
 * a Retry-After (RFC 9110 §10.2.3: 503 and redirects; RFC 6585 §4: 429) or speaks of the provider's own trouble; else by its
 * class: one number's refusal must not keep the others waiting. */
static bool asks_for_rest(unsigned status, const struct outcome *outcome)
{
	bool is_of_status = status == 429 || (status >= 300 && status < 400) || (status >= 500 && status < 600);
	bool is_of_class = outcome->outcome_class == OUTCOME_THROTTLED ||
			   (outcome->outcome_class == OUTCOME_TEMPORARY && outcome->is_about_account);
	return outcome->outcome_class != OUTCOME_ACCEPTED && (is_of_status || is_of_class);
}

void http_answer_read(const struct http_account *account, const struct http_answer *answer,
		      const struct http_message *const messages[], unsigned count, wall_ms now,
		      struct outcome *outcomes, struct buf *references, struct http_reading *reading)
{
	CHECK(count > 0);
	CHECK(references->cap - references->len >= HTTP_REFERENCES_OCTETS(count));
	reading->code[0] = '\0';
	reading->text[0] = '\0';
	reading->is_each_alone = false;
	reading->retry_after_ms = http_retry_after_ms(answer->retry_after, now, HTTP_RETRY_AFTER_MAX_MS);
	struct reader reader = {
		.account = account,
		.answer = answer,
		.messages = messages,
		.count = count,
		.references = references,
		.reading = reading,
		.is_yes_status = status_is_yes(account, answer->status),
		.is_whole = true,
	};
	struct json_tree tree;
	bool is_read = account->reads_json && answer->body.len <= HTTP_ANSWER_OCTETS_MAX;
	enum err err = is_read ? json_tree_read(&tree, answer->body, NULL) : ERR_FORMAT;
	const struct json_node *json = err == ERR_OK ? tree.nodes : NULL;
	reader.is_blind = err == ERR_FULL;
	if (account->answers.kind != HTTP_LOCATOR_NONE)
		read_answers(&reader, json, outcomes);
	else
		judge_all(&reader, json, outcomes);
	for (unsigned i = 0; i < count; i++) {
		if (reader.is_blind)
			judge_blindly(&reader, &outcomes[i]);
		if (asks_for_rest(answer->status, &outcomes[i]))
			outcomes[i].retry_after_ms = reading->retry_after_ms;
	}
	if (is_read)
		json_tree_fini(&tree);
}

const char *http_reading_say(const struct http_reading *reading, unsigned status, char out[static HTTP_SAID_OCTETS])
{
	struct buf buf = buf_over(out, HTTP_SAID_OCTETS - 1);
	buf_put_text(&buf, "the carrier answered HTTP ");
	buf_put_uint(&buf, status);
	buf_put_text(&buf, reading->code[0] ? ", " : "");
	buf_put_text(&buf, reading->code);
	buf_put_text(&buf, reading->text[0] ? ", " : "");
	buf_put_text(&buf, reading->text);
	CHECK(!buf.full);
	out[buf.len] = '\0';
	return out;
}

struct outcome http_answer_lost(enum http_phase phase)
{
	if (phase == HTTP_PHASE_CONNECT)
		return (struct outcome){ .outcome_class = OUTCOME_TEMPORARY,
					 .native_name = "no connection",
					 .is_about_account = true };
	return (struct outcome){ .outcome_class = OUTCOME_UNKNOWN, .native_name = "no whole answer" };
}
