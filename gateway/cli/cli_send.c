/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_send.h"
#include "base/json.h"
#include "base/number.h"
#include "cli/cli_alert.h"
#include "cli/cli_redis.h"
#include "store/additions.h"
#include "store/event_watch.h"

#include <jansson.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define PARTS_MAX   (CLI_ARGUMENTS_MAX + 8)
#define ANSWER_ROOM 4096
#define LOOK_MS     50
#define WAIT_MOST_S 86400

/* One alert, and what becomes of it. */
struct sending {
	const struct cli_call *call;
	struct cli_alert_check check;
	struct redis_ask *ask;
	enum lane lane;
	char id[ALERT_ID_MAX + 1];
	char json[ALERT_OCTETS_MAX + 1024];
	char entry[ENTRY_ID_OCTETS];
	char word[32]; /* of the event that closed it; "" = none yet */
	char event[ANSWER_ROOM];
	bool is_held;
};

/* -- the alert -- */

static int add_params(const struct cli_call *call, struct cli_alert_part *parts, unsigned *count)
{
	for (unsigned i = 2; i < call->argument_count; i++) {
		const char *word = call->arguments[i];
		const char *equals = strchr(word, '=');
		if (equals == NULL || equals == word)
			return cli_usage(call, "“%s” is no parameter; want NAME=VALUE", word);
		parts[(*count)++] = (struct cli_alert_part){ { word, (size_t)(equals - word) }, slice_of(equals + 1) };
	}
	return CLI_OK;
}

static wall_ms now_ms(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (wall_ms)now.tv_sec * MS_PER_S + now.tv_nsec / 1000000;
}

static int compose(struct sending *sending, struct slice *json)
{
	static const char *const options[] = { "tenant", "subject", "batch", "consent", "locale" };
	const struct cli_call *call = sending->call;
	struct cli_alert_part parts[PARTS_MAX];
	unsigned count = 0;
	const char *id = cli_option(call, "id");
	if (id != NULL)
		snprintf(sending->id, sizeof sending->id, "%s", id);
	else
		snprintf(sending->id, sizeof sending->id, "send-%lld-%ld", (long long)now_ms(CLOCK_REALTIME),
			 (long)getpid());
	/* Parameters first: what has a name of its own is said by an option. */
	int code = add_params(call, parts, &count);
	if (code != CLI_OK)
		return code;
	parts[count++] = (struct cli_alert_part){ SLICE("id"), slice_of(id != NULL ? id : sending->id) };
	parts[count++] = (struct cli_alert_part){ SLICE("to"), slice_of(call->arguments[0]) };
	parts[count++] = (struct cli_alert_part){ SLICE("template"), slice_of(call->arguments[1]) };
	for (unsigned i = 0; i < sizeof options / sizeof options[0]; i++) {
		const char *value = cli_option(call, options[i]);
		if (value != NULL)
			parts[count++] = (struct cli_alert_part){ slice_of(options[i]), slice_of(value) };
	}
	struct buf out = buf_over(sending->json, sizeof sending->json);
	if (!cli_alert_write(parts, count, &out)) {
		fprintf(call->env->err, "hongyan: the alert is longer than %d octets\n", ALERT_OCTETS_MAX);
		return CLI_DATA;
	}
	*json = buf_slice(&out);
	return CLI_OK;
}

/* -- its fate -- */

static void take_event(void *ctx, struct slice event)
{
	struct sending *sending = ctx;
	if (sending->word[0] != '\0' || event.len >= sizeof sending->event)
		return;
	json_t *object = json_loadb(event.at, event.len, 0, NULL);
	const char *id = json_string_value(json_object_get(object, "id"));
	const char *entry = json_string_value(json_object_get(object, "entry"));
	const char *word = json_string_value(json_object_get(object, "event"));
	if (id != NULL && entry != NULL && word != NULL && strcmp(id, sending->id) == 0 &&
	    strcmp(entry, sending->entry) == 0) {
		sending->is_held = strcmp(word, "held") == 0;
		if (!sending->is_held)
			snprintf(sending->word, sizeof sending->word, "%s", word);
		snprintf(sending->event, sizeof sending->event, "%.*s", SLICE_ARG(event));
	}
	json_decref(object);
}

