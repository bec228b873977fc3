/* SPDX-License-Identifier: Apache-2.0 */
#include "store/orders.h"

#include "store/reply.h"

#include <stdio.h>

enum err orders_change(struct redis_ask *ask, const struct account_change *change, bool *was_so,
		       struct account_order *out, struct err_at *at)
{
	char field[ACCOUNT_FIELD_OCTETS];
	char word[16];
	char note[ACCOUNT_NOTE_OCTETS];
	const struct reply *reply;
	account_change_write(change, field, word, note);
	redis_ask_begin_script(ask, SCRIPT_ORDER, 1);
	redis_ask_key(ask, ":accounts", (struct slice){ NULL, 0 });
	redis_ask_add_word(ask, field);
	redis_ask_add_word(ask, word);
	redis_ask_add_word(ask, note);
	enum err err = redis_ask_run(ask, &reply, at);
	if (err != ERR_OK)
		return err;
	const struct reply *changed = reply_at(reply, 0);
	struct account_order now = { .stance = ACCOUNT_RUNS };
	unsigned count = 0;
	bool is_read = word[0] == '\0' || account_order_read(slice_of(field), reply_text_at(reply, 1), &now, &count, 1);
	if (changed == NULL || changed->type != REPLY_INTEGER || !is_read)
		return err_at_set(at, ERR_FORMAT, 0, NULL, "Redis gave an answer of another form than expected");
	*was_so = changed->integer == 0;
	snprintf(now.name, sizeof now.name, "%.*s", ACCOUNT_NAME_MAX, change->account);
	*out = now;
	return ERR_OK;
}
