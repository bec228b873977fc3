/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number.h"
#include "cli/cli_account_name.h"
#include "cli/cli_accounts_page.h"
#include "cli/cli_admin.h"
#include "cli/cli_redis.h"
#include "cli/cli_time.h"
#include "cli/cli_verb.h"
#include "decode/alert_syntax.h"
#include "store/orders.h"

#include <stdlib.h>
#include <time.h>

#define JSON_OCTETS 2048
#define LOOK_NS     200000000L
#define LOOKS_MAX   3000 /* ten minutes */

enum verb { VERB_LIST, VERB_PAUSE, VERB_RESUME, VERB_DRAIN, VERB_SET_TPS, VERB_COUNT };

static const struct cli_verb verbs[VERB_COUNT] = {
	[VERB_LIST] = { "list", 0, 0, "url" },      [VERB_PAUSE] = { "pause", 1, 1, "reason by" },
	[VERB_RESUME] = { "resume", 1, 1, "" },     [VERB_DRAIN] = { "drain", 1, 1, "reason by wait url" },
	[VERB_SET_TPS] = { "set-tps", 2, 2, "by" },
};

static int list(const struct cli_call *call)
{
	char *url = NULL;
	char *body = NULL;
	size_t len = 0;
	json_t *page = NULL;
	int code = cli_admin_url(call, "/v1/accounts", &url);
	if (code == CLI_OK)
		code = cli_admin_fetch(call, url, &page, &body, &len);
	if (code == CLI_OK && !cli_accounts_is_page(page)) {
		fprintf(call->env->err, "hongyan: what answers at %s knows no accounts\n", url);
		code = CLI_UNREACHABLE;
	}
	if (code == CLI_OK && call->wants_json)
		fwrite(body, 1, len, call->env->out);
	else if (code == CLI_OK)
		cli_accounts_page(page, call->env->out);
	json_decref(page);
	free(body);
	free(url);
	return code;
}

/* Returns CLI_OK or CLI_USAGE. */
static int read_change(const struct cli_call *call, enum verb verb, struct account_change *out)
{
	static const enum account_stance stances[VERB_COUNT] = {
		[VERB_PAUSE] = ACCOUNT_PAUSED,
		[VERB_RESUME] = ACCOUNT_RUNS,
		[VERB_DRAIN] = ACCOUNT_DRAINED,
	};
	const char *who = cli_option(call, "by");
	const char *reason = cli_option(call, "reason");
	uint64_t tps;
	*out = (struct account_change){
		.account = call->arguments[1],
		.is_tps = verb == VERB_SET_TPS,
		.stance = stances[verb],
		.who = who ? who : "",
		.reason = reason ? reason : "",
	};
	const char *of;
	const char *flaw = account_change_flaw(out, &of);
	if (flaw != NULL)
		return cli_usage(call, "--%s %s", of, flaw);
	if (!out->is_tps || strcmp(call->arguments[2], "default") == 0)
		return CLI_OK;
	if (!number_parse(slice_of(call->arguments[2]), ACCOUNT_TPS_MAX, &tps))
		return cli_usage(call,
				 "“%s” is not segments a second, 0 to %d (0 = unlimited), nor “default” for what the "
				 "configuration says",
				 call->arguments[2], ACCOUNT_TPS_MAX);
	out->has_tps = true;
	out->tps = (uint32_t)tps;
	return CLI_OK;
}

static void tell_json(const struct cli_call *call, const struct account_change *change,
		      const struct account_answer *answer)
{
	char octets[JSON_OCTETS];
	struct buf buf = buf_over(octets, sizeof octets);
	account_answer_write(change, answer, &buf);
	fprintf(call->env->out, "%.*s\n", (int)buf.len, buf.at);
}

static void tell(const struct cli_call *call, const struct zone *zone, const struct account_change *change,
		 const struct account_answer *answer)
{
	static const char *const says[ACCOUNT_STANCE_COUNT] = {
		[ACCOUNT_RUNS] = "runs",
		[ACCOUNT_PAUSED] = "is paused: nothing more is submitted, its links stay",
		[ACCOUNT_DRAINED] = "drains: nothing more is submitted, its links end when all is answered",
	};
	char when[CLI_TIME_OCTETS];
	FILE *out = call->env->out;
	const struct account_order *order = &answer->now;
	const struct pause_note *note = change->is_tps ? &order->tps_note : &order->note;
	const char *who = alert_syntax_is_printable(slice_of(note->who)) ? note->who : "?";
	fprintf(out, "account “%s” ", order->name);
	if (!change->is_tps)
		fprintf(out, "%s", says[order->stance]);
	else if (!order->has_tps)
		fprintf(out, "keeps to the tps of the configuration");
	else if (order->tps == 0)
		fprintf(out, "has no limit of tps");
	else
		fprintf(out, "keeps to %u segments a second", (unsigned)order->tps);
	if (answer->was_so && note->since > 0)
		fprintf(out, " (since %s%s%s)", cli_time_format(note->since, zone, when), *who ? " by " : "", who);
	else if (answer->was_so)
		fprintf(out, " (as before)");
	if (!change->is_tps && order->stance == ACCOUNT_RUNS)
		fprintf(out, "; links of it that are not up, refused ones too, are tried now");
	fprintf(out, "\n");
}

