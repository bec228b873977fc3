/* SPDX-License-Identifier: Apache-2.0 */
#include "store/orders.h"

#include "store/reply.h"

void orders_put(struct command *command, const struct account_change *change)
{
	char field[ACCOUNT_FIELD_OCTETS];
	char word[ACCOUNT_WORD_OCTETS];
	char note[ACCOUNT_NOTE_OCTETS];
	account_change_write(change, field, word, note);
	command_word(command, field);
	command_word(command, word);
	command_word(command, note);
}

bool orders_read(const struct account_change *change, const struct reply *reply, struct account_answer *out)
{
	const struct reply *changed = reply_at(reply, 0);
	return changed != NULL && changed->type == REPLY_INTEGER &&
	       account_answer_read(change, reply_text_at(reply, 1), changed->integer == 0, out);
}

enum err orders_change(struct redis_ask *ask, const struct account_change *change, struct account_answer *out,
		       struct err_at *at)
{
	const struct reply *reply;
	redis_ask_begin_script(ask, SCRIPT_ORDER, 1);
	redis_ask_key(ask, ":accounts", (struct slice){ NULL, 0 });
	orders_put(redis_ask_command(ask), change);
	enum err err = redis_ask_run(ask, &reply, at);
	if (err == ERR_OK && !orders_read(change, reply, out))
		err = reply_of_other_form(at);
	return err;
}
