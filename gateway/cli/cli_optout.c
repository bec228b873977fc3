/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_optout.h"

#include "base/json.h"
#include "base/utf8.h"
#include "cli/cli_printable.h"
#include "cli/cli_redis.h"
#include "cli/cli_time.h"
#include "cli/cli_verb.h"
#include "decode/alert_syntax.h"
#include "model/msisdn.h"
#include "store/optouts.h"

#define TEXT_MAX    128 /* octets of a name or reason */
#define JSON_OCTETS CLI_OPTOUT_WHY_OCTETS

enum verb { VERB_LIST, VERB_ADD, VERB_REMOVE, VERB_CHECK, VERB_IMPORT, VERB_COUNT };

static const struct cli_verb verbs[VERB_COUNT] = {
	[VERB_LIST] = { "list", 0, 0, "full" },          [VERB_ADD] = { "add", 1, 1, "full by reason" },
	[VERB_REMOVE] = { "remove", 1, 1, "full" },      [VERB_CHECK] = { "check", 1, 1, "full" },
	[VERB_IMPORT] = { "import", 1, 1, "by reason" },
};

struct desk {
	const struct cli_call *call;
	const struct cli_settings *settings;
	struct redis_ask *ask;
	unsigned long count; /* told by list */
};

/* The number as it is shown. */
static const char *show(const struct desk *desk, const struct msisdn *number, char out[static MSISDN_MASK_OCTETS])
{
	if (cli_option(desk->call, "full") != NULL)
		snprintf(out, MSISDN_MASK_OCTETS, "%s", number->digits);
	else
		msisdn_mask(number, desk->settings->country, out);
	return out;
}

/* Who else writes this key may have written anything: what does not read has no members. */
static json_t *read_why(struct slice why)
{
	json_t *object = why.len ? json_loadb(why.at, why.len, JSON_REJECT_DUPLICATES, NULL) : NULL;
	return object != NULL ? object : json_object();
}

