/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_accounts_page.h"

#include "cli/cli_printable.h"

#include <string.h>

#define SAY_OCTETS (2 * CLI_PRINTABLE_OCTETS + CLI_SPAN_OCTETS + 16)

static long long number(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

bool cli_accounts_is_page(const json_t *page)
{
	return json_is_array(json_object_get(page, "accounts"));
}

const json_t *cli_accounts_find(const json_t *page, const char *name)
{
	const json_t *accounts = json_object_get(page, "accounts");
	for (size_t i = 0; i < json_array_size(accounts); i++) {
		const json_t *account = json_array_get(accounts, i);
		const char *known = json_string_value(json_object_get(account, "name"));
		if (known != NULL && strcmp(known, name) == 0)
			return account;
	}
	return NULL;
}

/* “for 2 min 3 s by li (night work)” */
static void say_note(const json_t *note, char out[SAY_OCTETS])
{
	char span[CLI_SPAN_OCTETS];
	char by[CLI_PRINTABLE_OCTETS];
	char reason[CLI_PRINTABLE_OCTETS];
	cli_printable(note, "by", by);
	cli_printable(note, "reason", reason);
	snprintf(out, SAY_OCTETS, "for %s%s%s%s%s%s",
		 cli_span_format(json_number_value(json_object_get(note, "for_s")), span), by[0] ? " by " : "", by,
		 reason[0] ? " (" : "", reason, reason[0] ? ")" : "");
}

bool cli_accounts_is_broken(const json_t *account)
{
	const char *breaker = json_string_value(json_object_get(account, "breaker"));
	return breaker != NULL && strcmp(breaker, "open") == 0;
}

/* What the state means for whoever looks, where it is not as it should be. */
static void say_state(const json_t *account, const char *stance, const char *name, FILE *out)
{
	char state[CLI_PRINTABLE_OCTETS];
	char span[CLI_SPAN_OCTETS];
	bool is_up = strcmp(cli_printable(account, "state", state), "up") == 0;
	cli_span_format(json_number_value(json_object_get(account, "again_s")), span);
	if (strcmp(stance, "drained") == 0)
		return;
	bool is_broken = cli_accounts_is_broken(account);
	if (is_broken)
		fputs("  broken: " CLI_ACCOUNTS_BROKEN "\n", out);
	else if (json_is_true(json_object_get(account, "failing")))
		fputs("  failing: half of its last answers, or more, were failures; other accounts go before it\n",
		      out);
	if (json_is_true(json_object_get(account, "resting")))
		fprintf(out,
			is_up && !is_broken ? "  resting: the carrier asked for it; submits again in %s\n"
					    : "  tries again in %s\n",
			span);
	if (strcmp(state, "refused") == 0)
		fprintf(out, "  " CLI_ACCOUNTS_REFUSED_ADVICE "\n", name);
}

static void print_account(const json_t *account, FILE *out)
{
	char name[CLI_PRINTABLE_OCTETS];
	char protocol[CLI_PRINTABLE_OCTETS];
	char state[CLI_PRINTABLE_OCTETS];
	char stance[CLI_PRINTABLE_OCTETS];
	char reason[CLI_PRINTABLE_OCTETS];
	char span[CLI_SPAN_OCTETS] = "-";
	char links[48];
	char window[48];
	char tps[64] = "-";
	const json_t *order = json_object_get(account, "operator");
	const json_t *rate = json_object_get(order, "tps");
	snprintf(links, sizeof links, "%lld/%lld", number(account, "links_up"), number(account, "links_of"));
	snprintf(window, sizeof window, "%lld/%lld", number(account, "window_used"), number(account, "window_total"));
	if (number(account, "tps") != 0)
		snprintf(tps, sizeof tps, "%lld", number(account, "tps"));
	if (json_object_get(account, "for_s") != NULL)
		cli_span_format(json_number_value(json_object_get(account, "for_s")), span);
	cli_printable(order, "state", stance);
	bool is_ordered = strcmp(stance, "runs") != 0;
	fprintf(out, "%-16s %-8s %-8s %-8s %-12s %7s %11s %7.1f/%-6s %10lld %10lld %9lld  %s\n",
		cli_printable(account, "name", name), cli_printable(account, "protocol", protocol),
		json_is_true(json_object_get(account, "leaving")) ? "leaving" : stance,
		cli_printable(account, "state", state), span, links, window,
		json_number_value(json_object_get(account, "tps_now")), tps, number(account, "submits"),
		number(account, "accepted"), number(account, "throttled"), cli_printable(account, "reason", reason));
	char say[SAY_OCTETS];
	say_state(account, stance, name, out);
	if (is_ordered) {
		say_note(order, say);
		fprintf(out, "  %s %s\n", stance, say);
	}
	if (rate != NULL) {
		say_note(rate, say);
		fprintf(out, "  tps set to %lld %s\n", number(rate, "set"), say);
	}
}

void cli_accounts_page(const json_t *page, FILE *out)
{
	const json_t *accounts = json_object_get(page, "accounts");
	fprintf(out, "%-16s %-8s %-8s %-8s %-12s %7s %11s %14s %10s %10s %9s  %s\n", "account", "protocol", "operator",
		"state", "for", "links", "window", "tps now/limit", "submits", "accepted", "throttled", "reason");
	for (size_t i = 0; i < json_array_size(accounts); i++)
		print_account(json_array_get(accounts, i), out);
}
