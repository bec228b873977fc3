/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_board.h"

#include <string.h>

/* All gateways see the same queue: of lanes, waiting places and dead letters what the one says that wrote last counts. What each does
 * itself is added up. */

json_int_t console_board_count(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	return json_is_integer(value) ? json_integer_value(value) : (json_int_t)json_number_value(value);
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text != NULL ? text : "";
}

static bool is_silent(const struct console_board *board, const json_t *gateway)
{
	return board->at - console_board_count(gateway, "at") > CONSOLE_BOARD_STALE_MS;
}

/* The status that was written last; NULL where none is fresh. */
static json_t *freshest(const struct console_board *board)
{
	const char *instance;
	json_t *gateway;
	json_t *found = NULL;
	json_int_t newest = 0;
	json_object_foreach(board->gateways, instance, gateway)
	{
		json_int_t at = console_board_count(gateway, "at");
		if (is_silent(board, gateway) || at < newest)
			continue;
		newest = at;
		found = json_object_get(gateway, "status");
	}
	return found;
}

static json_t *gateways_of(const struct console_board *board)
{
	const char *instance;
	json_t *gateway;
	json_t *list = json_array();
	json_object_foreach(board->gateways, instance, gateway)
	{
		const json_t *status = json_object_get(gateway, "status");
		json_array_append_new(list,
				      json_pack("{s:s,s:I,s:I,s:b,s:s,s:b}", "instance", instance, "at",
						console_board_count(gateway, "at"), "turn",
						console_board_count(gateway, "templates_turn"), "is_silent",
						(int)is_silent(board, gateway), "version", text_of(status, "version"),
						"draining", (int)json_is_true(json_object_get(status, "draining"))));
	}
	return list;
}

static json_t *queue_of(const json_t *status)
{
	const char *name;
	json_t *lane;
	json_t *list = json_array();
	json_object_foreach(json_object_get(status, "lanes"), name, lane)
	{
		wall_ms clear_at;
		const char *text = text_of(lane, "clear_at");
		json_t *when = civil_parse_rfc3339(slice_of(text), &clear_at) ? json_integer(clear_at) : json_null();
		json_array_append_new(list, json_pack("{s:s,s:I,s:f,s:o}", "lane", name, "length",
						      console_board_count(lane, "length"), "oldest_s",
						      json_number_value(json_object_get(lane, "oldest_s")), "clear_at",
						      when));
	}
	return list;
}

static json_t *account_in(const json_t *status, const char *name)
{
	size_t index;
	json_t *account;
	json_array_foreach(json_object_get(status, "accounts"), index, account)
	{
		if (strcmp(text_of(account, "name"), name) == 0)
			return account;
	}
	return NULL;
}

/* Up is better than refused, and that than down. */
static int rank_of(const char *state)
{
	return strcmp(state, "up") == 0 ? 2 : strcmp(state, "refused") == 0;
}

/* What one gateway has had accepted since the earlier look, a second. */
static double rate_since(const struct console_board *now, const struct console_board *before, const char *instance,
			 const json_t *account)
{
	if (before == NULL || now->at <= before->at)
		return 0;
	const json_t *status = json_object_get(json_object_get(before->gateways, instance), "status");
	const json_t *then = status != NULL ? account_in(status, text_of(account, "name")) : NULL;
	json_int_t more = console_board_count(account, "accepted") - console_board_count(then, "accepted");
	return then != NULL && more > 0 ? (double)more * 1000 / (double)(now->at - before->at) : 0;
}

static void set_state(json_t *into, const json_t *account)
{
	const json_t *operator= json_object_get(account, "operator");
	const char *stance = text_of(operator, "state");
	bool is_stopped = *stance != '\0' && strcmp(stance, "runs") != 0;
	json_object_set_new(into, "state", json_string(is_stopped ? stance : text_of(account, "state")));
	json_object_set_new(into, "reason", json_string(text_of(is_stopped ? operator : account, "reason")));
}

