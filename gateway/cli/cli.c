/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/suggest.h"
#include "cli/cli_command.h"

#include <stdarg.h>
#include <stdlib.h>

/* In the order of the help. */
static const struct cli_command *const commands[] = {
	&cli_serve,    &cli_send,      &cli_check, &cli_render,  &cli_route,   &cli_count,   &cli_pdu,
	&cli_receipt,  &cli_status,    &cli_dead,  &cli_held,    &cli_pause,   &cli_resume,  &cli_optout,
	&cli_accounts, &cli_log,       &cli_token, &cli_history, &cli_webhook, &cli_console, &cli_trace,
	&cli_tail,     &cli_templates, &cli_user,  &cli_audit,   &cli_config,  &cli_man,     &cli_version
};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

/* “json” first: a command may go without it. */
static const struct cli_option common[] = {
	{ "json", NULL, "Answer in JSON" },
	{ "help", NULL, "Print this help" },
};

const struct cli_command *cli_command_at(unsigned index)
{
	return index < COMMAND_COUNT ? commands[index] : NULL;
}

unsigned cli_option_count(const struct cli_command *command)
{
	unsigned count = 0;
	while (count < CLI_OPTIONS_MAX && command->options[count].name)
		count++;
	return count;
}

const struct cli_option *cli_common_options(const struct cli_command *command, unsigned *count)
{
	unsigned first = command->has_no_json ? 1 : 0;
	*count = sizeof common / sizeof common[0] - first;
	return common + first;
}

const char *cli_option(const struct cli_call *call, const char *name)
{
	unsigned i = 0;
	while (i < cli_option_count(call->command) && strcmp(call->command->options[i].name, name) != 0)
		i++;
	CHECK(i < cli_option_count(call->command));
	return call->values[i];
}

int cli_usage(const struct cli_call *call, const char *format, ...)
{
	FILE *err = call->env->err;
	va_list args;
	fprintf(err, "hongyan %s: ", call->command->name);
	va_start(args, format);
	vfprintf(err, format, args);
	va_end(args);
	fprintf(err, "\nTry “hongyan %s --help”.\n", call->command->name);
	return CLI_USAGE;
}

int cli_load(const struct cli_call *call, const struct config **config, struct cli_settings *settings)
{
	const struct cli_env *env = call->env;
	const char *path = cli_option(call, "config");
	enum err err = env->load(path, config, settings, cli_tell_problem, env->err);
	if (err == ERR_NOT_FOUND && path == NULL)
		fprintf(env->err, "hongyan: there is no configuration; name its file with --config\n");
	return err == ERR_OK ? CLI_OK : CLI_CONFIG;
}

void cli_tell_problem(void *ctx, const char *line, bool is_warning)
{
	fprintf(ctx, "%s%s\n", is_warning ? "warning: " : "", line);
}

static void print_option(FILE *out, const struct cli_option *option)
{
	char left[64];
	snprintf(left, sizeof left, "--%s%s%s", option->name, option->value ? " " : "",
		 option->value ? option->value : "");
	fprintf(out, "  %-20s  %s\n", left, option->help);
}

static int print_help(const struct cli_command *command, FILE *out)
{
	fprintf(out, "Usage: hongyan %s%s%s [OPTIONS]\n\n%s.\n\n%s%sOptions:\n", command->name,
		*command->arguments ? " " : "", command->arguments, command->summary, command->details,
		*command->details ? "\n" : "");
	for (unsigned i = 0; i < cli_option_count(command); i++)
		print_option(out, &command->options[i]);
	unsigned shared_count;
	const struct cli_option *shared = cli_common_options(command, &shared_count);
	for (unsigned i = 0; i < shared_count; i++)
		print_option(out, &shared[i]);
	return CLI_OK;
}

static void print_overview(FILE *out)
{
	fprintf(out, "Usage: hongyan COMMAND [OPTIONS]\n\nHongyan (鸿雁), an SMS notification gateway.\n\nCommands:\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %-10s  %s\n", commands[i]->name, commands[i]->summary);
	fprintf(out, "\n“hongyan COMMAND --help” says more. Data goes to standard output, talk to standard error.\n"
		     "Exit codes: 0 done, 1 failed, 2 incomplete (audit), 64 usage, 65 bad data, 69 unreachable, 78 "
		     "configuration.\n");
}

