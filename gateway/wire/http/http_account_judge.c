/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_tree.h"
#include "wire/http/http_account_read.h"
#include "wire/http/http_fill.h"

#include <stdlib.h>

#define USES(value) (UINT64_C(1) << HTTP_VALUE_##value)

#define SAMPLE_OCTETS (256 * 1024)
#define SAMPLE_PARAMS 96

/* Values that a body must survive: what JSON escapes, what is beyond ASCII, and nothing at all. */
static const char sample_text[] = "“\"\\/\b\f\n\r\t\x01{to}</script>缴费𝄞”";

static void note_uses(struct http_account *account)
{
	const struct http_line_list *lists[] = { &account->query, &account->form, &account->headers };
	account->uses = http_template_uses(&account->path, false) | http_template_uses(&account->json, false);
	account->uses_each = http_template_uses(&account->json, true);
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		for (unsigned j = 0; j < lists[i]->count; j++)
			account->uses |= http_template_uses(&lists[i]->rows[j].value, false);
	}
}

/* signed_uses: what hmac_signs uses, by which each message would have a signature of its own; the request has one. */
static enum err judge_batch(const struct http_account *account, uint64_t signed_uses, struct err_at *at)
{
	if (account->batch_max == 1)
		return ERR_OK;
	if (account->batch_max > HTTP_BATCH_MAX)
		return err_at_set(at, ERR_RANGE, 0, "batch_max", "is more than %d", HTTP_BATCH_MAX);
	if (account->are_parts)
		return err_at_set(at, ERR_RANGE, 0, "batch_max",
				  "is more than 1, but answers_are parts of one message");
	if (account->idempotency_header.len)
		return err_at_set(
			at, ERR_RANGE, 0, "batch_max",
			"is more than 1, but idempotency_header carries one id only; put “{id}” within {each}");
	if (account->uses & (USES(TO) | USES(TO_PLUS) | USES(TO_NATIONAL)))
		return err_at_set(at, ERR_RANGE, 0, "batch_max",
				  "is more than 1, but a request has place for one number; use {each} or {to.all}");
	if (signed_uses & (USES(TO) | USES(TO_PLUS) | USES(TO_NATIONAL) | USES(ID)))
		return err_at_set(
			at, ERR_RANGE, 0, "hmac_signs",
			"signs over the number or the id of one message, but batch_max is more than 1 and a "
			"request has one signature; sign {body}, which holds all of them, or set batch_max: 1");
	if (account->uses_each == 0 && !(account->uses & (USES(TO_ALL) | USES(TO_PLUS_ALL) | USES(TO_NATIONAL_ALL))))
		return err_at_set(at, ERR_RANGE, 0, "batch_max",
				  "is more than 1, but a request has no place for numbers; use {each} or {to.all}");
	bool has_own_ids = account->answers.kind != HTTP_LOCATOR_NONE ||
			   account->message_id.kind == HTTP_LOCATOR_OWN_ID ||
			   account->message_id.kind == HTTP_LOCATOR_NONE;
	if (!has_own_ids && !account->is_id_of_request)
		return err_at_set(
			at, ERR_RANGE, 0, "batch_max",
			"is more than 1, but all would get one message_id; set answers, or message_id_is: of-request");
	return ERR_OK;
}

static bool param_is_known(const struct submit_param *params, unsigned count, struct slice name)
{
	for (unsigned i = 0; i < count; i++) {
		if (slice_equal(params[i].name, name))
			return true;
	}
	return false;
}

/* Parameters that the body of a sample message needs. */
static unsigned sample_params(const struct http_account *account, struct slice value,
			      struct submit_param params[static SAMPLE_PARAMS])
{
	unsigned count = 0;
	const struct http_mapping *mapping = account->mappings.rows;
	for (unsigned i = 0; mapping && i < mapping->param_count && count < SAMPLE_PARAMS; i++)
		params[count++] = (struct submit_param){ mapping->params[i].ours, value };
	for (unsigned i = 0; i < account->json.count && count < SAMPLE_PARAMS; i++) {
		const struct http_piece *piece = &account->json.pieces[i];
		if (piece->value == HTTP_VALUE_PARAM && !param_is_known(params, count, piece->text))
			params[count++] = (struct submit_param){ piece->text, value };
	}
	return count;
}