static void add_account(json_t *list, const json_t *account, double rate)
{
	json_t *into = NULL;
	size_t index;
	json_t *known;
	json_array_foreach(list, index, known)
	{
		if (strcmp(text_of(known, "name"), text_of(account, "name")) == 0)
			into = known;
	}
	json_int_t parked = console_board_count(account, "parked");
	json_int_t waiting = console_board_count(account, "waiting") - parked;
	if (into == NULL) {
		into = json_pack("{s:s,s:f,s:f,s:i,s:i}", "name", text_of(account, "name"), "tps",
				 json_number_value(json_object_get(account, "tps")), "accepted_per_s", 0.0, "waiting",
				 0, "parked", 0);
		set_state(into, account);
		json_array_append_new(list, into);
	} else if (rank_of(text_of(account, "state")) > rank_of(text_of(into, "state"))) {
		set_state(into, account);
	}
	rate += json_number_value(json_object_get(into, "accepted_per_s"));
	json_object_set_new(into, "accepted_per_s", json_real(rate));
	json_object_set_new(into, "waiting", json_integer(console_board_count(into, "waiting") + waiting));
	if (parked > console_board_count(into, "parked"))
		json_object_set_new(into, "parked", json_integer(parked));
}

static json_t *accounts_of(const struct console_board *now, const struct console_board *before)
{
	const char *instance;
	json_t *gateway;
	json_t *list = json_array();
	json_object_foreach(now->gateways, instance, gateway)
	{
		size_t index;
		json_t *account;
		if (is_silent(now, gateway))
			continue;
		json_array_foreach(json_object_get(json_object_get(gateway, "status"), "accounts"), index, account)
			add_account(list, account, rate_since(now, before, instance, account));
	}
	/* What is parked waits too. */
	size_t index;
	json_t *account;
	json_array_foreach(list, index, account) json_object_set_new(
		account, "waiting",
		json_integer(console_board_count(account, "waiting") + console_board_count(account, "parked")));
	return list;
}

static json_t *totals_of(const struct console_board *board, double *accepted_per_s)
{
	const char *instance;
	json_t *gateway;
	json_t *sums = json_object();
	*accepted_per_s = 0;
	json_object_foreach(board->gateways, instance, gateway)
	{
		const json_t *status = json_object_get(gateway, "status");
		const char *name;
		json_t *total;
		if (is_silent(board, gateway))
			continue;
		*accepted_per_s +=
			json_number_value(json_object_get(json_object_get(status, "rate_1m"), "accepted_per_s"));
		json_object_foreach(json_object_get(status, "totals"), name, total) json_object_set_new(
			sums, name, json_integer(console_board_count(sums, name) + json_integer_value(total)));
	}
	return sums;
}

/* Of the last seconds where that is known: the gateways' own figure is of a minute. */
static double rate_of(const json_t *accounts, double of_a_minute, bool has_before)
{
	double sum = 0;
	size_t index;
	json_t *account;
	json_array_foreach(accounts, index, account) sum +=
		json_number_value(json_object_get(account, "accepted_per_s"));
	return has_before ? sum : of_a_minute;
}

json_t *console_board_overview(const struct console_board *now, const struct console_board *before,
			       const struct console_board *long_before, const struct zone *zone)
{
	double of_a_minute;
	const json_t *status = freshest(now);
	json_t *totals = totals_of(now, &of_a_minute);
	json_t *accounts = accounts_of(now, before);
	double rate = rate_of(accounts, of_a_minute, before != NULL);
	json_t *overview =
		json_pack("{s:I,s:o,s:f,s:o,s:o,s:O?,s:o,s:I,s:I,s:I}", "at", (json_int_t)now->at, "totals", totals,
			  "accepted_per_s", rate, "queue", queue_of(status), "accounts", accounts, "failures",
			  now->failures, "gateways", gateways_of(now), "dead", (json_int_t)now->dead, "held",
			  console_board_count(status, "held"), "later", console_board_count(status, "later"));
	json_t *troubles = overview != NULL ? console_board_troubles(overview, now, before, long_before, zone) : NULL;
	if (troubles != NULL)
		json_object_set_new(overview, "problems", troubles);
	return overview;
}

json_t *console_board_turns(const struct console_board *now)
{
	const char *instance;
	json_t *gateway;
	json_t *list = json_array();
	json_object_foreach(now->gateways, instance, gateway)
	{
		if (!is_silent(now, gateway))
			json_array_append_new(list, json_pack("{s:s,s:I,s:I}", "instance", instance, "turn",
							      console_board_count(gateway, "templates_turn"), "at",
							      console_board_count(gateway, "at")));
	}
	return list;
}

bool console_board_has_turn(const struct console_board *now, uint64_t turn)
{
	const char *instance;
	json_t *gateway;
	bool has_one = false;
	json_object_foreach(now->gateways, instance, gateway)
	{
		if (is_silent(now, gateway))
			continue;
		if (console_board_count(gateway, "templates_turn") < (json_int_t)turn)
			return false;
		has_one = true;
	}
	return has_one;
}