static const struct cli_command *find_command(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static int tell_unknown_command(const struct cli_env *env, const char *name)
{
	const char *names[COMMAND_COUNT];
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		names[i] = commands[i]->name;
	const char *nearest = suggest_nearest(slice_of(name), names, COMMAND_COUNT);
	fprintf(env->err, "hongyan: unknown command “%s”%s%s%s. Try “hongyan --help”.\n", name,
		nearest ? " (did you mean “" : "", nearest ? nearest : "", nearest ? "”?)" : "");
	return CLI_USAGE;
}

static int tell_unknown_option(const struct cli_call *call, struct slice name)
{
	const char *names[CLI_OPTIONS_MAX + 2];
	unsigned count = cli_option_count(call->command);
	for (unsigned i = 0; i < count; i++)
		names[i] = call->command->options[i].name;
	if (!call->command->has_no_json)
		names[count++] = "json";
	names[count++] = "help";
	const char *nearest = suggest_nearest(name, names, count);
	return cli_usage(call, "unknown option “--%.*s”%s%s%s", SLICE_ARG(name), nearest ? " (did you mean “--" : "",
			 nearest ? nearest : "", nearest ? "”?)" : "");
}

/* Takes one option at argv[*at], and its value, which may be the next word. Returns CLI_OK or CLI_USAGE. */
static int take_option(struct cli_call *call, int argc, char *const argv[], int *at)
{
	const char *word = argv[*at] + 2;
	const char *sign = strchr(word, '=');
	struct slice name = { word, sign ? (size_t)(sign - word) : strlen(word) };
	if (slice_is(name, "json") && call->command->has_no_json)
		return cli_usage(call, "--json does not go with it: it has no answer in JSON");
	if (slice_is(name, "json") && sign == NULL) {
		call->wants_json = true;
		return CLI_OK;
	}
	unsigned index = 0;
	unsigned count = cli_option_count(call->command);
	while (index < count && !slice_is(name, call->command->options[index].name))
		index++;
	if (index == count)
		return tell_unknown_option(call, name);
	const struct cli_option *option = &call->command->options[index];
	if (call->values[index])
		return cli_usage(call, "--%s is given twice", option->name);
	if (option->value == NULL && sign)
		return cli_usage(call, "--%s takes no value", option->name);
	if (option->value && sign == NULL && *at + 1 == argc)
		return cli_usage(call, "--%s needs a value: --%s %s", option->name, option->name, option->value);
	if (option->value == NULL)
		call->values[index] = "";
	else
		call->values[index] = sign ? sign + 1 : argv[++*at];
	return CLI_OK;
}

/* Reads what follows the command. Returns CLI_OK or CLI_USAGE. */
static int read_words(struct cli_call *call, int argc, char *const argv[])
{
	bool options_over = false;
	for (int i = 2; i < argc; i++) {
		if (!options_over && strcmp(argv[i], "--") == 0) {
			options_over = true;
		} else if (!options_over && argv[i][0] == '-' && argv[i][1] == '-') {
			int code = take_option(call, argc, argv, &i);
			if (code != CLI_OK)
				return code;
		} else if (!options_over && argv[i][0] == '-' && argv[i][1]) {
			return cli_usage(call, "unknown option “%s”; options have two hyphens", argv[i]);
		} else if (call->argument_count == call->command->arguments_max) {
			return cli_usage(call, "“%s” is one argument too many", argv[i]);
		} else {
			call->arguments[call->argument_count++] = argv[i];
		}
	}
	if (call->argument_count < call->command->arguments_min)
		return cli_usage(call, "%s is missing", call->command->arguments);
	return CLI_OK;
}

static bool wants_help(int argc, char *const argv[])
{
	for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

static int dispatch(int argc, char *const argv[], const struct cli_env *env)
{
	const char *name = argc > 1 ? argv[1] : NULL;
	if (name == NULL) {
		print_overview(env->err);
		return CLI_USAGE;
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || (strcmp(name, "help") == 0 && argc == 2)) {
		print_overview(env->out);
		return CLI_OK;
	}
	bool is_help = strcmp(name, "help") == 0;
	if (is_help)
		name = argv[2];
	if (strcmp(name, "--version") == 0)
		name = "version";
	const struct cli_command *command = find_command(name);
	if (command == NULL)
		return tell_unknown_command(env, name);
	if (is_help || wants_help(argc, argv))
		return print_help(command, env->out);
	struct cli_call call = { .env = env, .command = command };
	int code = read_words(&call, argc, argv);
	return code == CLI_OK ? command->run(&call) : code;
}

int cli_run(int argc, char *const argv[], const struct cli_env *env)
{
	int code = dispatch(argc, argv, env);
	/* A full disk or a closed pipe shows at the latest here. */
	if (fflush(env->out) != 0 || ferror(env->out)) {
		fprintf(env->err, "hongyan: the output could not be written\n");
		return code == CLI_OK ? CLI_FAILED : code;
	}
	return code;
}
