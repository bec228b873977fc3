/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cli/cli.h"

/* What a command is, and what it is given when it runs. Inside the room only. */

#define CLI_OPTIONS_MAX   16
#define CLI_ARGUMENTS_MAX 64

/* “--name VALUE”, or “--name” where value is NULL. */
struct cli_option {
	const char *name; /* without “--”; NULL ends a list */
	const char *value;
	const char *help;
};

struct cli_call;

struct cli_command {
	const char *name;
	const char *arguments; /* “TEMPLATE”, "" = none */
	unsigned arguments_min;
	unsigned arguments_max;
	const char *summary; /* one line */
	const char *details; /* some lines, each ended */
	struct cli_option options[CLI_OPTIONS_MAX + 1];
	bool has_no_json; /* what it prints is for people only: it refuses “json” */
	int (*run)(const struct cli_call *call);
};

struct cli_call {
	const struct cli_env *env;
	const struct cli_command *command;
	const char *values[CLI_OPTIONS_MAX]; /* by the command's options; NULL = not given, "" for one without value */
	const char *arguments[CLI_ARGUMENTS_MAX];
	unsigned argument_count;
	bool wants_json;
};

extern const struct cli_command cli_serve;
extern const struct cli_command cli_send;
extern const struct cli_command cli_check;
extern const struct cli_command cli_render;
extern const struct cli_command cli_route;
extern const struct cli_command cli_count;
extern const struct cli_command cli_pdu;
extern const struct cli_command cli_receipt;
extern const struct cli_command cli_status;
extern const struct cli_command cli_log;
extern const struct cli_command cli_dead;
extern const struct cli_command cli_held;
extern const struct cli_command cli_pause;
extern const struct cli_command cli_resume;
extern const struct cli_command cli_optout;
extern const struct cli_command cli_accounts;
extern const struct cli_command cli_token;
extern const struct cli_command cli_audit;
extern const struct cli_command cli_trace;
extern const struct cli_command cli_tail;
extern const struct cli_command cli_history;
extern const struct cli_command cli_webhook;
extern const struct cli_command cli_user;
extern const struct cli_command cli_console;
extern const struct cli_command cli_templates;
extern const struct cli_command cli_config;
extern const struct cli_command cli_man;
extern const struct cli_command cli_version;

/* The commands in the order of the help; NULL behind the last. */
const struct cli_command *cli_command_at(unsigned index);

/* How many options are its own; and those that it has in common with others, count of them. */
unsigned cli_option_count(const struct cli_command *command);
const struct cli_option *cli_common_options(const struct cli_command *command, unsigned *count);

/* The value of an option of the command; NULL where it was not given. name: one of the command's (CHECK). */
const char *cli_option(const struct cli_call *call, const char *name);

/* Says on err what is wrong with the command line, with the way to the help behind it. Returns CLI_USAGE. */
int cli_usage(const struct cli_call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Loads the configuration that option “config” names, or the usual places have. config, settings: set where CLI_OK is returned; else err
 * was told. */
int cli_load(const struct cli_call *call, const struct config **config, struct cli_settings *settings);

/* Prints each problem on err as it is (warnings say so). ctx: the FILE. For cli_env's loaders. */
void cli_tell_problem(void *ctx, const char *line, bool is_warning);