/* Providers differ in which of two members of one name they read. */
static enum err find_twins(const struct json_tree *tree, struct err_at *at)
{
	for (unsigned i = 0; i < tree->count; i++) {
		const struct json_node *object = &tree->nodes[i];
		const struct json_node *member = object + 1;
		if (object->type != JSON_SCAN_OBJECT)
			continue;
		for (unsigned k = 0; k < object->count; k++, member = json_node_next(member)) {
			if (json_node_member(object, member->key) == NULL)
				return err_at_set(at, ERR_DUPLICATE, 0, NULL, "“%.*s” is there twice",
						  SLICE_ARG(member->key));
		}
	}
	return ERR_OK;
}

/* Fills the body for count copies of message and reads it back. */
static enum err try_body(const struct http_account *account, const struct http_message *message, unsigned count,
			 struct buf *buf, struct err_at *at)
{
	const struct http_message *const messages[] = { message, message };
	struct http_fill fill = {
		.account = account, .messages = messages, .count = count, .message = message, .now = 1
	};
	memset(fill.nonce, '0', sizeof fill.nonce);
	buf->len = 0;
	http_fill_put(&fill, &account->json, false, buf);
	if (buf->full)
		return err_at_set(at, ERR_RANGE, 0, "json", "makes a body of more than %d octets", SAMPLE_OCTETS);
	struct err_at why = { 0 };
	struct json_tree tree;
	enum err err = json_tree_read(&tree, buf_slice(buf), &why);
	if (err == ERR_OK)
		err = find_twins(&tree, &why);
	json_tree_fini(&tree);
	if (err == ERR_FULL)
		return err_at_set(at, ERR_MEMORY, 0, "json", "finds no memory to be tried");
	if (err)
		return err_at_set(at, ERR_FORMAT, 0, "json", "is not JSON once its placeholders are filled: %s",
				  why.text);
	return ERR_OK;
}

static enum err try_samples(const struct http_account *account, struct err_at *at)
{
	static const struct msisdn to = { "8613900000001", 13 };
	struct submit_param params[SAMPLE_PARAMS];
	struct slice text = SLICE(sample_text);
	struct http_message rich = { .to = &to,
				     .id = SLICE("sample-1"),
				     .text = text,
				     .encoding = ENCODING_UCS2,
				     .params = params,
				     .source = text,
				     .validity_s = 3600,
				     .callback = SLICE("https://sample/"),
				     .traceparent = SLICE("00-0123456789abcdef0123456789abcdef-0123456789abcdef-01") };
	struct http_message poor = { .to = &to, .id = SLICE("1"), .text = SLICE("x"), .encoding = ENCODING_GSM7 };
	if (account->mappings.count)
		rich.template_name = poor.template_name = account->mappings.rows[0].name;
	rich.param_count = sample_params(account, text, params);
	char *memory = malloc(SAMPLE_OCTETS);
	if (memory == NULL)
		return err_at_set(at, ERR_MEMORY, 0, "json", "finds no memory to be tried");
	struct buf buf = buf_over(memory, SAMPLE_OCTETS);
	enum err err = try_body(account, &rich, 1, &buf, at);
	if (err == ERR_OK)
		err = try_body(account, &poor, account->batch_max > 1 ? 2 : 1, &buf, at);
	free(memory);
	return err;
}

enum err http_account_judge(struct http_account *account, struct err_at *at)
{
	note_uses(account);
	uint64_t signed_uses = http_template_uses(&account->signs, false);
	bool has_signature = account->uses & USES(SIGNATURE);
	if (has_signature && account->auth != HTTP_AUTH_HMAC)
		return err_at_set(at, ERR_RANGE, 0, "headers", "has {signature}, which auth hmac makes");
	if (!has_signature && account->auth == HTTP_AUTH_HMAC)
		return err_at_set(at, ERR_RANGE, 0, "headers", "has no {signature}, though auth is hmac");
	if (account->success_is.at && account->success.kind == HTTP_LOCATOR_NONE)
		return err_at_set(at, ERR_RANGE, 0, "success_is",
				  "says what success is to be, but success says not where");
	if (account->validity_max_s && account->validity_min_s > account->validity_max_s)
		return err_at_set(at, ERR_RANGE, 0, "validity_min", "is %u s, and validity_max only %u s",
				  (unsigned)account->validity_min_s, (unsigned)account->validity_max_s);
	enum err err = judge_batch(account, signed_uses, at);
	if (err)
		return err;
	/* Messages that differ in what is signed can't share a request either. */
	account->uses |= signed_uses;
	if (http_account_needs_template(account) && account->mappings.count == 0)
		return err_at_set(at, ERR_RANGE, 0, "templates",
				  "is empty, but the request carries the provider's template");
	return account->json.count ? try_samples(account, at) : ERR_OK;
}
