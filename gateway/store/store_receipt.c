/* SPDX-License-Identifier: Apache-2.0 */

/* Receipt entries are fields of one hash per generation: “account:carrier_ref” → “{value”, which is how its event begins;
 * of an sms of several segments “segment/how many origin\nvalue”, of one of them by itself “segment\nvalue”; with a letter in
 * front for each state that was told. What was told as delivered goes, and its field is in a set of those (store_record.c). A
 * look-up asks the current generation and the one before. */

#include "store/redis_store_inner.h"

#include "base/number.h"

#include <stdlib.h>

struct lookup {
	struct redis_store *store;
	uint64_t token;
	unsigned answers;
	bool is_found;
	bool has_failed; /* an answer is lost, or an error */
};

void store_put_receipt_field(struct command *command, const char *account, struct slice carrier_ref)
{
	size_t account_len = strlen(account);
	char *at = command_reserve(command, account_len + 1 + carrier_ref.len);
	if (at == NULL)
		return;
	memcpy(at, account, account_len);
	at[account_len] = ':';
	/* Some carriers write an id in one case in the answer and in the other in the receipt. */
	for (size_t i = 0; i < carrier_ref.len; i++) {
		char octet = carrier_ref.at[i];
		at[account_len + 1 + i] = (char)(octet >= 'A' && octet <= 'Z' ? octet - 'A' + 'a' : octet);
	}
}

static void put_value(struct command *command, const struct settlement *settlement, uint8_t segment)
{
	struct slice value = settlement->receipt_value;
	char head[16 + ENTRY_KEY_OCTETS];
	struct buf buf = buf_over(head, sizeof head);
	bool is_whole = segment == 1 && settlement->receipt_total == 0;
	if (is_whole)
		buf_put_u8(&buf, '{');
	else
		buf_put_uint(&buf, segment);
	if (settlement->receipt_total > 0) {
		char origin[ENTRY_KEY_OCTETS];
		buf_put_u8(&buf, '/');
		buf_put_uint(&buf, settlement->receipt_total);
		buf_put_u8(&buf, ' ');
		buf_put(&buf, origin, entry_key_format(&settlement->origin, origin));
	}
	if (!is_whole)
		buf_put(&buf, "\n", 1);
	char *at = command_reserve(command, buf.len + value.len);
	if (at == NULL)
		return;
	memcpy(at, head, buf.len);
	if (value.len)
		memcpy(at + buf.len, value.at, value.len);
}

bool store_put_receipts(struct redis_store *store, struct command *command, struct settlement *const *settlements,
			unsigned count, size_t *head)
{
	command_begin(command);
	command_word(command, "HSET");
	store_put_generation(store, command, "receipts", store->options->receipt_window_ms, 0);
	*head = command_arguments(command).len;
	unsigned before = command->argument_count;
	for (unsigned i = 0; i < count; i++) {
		const struct settlement *settlement = settlements[i];
		for (unsigned k = 0; k < settlement->receipt_key_count; k++) {
			store_put_receipt_field(command, settlement->account, settlement->receipt_keys[k].carrier_ref);
			put_value(command, settlement, settlement->receipt_keys[k].segment);
		}
	}
	return command->argument_count > before;
}

static bool read_value(struct slice text, uint8_t *segment, struct slice *value)
{
	while (text.len && text.at[0] >= 'a' && text.at[0] <= 'z')
		text = (struct slice){ text.at + 1, text.len - 1 };
	if (text.len && text.at[0] == '{') {
		*segment = 1;
		*value = (struct slice){ text.at + 1, text.len - 1 };
		return true;
	}
	const char *mark = text.len ? memchr(text.at, '\n', text.len) : NULL;
	if (mark == NULL)
		return false;
	const char *digits = text.at;
	size_t len = (size_t)(mark - digits);
	const char *total = len ? memchr(digits, '/', len) : NULL;
	uint64_t number;
	if (!number_parse((struct slice){ digits, total ? (size_t)(total - digits) : len }, 255, &number))
		return false;
	*segment = (uint8_t)number;
	*value = (struct slice){ mark + 1, text.len - (size_t)(mark + 1 - text.at) };
	return true;
}

static void on_looked_up(void *ctx, const struct reply *reply)
{
	struct lookup *lookup = ctx;
	struct redis_store *store = lookup->store;
	lookup->answers++;
	lookup->has_failed = lookup->has_failed || reply == NULL || reply->type == REPLY_ERROR;
	if (!lookup->is_found && reply != NULL && reply->type == REPLY_TEXT) {
		struct slice value;
		uint8_t segment;
		if (read_value(reply->text, &segment, &value)) {
			lookup->is_found = true;
			store->events->on_receipt_found(store->ctx, lookup->token, value, segment);
		}
	}
	if (lookup->answers < 2)
		return;
	/* Unknown; or it could not be asked, and the carrier is told to come again. */
	if (!lookup->is_found && !lookup->has_failed)
		store->events->on_receipt_found(store->ctx, lookup->token, (struct slice){ NULL, 0 }, 0);
	else if (!lookup->is_found)
		store->events->on_recorded(store->ctx, lookup->token, (struct slice){ NULL, 0 });
	free(lookup);
}

bool store_find_receipt(struct store *base, const struct store_receipt *receipt)
{
	struct redis_store *store = (struct redis_store *)base;
	/* A flood of receipts must not keep heartbeats and settlements out. */
	if (store->phase != PHASE_READY || !redis_link_is_up(store->main) || redis_link_is_busy(store->main))
		return false;
	struct lookup *lookup = calloc(1, sizeof *lookup);
	if (lookup == NULL)
		return false;
	lookup->store = store;
	lookup->token = receipt->token;
	for (unsigned age = 0; age < 2; age++) {
		struct command *command = &store->scratch;
		command_begin(command);
		command_word(command, "HGET");
		store_put_generation(store, command, "receipts", store->options->receipt_window_ms, age);
		store_put_receipt_field(command, receipt->account, receipt->carrier_ref);
		if (redis_link_send(store->main, command_octets(command), 0, on_looked_up, lookup))
			continue;
		if (age == 0) {
			free(lookup);
			return false;
		}
		lookup->answers++; /* only the first look-up is under way */
	}
	return true;
}