static enum err wait_for_fate(struct sending *sending, struct event_watch *watch, unsigned wait_s, struct err_at *at)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	wall_ms until = now_ms(CLOCK_MONOTONIC) + (wall_ms)wait_s * MS_PER_S;
	bool more;
	for (;;) {
		enum err err = event_watch_step(sending->ask, watch, take_event, sending, &more, at);
		if (err != ERR_OK || sending->word[0] != '\0' || now_ms(CLOCK_MONOTONIC) >= until)
			return err;
		nanosleep(&pause, NULL);
	}
}

/* -- what is said -- */

static void say_json(const struct sending *sending, bool has_waited)
{
	char octets[ANSWER_ROOM + 512];
	struct buf buf = buf_over(octets, sizeof octets);
	json_open(&buf, '{');
	json_key_text(&buf, "id", slice_of(sending->id));
	json_key_text(&buf, "entry", slice_of(sending->entry));
	json_key_text(&buf, "lane", slice_of(lane_name(sending->lane)));
	if (has_waited) {
		json_key(&buf, "event");
		if (sending->event[0] != '\0')
			buf_put_text(&buf, sending->event);
		else
			json_absent(&buf);
	}
	json_close(&buf, '}');
	fprintf(sending->call->env->out, "%.*s\n", (int)buf.len, buf.at);
}

static void say(const struct sending *sending, bool has_waited)
{
	FILE *out = sending->call->env->out;
	if (sending->call->wants_json) {
		say_json(sending, has_waited);
		return;
	}
	fprintf(out, "%s: on the queue (%s, %s)\n", sending->id, lane_name(sending->lane), sending->entry);
	if (!has_waited)
		return;
	if (sending->word[0] == '\0') {
		fprintf(out, sending->is_held ? "held: the carrier did not answer; see “hongyan held”\n"
					      : "nothing has become of it yet\n");
		return;
	}
	json_t *event = json_loads(sending->event, 0, NULL);
	const char *account = json_string_value(json_object_get(event, "account"));
	const char *reason = json_string_value(json_object_get(event, "reason"));
	fprintf(out, "%s%s%s%s%s\n", sending->word, account ? " by " : "", account ? account : "", reason ? ": " : "",
		reason ? reason : "");
	json_decref(event);
}

/* -- all of it -- */

static int prepare(struct sending *sending, struct slice *json)
{
	struct err_at at = { .err = ERR_OK };
	struct cli_alert alert;
	int code = compose(sending, json);
	if (code != CLI_OK || cli_alert_check(&sending->check, *json, &alert, &at) == ERR_OK)
		return code;
	fprintf(sending->call->env->err, "hongyan: %s%s%s\n", at.field, at.field[0] ? ": " : "", at.text);
	return CLI_DATA;
}

static int send_one(struct sending *sending, struct slice json, unsigned wait_s)
{
	struct err_at at = { .err = ERR_OK };
	struct event_watch watch;
	enum err err = event_watch_begin(sending->ask, &watch, &at);
	if (err == ERR_OK)
		err = additions_put(sending->ask, sending->lane, &json, 1, sending->entry, &at);
	if (err == ERR_OK && wait_s > 0)
		err = wait_for_fate(sending, &watch, wait_s, &at);
	if (err != ERR_OK)
		return cli_redis_failed(sending->call, &at);
	say(sending, wait_s > 0);
	if (wait_s == 0 || strcmp(sending->word, "accepted") == 0)
		return CLI_OK;
	return sending->word[0] == '\0' ? CLI_INCOMPLETE : CLI_FAILED;
}

static int read_wait(const struct cli_call *call, unsigned *wait_s)
{
	const char *text = cli_option(call, "wait");
	uint64_t seconds = 0;
	*wait_s = 0;
	if (text == NULL)
		return CLI_OK;
	if (!number_parse(slice_of(text), WAIT_MOST_S, &seconds) || seconds == 0)
		return cli_usage(call, "--wait takes seconds from 1 to %d, not “%s”", WAIT_MOST_S, text);
	*wait_s = (unsigned)seconds;
	return CLI_OK;
}