static void put_members(const json_t *why, struct buf *out)
{
	static const char *const names[] = { "since", "source", "account", "to", "keyword", "by", "reason" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		json_key_text_if(out, names[i], slice_of(json_string_value(json_object_get(why, names[i]))));
}

static void print_json(const struct desk *desk, const struct msisdn *number, const json_t *why, const char *key,
		       bool value)
{
	char octets[JSON_OCTETS];
	char shown[MSISDN_MASK_OCTETS];
	struct buf buf = buf_over(octets, sizeof octets);
	json_open(&buf, '{');
	json_key_text(&buf, "number", slice_of(show(desk, number, shown)));
	if (key != NULL)
		json_key_bool(&buf, key, value);
	size_t len = buf.len;
	put_members(why, &buf);
	if (buf.full || buf.len == buf.cap) { /* somebody else's text without end */
		buf.len = len;
		buf.full = false;
	}
	json_close(&buf, '}');
	fprintf(desk->call->env->out, "%.*s", (int)buf.len, buf.at);
}

/* “since 2026-02-13 08:00:00, wrote “TD” to 10690001 by account cmcc” */
static void print_why(const struct desk *desk, const json_t *why)
{
	FILE *out = desk->call->env->out;
	char text[CLI_PRINTABLE_OCTETS];
	char when[CLI_TIME_OCTETS];
	wall_ms since;
	if (cli_time_parse(slice_of(cli_printable(why, "since", text)), 0, NULL, &since))
		fprintf(out, "since %s", cli_time_format(since, desk->settings->zone, when));
	else
		fprintf(out, "since nobody knows when");
	if (*cli_printable(why, "keyword", text))
		fprintf(out, ", wrote “%s”", text);
	if (*cli_printable(why, "to", text))
		fprintf(out, " to %s", text);
	if (*cli_printable(why, "account", text))
		fprintf(out, " by account %s", text);
	if (*cli_printable(why, "by", text))
		fprintf(out, ", by %s", text);
	if (*cli_printable(why, "reason", text))
		fprintf(out, " (%s)", text);
	fprintf(out, "\n");
}

static void print_row(void *ctx, struct slice text, struct slice why)
{
	struct desk *desk = ctx;
	char shown[MSISDN_MASK_OCTETS];
	struct msisdn number = { .len = 0 };
	/* One that somebody else wrote is cut. */
	size_t len = utf8_whole(text.at, text.len < MSISDN_DIGITS_MAX ? text.len : MSISDN_DIGITS_MAX);
	bool is_fine = utf8_valid(text.at, len) == len && alert_syntax_is_printable((struct slice){ text.at, len });
	snprintf(number.digits, sizeof number.digits, "%.*s", is_fine ? (int)len : 1, is_fine ? text.at : "?");
	number.len = (uint8_t)strlen(number.digits);
	json_t *object = read_why(why);
	if (desk->call->wants_json) {
		fprintf(desk->call->env->out, "%s\n", desk->count == 0 ? "" : ",");
		print_json(desk, &number, object, NULL, false);
	} else {
		fprintf(desk->call->env->out, "%-15s  ", show(desk, &number, shown));
		print_why(desk, object);
	}
	desk->count++;
	json_decref(object);
}

static int list(struct desk *desk)
{
	FILE *out = desk->call->env->out;
	struct err_at at = { .err = ERR_OK };
	struct optouts_walk walk = { .is_over = false };
	if (desk->call->wants_json)
		fprintf(out, "{\"optouts\":[");
	while (!walk.is_over && at.err == ERR_OK) {
		if (optouts_step(desk->ask, &walk, print_row, desk, &at) != ERR_OK)
			break;
	}
	if (desk->call->wants_json)
		fprintf(out, "%s],\"count\":%lu%s}\n", desk->count ? "\n" : "", desk->count,
			walk.is_over ? "" : ",\"interrupted\":true");
	else if (walk.is_over)
		fprintf(out, "%s%lu %s on the opt-out list\n", desk->count ? "\n" : "", desk->count,
			desk->count == 1 ? "number is" : "numbers are");
	return walk.is_over ? CLI_OK : cli_redis_failed(desk->call, &at);
}

/* An option that fits on one line. Returns CLI_OK or CLI_USAGE. text: "" where it was not given. */
static int take_text(const struct cli_call *call, const char *name, const char **text)
{
	const char *given = cli_option(call, name);
	size_t len = given != NULL ? strlen(given) : 0;
	*text = given != NULL ? given : "";
	if (len <= TEXT_MAX && utf8_valid(*text, len) == len && alert_syntax_is_printable(slice_of(*text)))
		return CLI_OK;
	return cli_usage(call, "--%s is a text of at most %d octets without control characters", name, TEXT_MAX);
}

enum err cli_optout_why(const struct cli_call *call, struct redis_ask *ask, const char *source, struct buf *out,
			struct err_at *at)
{
	char since[32];
	wall_ms now;
	enum err err = redis_ask_now(ask, &now, at);
	if (err != ERR_OK)
		return err;
	size_t since_len = civil_format_rfc3339(now, 0, since);
	json_open(out, '{');
	json_key_text(out, "since", (struct slice){ since, since_len });
	json_key_text(out, "source", slice_of(source));
	json_key_text_if(out, "by", slice_of(cli_option(call, "by")));
	json_key_text_if(out, "reason", slice_of(cli_option(call, "reason")));
	json_close(out, '}');
	return ERR_OK;
}

static enum err add(const struct desk *desk, struct slice number, bool *was_on, struct err_at *at)
{
	char octets[JSON_OCTETS];
	struct buf buf = buf_over(octets, sizeof octets);
	enum err err = cli_optout_why(desk->call, desk->ask, "operator", &buf, at);
	return err == ERR_OK ? optouts_add(desk->ask, number, buf_slice(&buf), was_on, at) : err;
}

static void tell(const struct desk *desk, enum verb verb, const struct msisdn *number, const json_t *why, bool was_on)
{
	static const char *const says[VERB_COUNT][2] = {
		[VERB_ADD] = { "is on the opt-out list now", "was on the opt-out list already" },
		[VERB_REMOVE] = { "was not on the opt-out list", "is on the opt-out list no more" },
		[VERB_CHECK] = { "is not on the opt-out list", "is on the opt-out list" },
	};
	char shown[MSISDN_MASK_OCTETS];
	FILE *out = desk->call->env->out;
	if (desk->call->wants_json) {
		print_json(desk, number, why, verb == VERB_CHECK ? "opted_out" : "was_on_list", was_on);
		fprintf(out, "\n");
		return;
	}
	fprintf(out, "%s %s", show(desk, number, shown), says[verb][was_on]);
	if (was_on && verb != VERB_REMOVE) {
		fprintf(out, ", ");
		print_why(desk, why);
	} else {
		fprintf(out, "\n");
	}
}

static int one(const struct desk *desk, enum verb verb, const struct msisdn *number)
{
	struct err_at at = { .err = ERR_OK };
	struct slice key = { number->digits, number->len };
	struct slice why = { NULL, 0 };
	bool was_on = false;
	enum err err = ERR_OK;
	if (verb == VERB_ADD)
		err = add(desk, key, &was_on, &at);
	else if (verb == VERB_REMOVE)
		err = optouts_remove(desk->ask, key, &was_on, &at);
	if (err == ERR_OK && verb != VERB_REMOVE)
		err = optouts_find(desk->ask, key, &why, &at);
	if (err != ERR_OK)
		return cli_redis_failed(desk->call, &at);
	if (verb == VERB_CHECK)
		was_on = why.at != NULL;
	json_t *object = read_why(why);
	tell(desk, verb, number, object, was_on);
	json_decref(object);
	return verb == VERB_CHECK && !was_on ? CLI_FAILED : CLI_OK;
}

static int read_number(const struct cli_call *call, const struct cli_settings *settings, struct msisdn *out)
{
	struct err_at at = { .err = ERR_OK };
	if (msisdn_parse(slice_of(call->arguments[1]), settings->country, out, &at) == ERR_OK)
		return CLI_OK;
	return cli_usage(call, "%s", at.text);
}

static int run(const struct cli_call *call)
{
	unsigned verb;
	const char *text;
	struct cli_settings settings;
	struct msisdn number = { .len = 0 };
	struct desk desk = { .call = call, .settings = &settings };
	int code = cli_verb_read(call, verbs, VERB_COUNT, &verb);
	if (code == CLI_OK)
		code = take_text(call, "by", &text);
	if (code == CLI_OK)
		code = take_text(call, "reason", &text);
	if (code == CLI_OK)
		code = cli_redis_settings(call, &settings);
	if (code == CLI_OK && verb != VERB_LIST && verb != VERB_IMPORT)
		code = read_number(call, &settings, &number);
	if (code == CLI_OK)
		code = cli_redis_connect(call, &settings, &desk.ask);
	if (code != CLI_OK)
		return code;
	if (verb == VERB_IMPORT)
		code = cli_optout_import(call, &settings, desk.ask);
	else
		code = verb == VERB_LIST ? list(&desk) : one(&desk, (enum verb)verb, &number);
	redis_ask_close(desk.ask);
	return code;
}

const struct cli_command cli_optout = {
	.name = "optout",
	.arguments = "list|add|remove|check|import [NUMBER|FILE]",
	.arguments_min = 1,
	.arguments_max = 2,
	.summary = "Who wants no more texts: list them, put numbers on the list or take one off, look for one",
	.details =
		"Numbers get on the list when their owner answers with a keyword (optout.keywords), or by add.\n"
		"list: all of them, in no order.\n"
		"add NUMBER, remove NUMBER: said again they change nothing.\n"
		"check NUMBER: exit status 0 where it is on the list, 1 where it is not.\n"
		"import FILE: puts all numbers of a file on the list (“-”: of standard input), one a line, in front "
		"of\n"
		"commas, semicolons or tabs. Lines that are wrong are told, and left out: then the exit status is 65.\n"
		"Numbers are written as alerts have them, and shown masked without --full.\n"
		"  hongyan optout add 13900000001 --by li --reason \"called the hotline\"\n"
		"  hongyan optout import complaints.csv --by li --reason \"regulator's list of May\"\n",
	.options = { { "full", NULL, "Show whole numbers" },
		     { "by", "WHO", "Who adds it, for those who ask later" },
		     { "reason", "TEXT", "Why, for those who ask later" },
		     CLI_REDIS_OPTION },
	.run = run,
};
