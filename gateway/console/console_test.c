/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_test.h"

#include "base/number.h"
#include "console/console_overview.h"
#include "console/console_proof.h"
#include "console/console_who.h"
#include "store/additions.h"
#include "store/template_tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#define SOURCE_OCTETS_MAX 32768
#define GATEWAYS_WAIT_MS  2000
#define LOOK_MS           50
#define PREFIX            "test."

static uint64_t draw(void)
{
	uint64_t drawn = 0;
	return getrandom(&drawn, sizeof drawn, 0) == (ssize_t)sizeof drawn ? drawn : 0;
}

/* “test.TIME.RANDOM.USER”: the name may have dots in it. */
bool console_test_id_read(const char *id, struct console_test_id *out)
{
	struct slice rest = slice_of(id);
	uint64_t at;
	if (!slice_starts(rest, SLICE(PREFIX)))
		return false;
	rest = (struct slice){ rest.at + strlen(PREFIX), rest.len - strlen(PREFIX) };
	struct slice time = slice_cut(&rest, '.');
	struct slice random = slice_cut(&rest, '.');
	if (rest.len == 0 || rest.len >= sizeof out->user || random.len == 0 || !number_parse(time, INT64_MAX, &at))
		return false;
	snprintf(out->user, sizeof out->user, "%.*s", SLICE_ARG(rest));
	out->at = (wall_ms)at;
	return true;
}

static bool is_over(void *ctx, struct slice document)
{
	const wall_ms *now = ctx;
	json_t *object = json_loadb(document.at, document.len, 0, NULL);
	bool is = json_integer_value(json_object_get(object, "until")) < *now;
	json_decref(object);
	return is;
}

static enum err put_text(struct console_call *call, const char *name, const char *source, const char *locale,
			 wall_ms now, uint64_t *turn, struct err_at *at)
{
	json_t *object = json_pack("{s:I,s:s,s:s}", "until", (json_int_t)(now + TEMPLATE_TEST_LIFE_MS), "source",
				   source, "locale", locale);
	char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
	json_decref(object);
	if (text == NULL)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "no memory");
	enum err err = template_tests_sweep(call->ask, is_over, &now, at);
	if (err == ERR_OK)
		err = template_tests_put(call->ask, slice_of(name), slice_of(text), turn, at);
	free(text);
	return err;
}

static void rest_a_little(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = LOOK_MS * 1000000L }, NULL);
}

/* Any gateway may take the alert: all must have the text. */
static bool wait_for_gateways(struct console_call *call, uint64_t turn, struct err_at *at)
{
	for (unsigned waited_ms = 0; waited_ms <= GATEWAYS_WAIT_MS; waited_ms += LOOK_MS) {
		struct console_board board;
		if (console_board_look(call->ask, &board, at) != ERR_OK)
			return false;
		bool has = console_board_has_turn(&board, turn);
		console_board_fini(&board);
		if (has)
			return true;
		rest_a_little();
	}
	return false;
}

static enum err put_alert(struct console_call *call, const char *id, const char *name, const char *locale,
			  const json_t *params, const char *number, struct err_at *at)
{
	char entry[ENTRY_ID_OCTETS];
	json_t *object = json_pack("{s:s,s:s+,s:s,s:s,s:O}", "id", id, "to", "+", number, "template", name, "locale",
				   locale, "params", params);
	char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
	json_decref(object);
	if (text == NULL)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "no memory");
	struct slice alert = slice_of(text);
	enum err err = additions_put(call->ask, LANE_URGENT, &alert, 1, entry, at);
	free(text);
	return err;
}

bool console_test_has_gateway(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	struct console_board board;
	if (console_board_look(call->ask, &board, &at) != ERR_OK) {
		console_fail(call, &at);
		return false;
	}
	bool has = console_board_has_turn(&board, 0);
	console_board_fini(&board);
	if (!has)
		console_refuse(call, CONSOLE_NO_GATEWAY);
	return has;
}

bool console_test_send(struct console_call *call, const char *source, const char *locale, const json_t *params,
		       const char *number, char id[static CONSOLE_TEST_ID_OCTETS])
{
	struct err_at at = { .err = ERR_OK };
	char name[64];
	wall_ms now;
	uint64_t turn;
	snprintf(name, sizeof name, PREFIX "%016llx", (unsigned long long)draw());
	bool is_put = redis_ask_now(call->ask, &now, &at) == ERR_OK &&
		      put_text(call, name, source, locale, now, &turn, &at) == ERR_OK;
	if (is_put && !wait_for_gateways(call, turn, &at) && at.err == ERR_OK) {
		console_refuse(call, CONSOLE_NO_GATEWAY);
		return false;
	}
	snprintf(id, CONSOLE_TEST_ID_OCTETS, PREFIX "%lld.%08llx.%s", (long long)now,
		 (unsigned long long)(draw() & 0xFFFFFFFF), call->name);
	if (at.err == ERR_OK)
		is_put = put_alert(call, id, name, locale, params, number, &at) == ERR_OK;
	if (at.err == ERR_OK && is_put)
		return true;
	console_fail(call, &at);
	return false;
}

void console_test_post(struct console_call *call)
{
	char id[CONSOLE_TEST_ID_OCTETS];
	char number[32];
	const char *source = console_text(call->body, "source", SOURCE_OCTETS_MAX);
	const char *locale = console_text(call->body, "locale", 35);
	const json_t *params = json_object_get(call->body, "params");
	if (source == NULL || locale == NULL || !json_is_object(params))
		console_refuse(call, CONSOLE_INVALID);
	else if (!console_who_number(call, number))
		console_refuse(call, CONSOLE_NO_NUMBER);
	else if (console_proof_admits(call, locale, source) && console_test_has_gateway(call) &&
		 console_who_note(call, "template.test", call->params[0], json_pack("{s:s}", "locale", locale)) &&
		 console_ask_again(call) && console_test_send(call, source, locale, params, number, id))
		console_answer(call, json_pack("{s:s}", "id", id));
}