static int send_alert(const struct cli_call *call, const struct cli_settings *settings, enum lane lane)
{
	unsigned wait_s;
	int code = read_wait(call, &wait_s);
	if (code != CLI_OK)
		return code;
	struct sending *sending = calloc(1, sizeof *sending);
	if (sending == NULL) {
		fprintf(call->env->err, "hongyan: out of memory\n");
		return CLI_FAILED;
	}
	sending->call = call;
	sending->lane = lane;
	struct slice json;
	code = cli_alert_check_init(&sending->check, call, settings);
	if (code == CLI_OK)
		code = prepare(sending, &json);
	if (code == CLI_OK)
		code = cli_redis_connect(call, settings, &sending->ask);
	if (code == CLI_OK)
		code = send_one(sending, json, wait_s);
	redis_ask_close(sending->ask);
	cli_alert_check_fini(&sending->check);
	free(sending);
	return code;
}

/* Options that go with one of the two forms only. */
static const char *misplaced(const struct cli_call *call, bool is_file)
{
	static const char *const of_files[] = { "dry-run", "skip-wrong", "after", "template" };
	static const char *const of_one[] = { "id", "subject", "consent", "locale", "wait" };
	const char *const *names = is_file ? of_one : of_files;
	size_t count = is_file ? sizeof of_one / sizeof of_one[0] : sizeof of_files / sizeof of_files[0];
	for (size_t i = 0; i < count; i++) {
		if (cli_option(call, names[i]) != NULL)
			return names[i];
	}
	return NULL;
}

static int run(const struct cli_call *call)
{
	struct cli_settings settings;
	enum lane lane = LANE_NORMAL;
	bool is_file = cli_option(call, "file") != NULL;
	const char *word = cli_option(call, "lane");
	const char *wrong = misplaced(call, is_file);
	if (wrong != NULL)
		return cli_usage(call, "--%s goes %s", wrong, is_file ? "with one alert only" : "with --file only");
	if (is_file && call->argument_count > 0)
		return cli_usage(call, "“%s” is one argument too many: --file has the alerts", call->arguments[0]);
	if (!is_file && call->argument_count < 2)
		return cli_usage(call, "NUMBER and TEMPLATE, or --file, are missing");
	if (word != NULL && (!lane_parse(slice_of(word), &lane) || lane == LANE_READY))
		return cli_usage(call, "--lane is urgent, normal or bulk, not “%s”", word);
	int code = cli_redis_settings(call, &settings);
	if (code != CLI_OK)
		return code;
	return is_file ? cli_send_file(call, &settings, lane) : send_alert(call, &settings, lane);
}

const struct cli_command cli_send = {
	.name = "send",
	.arguments = "NUMBER TEMPLATE [NAME=VALUE …]",
	.arguments_max = CLI_ARGUMENTS_MAX,
	.summary = "Put an alert, or a file of them, on the queue",
	.details = "All is checked as the gateway will: fields, template, parameters. not_before=, expires_at= and "
		   "as_of= are\n"
		   "fields too, as NAME=VALUE.\n"
		   "  hongyan send 13900000001 balance date=2026-02-13 balance=19.53 --wait 10\n"
		   "  hongyan send --file run.csv --template balance --batch feb-2026 --lane bulk --dry-run\n"
		   "A file is a table (CSV; its first line names the columns: fields of alerts, all others are "
		   "parameters), or has "
		   "a JSON\n"
		   "object on each line. It is checked to its end before anything is sent. Without a column “id” "
		   "alerts get ids of "
		   "--batch\n"
		   "and line, so that a file may be sent again: nothing goes out twice. “-” is standard input.\n"
		   "Exit 0 where all is on the queue (with --wait: where the carrier has accepted it), 1 where it "
		   "failed or ended\n"
		   "otherwise, 2 where nothing has become of it in time, 65 where something is wrong with an alert.\n",
	.options = { { "file", "FILE", "A table, or JSON objects" },
		     { "lane", "LANE", "urgent, normal (default) or bulk" },
		     { "template", "NAME", "Template of a table without that column" },
		     { "batch", "NAME", "Run that they belong to" },
		     { "tenant", "NAME", "Tenant that they belong to" },
		     { "dry-run", NULL, "Only check the file; count alerts and segments" },
		     { "skip-wrong", NULL, "Send the good ones of a file though others are wrong" },
		     { "after", "ID", "Go on behind this alert of the file" },
		     { "id", "ID", "Id of the alert; default: one is made" },
		     { "subject", "TEXT", "What it is about" },
		     { "consent", "TEXT", "Reference to the customer's consent" },
		     { "locale", "TAG", "Variant of the template" },
		     { "wait", "SECONDS", "Wait for what becomes of it" },
		     CLI_REDIS_OPTION },
	.run = run,
};
