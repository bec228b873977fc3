/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_board.h"

#include <criterion/criterion.h>
#include <string.h>

#define NOW 1795551398000

/* A look at two gateways; silent: b wrote its last line long ago. */
static struct console_board look(wall_ms at, json_int_t accepted, bool is_silent, const char *state)
{
	struct console_board board = { .at = at, .turn = 7, .dead = 3 };
	json_t *status = json_pack("{s:s,s:{s:b},s:{s:{s:i,s:f,s:s},s:{s:i,s:f,s:n}},s:i,s:i,s:[{s:s,s:s,s:s,s:i,s:i,s:"
				   "i,s:I,s:{s:s}}],s:{s:i},s:{s:f}}",
				   "version", "1.0", "redis", "full", 0, "lanes", "urgent", "length", 5, "oldest_s",
				   90.0, "clear_at", "2026-11-24T20:20:00Z", "bulk", "length", 6, "oldest_s", 1.0,
				   "clear_at", "held", 2, "later", 4, "accounts", "name", "cmcc", "state", state,
				   "reason", "gone", "tps", 100, "waiting", 12, "parked", 10, "accepted", accepted,
				   "operator", "state", "runs", "totals", "read", 10, "rate_1m", "accepted_per_s", 1.5);
	board.gateways = json_pack("{s:{s:I,s:i,s:O},s:{s:I,s:i,s:O}}", "a", "at", (json_int_t)at, "templates_turn", 7,
				   "status", status, "b", "at", (json_int_t)(is_silent ? at - 20000 : at - 1),
				   "templates_turn", is_silent ? 1 : 7, "status", status);
	board.failures = json_pack("[{s:s,s:i}]", "reason", "rejected", "count", 3);
	json_decref(status);
	return board;
}

static void forget(struct console_board *board)
{
	json_decref(board->gateways);
	json_decref(board->failures);
}

static const json_t *trouble(const json_t *overview, const char *kind)
{
	size_t index;
	json_t *each;
	json_array_foreach(json_object_get(overview, "problems"), index, each)
	{
		if (strcmp(json_string_value(json_object_get(each, "kind")), kind) == 0)
			return each;
	}
	return NULL;
}

static const char *words(const json_t *told, const char *tongue)
{
	const char *text = json_string_value(json_object_get(json_object_get(told, "message"), tongue));
	return text != NULL ? text : "";
}

Test(console_board, gateways_are_added_up)
{
	struct console_board before = look(NOW - 5000, 1000, false, "up"), now = look(NOW, 1500, false, "up");
	json_t *overview = console_board_overview(&now, &before, NULL, NULL);
	const json_t *account = json_array_get(json_object_get(overview, "accounts"), 0);
	cr_assert_not_null(account);
	cr_expect_float_eq(json_number_value(json_object_get(account, "accepted_per_s")), 200, 0.01);
	cr_expect_float_eq(json_number_value(json_object_get(overview, "accepted_per_s")), 200, 0.01);
	cr_expect_eq(console_board_count(account, "waiting"), 2 + 2 + 10, "what is parked is the same for all");
	cr_expect_eq(console_board_count(account, "parked"), 10);
	cr_expect_eq(console_board_count(json_object_get(overview, "totals"), "read"), 20);
	cr_expect_eq(console_board_count(overview, "held"), 2);
	cr_expect_eq(console_board_count(overview, "dead"), 3);
	cr_expect_eq(json_array_size(json_object_get(overview, "gateways")), 2);
	const json_t *lane = json_array_get(json_object_get(overview, "queue"), 0);
	cr_expect_eq(console_board_count(lane, "length"), 5);
	cr_expect_eq(console_board_count(lane, "clear_at"), 1795551600000);
	json_decref(overview);
	forget(&before);
	forget(&now);
}

Test(console_board, troubles_are_told_in_words)
{
	struct console_board now = look(NOW, 0, true, "down"), before = look(NOW - 5000, 0, false, "up");
	struct console_board longer = { .at = NOW - 300000, .dead = 3 };
	struct zone zone = { .spans = { { 0, 8 * 3600 } }, .span_count = 1 };
	now.dead = 20;
	json_t *overview = console_board_overview(&now, &before, &longer, &zone);
	cr_expect_str_eq(words(trouble(overview, "gateway_silent"), "zh"), "网关 b 已有 20 秒没有消息");
	cr_expect_str_eq(words(trouble(overview, "account_down"), "en"), "Account cmcc is down: gone");
	cr_expect_str_eq(words(trouble(overview, "dead_rising"), "zh"), "最近 6 分钟新增 17 条发送失败的短信");
	cr_expect_str_eq(words(trouble(overview, "queue_old"), "zh"),
			 "紧急队列最早的一条已等待 2 分钟，清空时间 04:20");
	cr_expect_null(trouble(overview, "no_gateway"));
	cr_expect_null(trouble(overview, "texts_differ"), "who is silent is told of already");
	json_decref(overview);
	json_object_clear(now.gateways);
	overview = console_board_overview(&now, NULL, NULL, NULL);
	cr_expect_not_null(trouble(overview, "no_gateway"));
	json_decref(overview);
	forget(&now);
	forget(&before);
}

Test(console_board, a_turn_is_there_when_all_that_live_have_it)
{
	struct console_board now = look(NOW, 0, false, "up");
	cr_expect(console_board_has_turn(&now, 7));
	cr_expect_not(console_board_has_turn(&now, 8));
	json_t *turns = console_board_turns(&now);
	cr_expect_eq(json_array_size(turns), 2);
	json_decref(turns);
	json_object_set_new(json_object_get(now.gateways, "b"), "templates_turn", json_integer(1));
	cr_expect_not(console_board_has_turn(&now, 7));
	json_object_set_new(json_object_get(now.gateways, "b"), "at", json_integer(NOW - 60000));
	cr_expect(console_board_has_turn(&now, 7));
	json_object_clear(now.gateways);
	cr_expect_not(console_board_has_turn(&now, 0));
	forget(&now);
}
