/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_status_page.h"
#include "base/buf.h"

#include "cli/cli_accounts_page.h"
#include "cli/cli_log.h"
#include "cli/cli_outlook.h"
#include "cli/cli_pause_field.h"
#include "cli/cli_printable.h"
#include "model/balance.h"

#include <stdarg.h>
#include <string.h>

/* An entry that waits for longer than this on its lane is something that a human should know of. */
static const struct shown_lane {
	const char *name;
	double oldest_s_max;
} lanes[] = { { "urgent", 60 }, { "normal", 300 }, { "bulk", 3600 }, { "ready", 300 } };

#define LANES_SHOWN (sizeof lanes / sizeof lanes[0])

/* Entries may stay this long without an acceptance before that looks like a standstill: the rate's own window. */
#define STANDSTILL_S 60

#define FOR_OCTETS (CLI_SPAN_OCTETS + 16)

static json_int_t number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static double real(const json_t *object, const char *key)
{
	return json_number_value(json_object_get(object, key));
}

struct problems {
	FILE *out; /* NULL = only counted */
	unsigned count;
};

static void tell(struct problems *problems, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void tell(struct problems *problems, const char *format, ...)
{
	problems->count++;
	if (problems->out == NULL)
		return;
	va_list arguments;
	fputs("  ! ", problems->out);
	va_start(arguments, format);
	vfprintf(problems->out, format, arguments);
	va_end(arguments);
	fputc('\n', problems->out);
}

/* What operators want of an account: “runs”, “paused”, “drained”. */
static const char *stance_of(const json_t *account, char out[CLI_PRINTABLE_OCTETS])
{
	return cli_printable(json_object_get(account, "operator"), "state", out);
}

/* “ for 2 min 3 s”; "" where it is not told. */
static const char *for_how_long(const json_t *account, char out[FOR_OCTETS])
{
	char span[CLI_SPAN_OCTETS];
	out[0] = '\0';
	if (json_object_get(account, "for_s") != NULL)
		snprintf(out, FOR_OCTETS, " for %s", cli_span_format(real(account, "for_s"), span));
	return out;
}

/* One that is not up, though nobody wants it so. */
static void judge_state(struct problems *problems, const json_t *account, const char *state)
{
	char name[CLI_PRINTABLE_OCTETS];
	char reason[CLI_PRINTABLE_OCTETS];
	char how_long[FOR_OCTETS];
	char span[CLI_SPAN_OCTETS];
	char again[FOR_OCTETS] = "";
	cli_printable(account, "name", name);
	cli_printable(account, "reason", reason);
	for_how_long(account, how_long);
	if (json_is_true(json_object_get(account, "resting")))
		snprintf(again, sizeof again, "tries again in %s", cli_span_format(real(account, "again_s"), span));
	if (strcmp(state, "refused") == 0)
		tell(problems, "account %s is refused by the carrier%s (%s): " CLI_ACCOUNTS_REFUSED_ADVICE "%s%s", name,
		     how_long, reason[0] ? reason : "no reason given", name, again[0] ? "; it " : "", again);
	else
		tell(problems, "account %s is %s%s (%s); it %s", name, state, how_long,
		     reason[0] ? reason : "no reason given", again[0] ? again : "goes on trying");
}

/* Who takes alerts: is up, and wanted so. */
struct takers {
	unsigned count;
	unsigned stopped; /* by operators */
	struct buf names; /* of these, “cmcc (paused), cucc (drained)”, as many as fit */
};

static void count_taker(struct takers *takers, const char *name, const char *state, const char *stance)
{
	bool is_stopped = strcmp(stance, "paused") == 0 || strcmp(stance, "drained") == 0;
	takers->count += !is_stopped && strcmp(state, "up") == 0;
	if (is_stopped)
		buf_put_format(&takers->names, "%s%s (%s)", takers->stopped > 0 ? ", " : "", name, stance);
	takers->stopped += is_stopped;
}

static void judge_accounts(struct problems *problems, const json_t *status)
{
	char name[CLI_PRINTABLE_OCTETS];
	char state[CLI_PRINTABLE_OCTETS];
	char stance[CLI_PRINTABLE_OCTETS];
	char names[CLI_PRINTABLE_OCTETS];
	struct takers takers = { .names = buf_over(names, sizeof names) };
	const json_t *accounts = json_object_get(status, "accounts");
	for (size_t i = 0; i < json_array_size(accounts); i++) {
		const json_t *account = json_array_get(accounts, i);
		cli_printable(account, "state", state);
		cli_printable(account, "name", name);
		count_taker(&takers, name, state, stance_of(account, stance));
		/* What an operator wants is no problem of its own. */
		if (strcmp(state, "up") != 0 && strcmp(stance, "drained") != 0)
			judge_state(problems, account, state);
		if (cli_accounts_is_broken(account))
			tell(problems, "account %s is up, but broken: " CLI_ACCOUNTS_BROKEN, name);
		else if (json_is_true(json_object_get(account, "failing")))
			tell(problems,
			     "account %s is up, but failing: half of its last answers, or more, were failures, so that "
			     "other accounts go before it",
			     name);
	}
	if (takers.count == 0 && takers.stopped > 0)
		tell(problems,
		     "nothing is sent, since operators have stopped %.*s%s; “hongyan accounts resume NAME” lets one go "
		     "on",
		     SLICE_ARG(buf_slice(&takers.names)),
		     takers.stopped == json_array_size(accounts) ? "" : ", and no other account is up");
	else if (takers.count == 0)
		tell(problems, "no account has a bound link: nothing is sent");
}

static void judge_queue(struct problems *problems, const json_t *status)
{
	char age[CLI_SPAN_OCTETS];
	bool has_waited = false;
	for (size_t i = 0; i < LANES_SHOWN; i++) {
		const json_t *lane = json_object_get(json_object_get(status, "lanes"), lanes[i].name);
		double oldest_s = real(lane, "oldest_s");
		has_waited |= oldest_s > STANDSTILL_S;
		if (oldest_s > lanes[i].oldest_s_max)
			tell(problems, "lane %s: the oldest of %lld entries waits for %s", lanes[i].name,
			     (long long)number(lane, "length"), cli_span_format(oldest_s, age));
	}
	const json_t *rates = json_object_get(status, "rate_1m");
	if (has_waited && real(rates, "accepted_per_s") <= 0 && number(status, "uptime_s") > STANDSTILL_S)
		tell(problems, "entries wait, but no carrier accepted any within the last minute");
	double dead_per_min = real(rates, "dead_per_s") * 60;
	if (dead_per_min > 0 && number(status, "dead") > 0)
		tell(problems,
		     "dead letters grow at a rate of %.0f a minute, %lld kept; “hongyan dead list” has their reasons",
		     dead_per_min < 1 ? 1 : dead_per_min, (long long)number(status, "dead"));
}

static void judge_tenants(struct problems *problems, const json_t *status)
{
	char name[CLI_PRINTABLE_OCTETS];
	const json_t *tenants = json_object_get(status, "tenants");
	for (size_t i = 0; i < json_array_size(tenants); i++) {
		const json_t *tenant = json_array_get(tenants, i);
		if (real(tenant, "used") >= 1)
			tell(problems,
			     "tenant %s has used all of its %lld segments of today: its bulk alerts wait until "
			     "tomorrow",
			     cli_printable(tenant, "name", name), (long long)number(tenant, "segments_per_day"));
	}
}

static void judge_events(struct problems *problems, const json_t *status)
{
	char group[CLI_PRINTABLE_OCTETS];
	char age[CLI_SPAN_OCTETS];
	const json_t *events = json_object_get(status, "events");
	if (cli_printable(events, "held_by", group)[0] != '\0')
		tell(problems,
		     "the group of readers “%s” has not acknowledged events for %s, so that they cannot be trimmed: "
		     "let it "
		     "read on, or XGROUP DESTROY it",
		     group, cli_span_format(real(events, "oldest_s"), age));
}

static void judge_memory(struct problems *problems, const json_t *redis)
{
	double used = real(redis, "memory_used");
	double most = real(redis, "memory_max");
	if (most > 0 && used > most / 2)
		tell(problems,
		     "Redis uses %.0f %% of its maxmemory (%.0f MB): give it more, or keep events for a shorter time",
		     100 * used / most, most / 1e6);
}

static void judge_balance(struct problems *problems, const json_t *status)
{
	long long drift = (long long)number(json_object_get(status, "balance"), "drift");
	if (drift > 0)
		tell(problems,
		     "the account does not balance: %lld entries have gone without an end; somebody trims or deletes "
		     "in the "
		     "queue's keys",
		     drift);
	else if (drift < 0)
		tell(problems,
		     "the account does not balance: %lld entries too many; a stream of alerts:* was deleted, or "
		     "somebody "
		     "writes to the queue's keys",
		     -drift);
}

unsigned cli_status_problems(const json_t *status, FILE *out)
{
	struct problems problems = { .out = out };
	const json_t *redis = json_object_get(status, "redis");
	char reason[CLI_PRINTABLE_OCTETS];
	if (!json_is_true(json_object_get(redis, "up"))) {
		cli_printable(redis, "reason", reason);
		tell(&problems, "Redis cannot be used (%s): nothing is read or settled",
		     reason[0] ? reason : "no reason given");
	}
	if (json_is_true(json_object_get(redis, "full")))
		tell(&problems, "Redis is full (maxmemory): nothing new goes out; give it memory or trim the events");
	judge_memory(&problems, redis);
	if (number(status, "workers") == 0)
		tell(&problems, "no worker runs");
	judge_accounts(&problems, status);
	judge_queue(&problems, status);
	judge_tenants(&problems, status);
	judge_balance(&problems, status);
	judge_events(&problems, status);
	return problems.count;
}

bool cli_status_is_status(const json_t *status)
{
	return json_is_string(json_object_get(status, "version")) && json_is_object(json_object_get(status, "lanes")) &&
	       json_is_object(json_object_get(status, "redis")) && json_is_array(json_object_get(status, "accounts"));
}

/* “Paused: SAY, for 3 min, by li; “COMMAND” ends it.” holder: has “for_s” and “by”. */
static void print_pause(const json_t *holder, const char *say, const char *command, FILE *out)
{
	double for_s = real(holder, "for_s");
	char who[CLI_PRINTABLE_OCTETS];
	char reason[CLI_PRINTABLE_OCTETS];
	char age[CLI_SPAN_OCTETS];
	cli_printable(holder, "reason", reason);
	fprintf(out, "  Paused: %s%s%s%s%s%s%s%s; “%s” ends it.\n", say, for_s > 0 ? ", for " : "",
		for_s > 0 ? cli_span_format(for_s, age) : "", cli_printable(holder, "by", who)[0] ? ", by " : "", who,
		reason[0] ? " (" : "", reason, reason[0] ? ")" : "", command);
}

/* Somebody wants it so: nothing is wrong, but whoever looks why alerts wait should see it at once. */
static void print_pauses(const json_t *status, FILE *out)
{
	const json_t *paused = json_object_get(status, "paused");
	const json_t *accounts = json_object_get(status, "accounts");
	char say[CLI_PAUSE_SAY_OCTETS];
	char command[CLI_PRINTABLE_OCTETS + 64];
	char name[CLI_PRINTABLE_OCTETS];
	char stance[CLI_PRINTABLE_OCTETS];
	for (size_t i = 0; i < json_array_size(paused); i++) {
		const json_t *pause = json_array_get(paused, i);
		const char *text = json_string_value(json_object_get(pause, "field"));
		struct slice field = slice_of(cli_printable(pause, "field", name));
		struct pause parsed;
		bool is_known = pause_parse(field, &parsed);
		struct slice kind = slice_cut(&field, ':'); /* “template:overdue”, or “all” */
		cli_pause_field_say(slice_of(text ? text : ""), say);
		snprintf(command, sizeof command, is_known ? "hongyan resume --%.*s%s%.*s" : "hongyan resume",
			 SLICE_ARG(kind), field.len > 0 ? " " : "", SLICE_ARG(field));
		print_pause(pause, say, command, out);
	}
	for (size_t i = 0; i < json_array_size(accounts); i++) {
		const json_t *account = json_array_get(accounts, i);
		char text[CLI_PRINTABLE_OCTETS + 32];
		stance_of(account, stance);
		if (strcmp(stance, "paused") != 0 && strcmp(stance, "drained") != 0)
			continue;
		cli_printable(account, "name", name);
		snprintf(text, sizeof text, "account %s%s", name, strcmp(stance, "drained") == 0 ? " (drained)" : "");
		snprintf(command, sizeof command, "hongyan accounts resume %s", name);
		print_pause(json_object_get(account, "operator"), text, command, out);
	}
}

static void print_summary(const json_t *status, FILE *out)
{
	char version[CLI_PRINTABLE_OCTETS];
	char instance[CLI_PRINTABLE_OCTETS];
	char uptime[CLI_SPAN_OCTETS];
	const json_t *redis = json_object_get(status, "redis");
	const json_t *totals = json_object_get(status, "totals");
	fprintf(out, "hongyan %s, instance %s, up for %s, workers: %lld, Redis %s (reconnects: %lld)\n",
		cli_printable(status, "version", version), cli_printable(status, "instance", instance),
		cli_span_format(real(status, "uptime_s"), uptime), (long long)number(status, "workers"),
		json_is_true(json_object_get(redis, "up")) ? "up" : "away", (long long)number(redis, "reconnects"));
	if (cli_log_is_shifted(json_object_get(status, "log"))) {
		fputs("log level: ", out);
		cli_log_print(json_object_get(status, "log"), out);
	}
	fprintf(out, "accepted: %.1f/s (mean of the last minute)\n\n",
		real(json_object_get(status, "rate_1m"), "accepted_per_s"));
	fputs("since the start", out);
	static const char *const keys[] = { "read", "accepted", "expired",           "suppressed",   "duplicate",
					    "dead", "retries",  "ambiguous_resends", "late_answers", "intents_found" };
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		fprintf(out, "%s%s %lld", i == 0 ? ": " : ", ", keys[i], (long long)number(totals, keys[i]));
	fputs("\n\n", out);
}

static void print_queue(const json_t *status, FILE *out)
{
	char age[CLI_SPAN_OCTETS];
	char added[CLI_RATE_OCTETS];
	char left[CLI_RATE_OCTETS];
	char outlook[CLI_OUTLOOK_OCTETS];
	fprintf(out, "%-8s %10s  %-12s %9s %9s  %s\n", "LANE", "ENTRIES", "OLDEST", "ADDED/S", "LEFT/S", "CLEAR");
	for (size_t i = 0; i < LANES_SHOWN; i++) {
		const json_t *lane = json_object_get(json_object_get(status, "lanes"), lanes[i].name);
		double oldest_s = real(lane, "oldest_s");
		fprintf(out, "%-8s %10lld  %-12s %9s %9s  %s\n", lanes[i].name, (long long)number(lane, "length"),
			oldest_s > 0 ? cli_span_format(oldest_s, age) : "-",
			cli_outlook_rate(lane, "added_per_s", added), cli_outlook_rate(lane, "left_per_s", left),
			cli_outlook_say(lane, "not getting shorter", outlook));
	}
	const json_t *events = json_object_get(status, "events");
	static const char *const kept[] = { "later", "held", "dead" };
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		fprintf(out, "%-8s %10lld\n", kept[i], (long long)number(status, kept[i]));
	fprintf(out, "%-8s %10lld  %s\n\n", "events", (long long)number(events, "length"),
		number(events, "length") > 0 ? cli_span_format(real(events, "oldest_s"), age) : "-");
}

/* One of several counts, where it is not 0. */
static void print_count(const json_t *counts, const char *name, bool *is_first, FILE *out)
{
	long long count = (long long)number(counts, name);
	if (count == 0)
		return;
	fprintf(out, "%s%s %lld", *is_first ? "" : ", ", name, count);
	*is_first = false;
}

static void print_waiting(const json_t *balance, FILE *out)
{
	bool is_first = true;
	fputs("  waiting: ", out);
	for (unsigned i = 0; i < BALANCE_PLACE_COUNT; i++)
		print_count(json_object_get(balance, "waiting"), balance_place_name((enum balance_place)i), &is_first,
			    out);
	fputs(is_first ? "none\n" : "\n", out);
}

static void print_ended(const json_t *balance, FILE *out)
{
	bool is_first = true;
	fputs("  ended:   ", out);
	for (unsigned i = 0; i < BALANCE_END_COUNT; i++)
		print_count(json_object_get(balance, "ended"), balance_end_name((enum balance_end)i), &is_first, out);
	fputs(is_first ? "none\n\n" : "\n\n", out);
}

/* Since ever, all gateways together: what the queue itself knows. */
static void print_balance(const json_t *status, FILE *out)
{
	const json_t *balance = json_object_get(status, "balance");
	if (!json_is_object(balance))
		return;
	fprintf(out, "account: added %lld, brought back %lld, drift %lld\n", (long long)number(balance, "added"),
		(long long)number(balance, "requeued"), (long long)number(balance, "drift"));
	print_waiting(balance, out);
	print_ended(balance, out);
}

static void print_accounts(const json_t *status, FILE *out)
{
	fprintf(out, "%-16s %-8s %-12s %5s %11s %6s %10s %10s %9s %9s %9s\n", "ACCOUNT", "STATE", "FOR", "LINKS",
		"WINDOW", "TPS", "ACCEPTED", "THROTTLED", "REJECTED", "TEMPORARY", "UNKNOWN");
	const json_t *accounts = json_object_get(status, "accounts");
	for (size_t i = 0; i < json_array_size(accounts); i++) {
		const json_t *account = json_array_get(accounts, i);
		char name[CLI_PRINTABLE_OCTETS];
		char state[CLI_PRINTABLE_OCTETS];
		char window[48];
		char stance[CLI_PRINTABLE_OCTETS];
		char tps[24] = "-";
		char span[CLI_SPAN_OCTETS] = "-";
		stance_of(account, stance);
		bool is_ordered = stance[0] != '\0' && strcmp(stance, "runs") != 0;
		snprintf(window, sizeof window, "%lld/%lld", (long long)number(account, "window_used"),
			 (long long)number(account, "window_total"));
		if (number(account, "tps") != 0)
			snprintf(tps, sizeof tps, "%lld", (long long)number(account, "tps"));
		bool is_broken = cli_accounts_is_broken(account);
		bool is_failing = json_is_true(json_object_get(account, "failing"));
		const json_t *for_s =
			json_object_get(is_ordered ? json_object_get(account, "operator") : account, "for_s");
		if (for_s != NULL)
			cli_span_format(json_number_value(for_s), span);
		fprintf(out, "%-16s %-8s %-12s %5lld %11s %6s %10lld %10lld %9lld %9lld %9lld\n",
			cli_printable(account, "name", name),
			is_ordered   ? stance
			: is_broken  ? "broken"
			: is_failing ? "failing"
				     : cli_printable(account, "state", state),
			span, (long long)number(account, "links_up"), window, tps,
			(long long)number(account, "accepted"), (long long)number(account, "throttled"),
			(long long)number(account, "rejected"), (long long)number(account, "temporary"),
			(long long)number(account, "unknown"));
	}
}

unsigned cli_status_page(const json_t *status, FILE *out)
{
	unsigned count = cli_status_problems(status, NULL);
	if (count == 0)
		fputs("All is well.\n", out);
	else
		fprintf(out, "WRONG: %u\n", count);
	cli_status_problems(status, out);
	if (json_is_true(json_object_get(status, "draining")))
		fputs("  The gateway is draining: it finishes what it has and takes nothing new.\n", out);
	print_pauses(status, out);
	fputc('\n', out);
	print_summary(status, out);
	print_queue(status, out);
	print_balance(status, out);
	cli_outlook_accounts(json_object_get(status, "accounts"), out);
	print_accounts(status, out);
	return count;
}