/* Waits until the gateway that is asked has no link of the account any more. */
static int wait_drained(const struct cli_call *call, const struct cli_settings *settings, const char *name)
{
	char *url = NULL;
	int code = cli_admin_url_by(call, settings, "/v1/accounts", &url);
	unsigned looks = 0;
	bool is_over = false;
	while (code == CLI_OK && !is_over) {
		json_t *page = NULL;
		code = cli_admin_fetch(call, url, &page, NULL, NULL);
		const json_t *account = code == CLI_OK ? cli_accounts_find(page, name) : NULL;
		/* Not before the gateway knows of it: a refused account has no links anyway. */
		const json_t *order = json_object_get(account, "operator");
		const char *stance = json_string_value(json_object_get(order, "state"));
		is_over = stance != NULL && strcmp(stance, account_stance_name(ACCOUNT_DRAINED)) == 0 &&
			  json_integer_value(json_object_get(account, "links_up")) == 0;
		json_decref(page);
		if (code != CLI_OK || is_over)
			break;
		if (account == NULL || ++looks == LOOKS_MAX) {
			fprintf(call->env->err, "hongyan: account “%s” %s\n", name,
				account ? "still has links after ten minutes" : "is not known to this gateway");
			code = CLI_FAILED;
		}
		nanosleep(&(struct timespec){ .tv_nsec = LOOK_NS }, NULL);
	}
	free(url);
	if (code == CLI_OK && !call->wants_json)
		fprintf(call->env->out, "account “%s” has no links any more\n", name);
	return code;
}

static int change(const struct cli_call *call, enum verb verb)
{
	struct account_change change;
	struct account_answer answer;
	struct cli_settings settings;
	struct redis_ask *ask;
	struct err_at at = { .err = ERR_OK };
	unsigned index; /* the name is known: nothing more is asked of the file */
	int code = read_change(call, verb, &change);
	if (code == CLI_OK)
		code = cli_redis_settings(call, &settings);
	if (code == CLI_OK)
		code = cli_account_name_find(call, &settings, change.account, &index);
	if (code == CLI_OK)
		code = cli_redis_connect(call, &settings, &ask);
	if (code != CLI_OK)
		return code;
	if (orders_change(ask, &change, &answer, &at) != ERR_OK) {
		code = cli_redis_failed(call, &at);
	} else if (call->wants_json) {
		tell_json(call, &change, &answer);
	} else {
		tell(call, settings.zone, &change, &answer);
	}
	redis_ask_close(ask);
	if (code == CLI_OK && cli_option(call, "wait") != NULL)
		code = wait_drained(call, &settings, change.account);
	return code;
}

static int run(const struct cli_call *call)
{
	unsigned verb;
	int code = cli_verb_read(call, verbs, VERB_COUNT, &verb);
	if (code != CLI_OK)
		return code;
	return verb == VERB_LIST ? list(call) : change(call, (enum verb)verb);
}

const struct cli_command cli_accounts = {
	.name = "accounts",
	.arguments = "list|pause|resume|drain|set-tps [NAME [N|default]]",
	.arguments_min = 1,
	.arguments_max = 3,
	.summary = "List carrier accounts, pause or drain one, or change its rate",
	.details =
		"list: the accounts of a running gateway, asked at its admin address.\n"
		"pause NAME: nothing more is submitted on it; its links stay. Its alerts take another account of "
		"their\n"
		"route, or wait.\n"
		"drain NAME: the same, and its links end when all is answered, for maintenance. --wait waits for "
		"that.\n"
		"resume NAME: ends both. Links that are not up are tried at once, also of an account that runs: so one "
		"that\n"
		"the carrier has refused comes back when the carrier has mended it. Where the secret was wrong, "
		"correct\n"
		"it and reload (SIGHUP), which is enough.\n"
		"set-tps NAME N|default: segments a second from now on (0 = unlimited), or what the configuration "
		"says.\n"
		"What is ordered holds in every gateway within a second, and outlives restarts.\n"
		"  hongyan accounts drain cmcc --by li --reason \"night work of the carrier\" --wait\n",
	.options = { { "reason", "TEXT", "Why, for those who ask later" },
		     { "by", "WHO", "Who orders it, for those who ask later" },
		     { "wait", NULL, "Wait until the gateway that is asked has no link of it any more" },
		     { "url", "URL", "The gateway's admin address (default: admin.listen of the configuration)" },
		     CLI_REDIS_OPTION },
	.run = run,
};
