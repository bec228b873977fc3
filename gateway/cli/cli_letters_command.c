/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_letters_command.h"

#include "cli/cli_redis.h"

#include <time.h>

/* Everything that can be wrong with the words, before anything is asked. */
static int read_words(const struct cli_call *call, const struct cli_letters_command *command, unsigned *verb,
		      struct cli_settings *settings, struct cli_filter *filter)
{
	int code = cli_verb_read(call, command->verbs, command->verb_count, verb);
	if (code == CLI_OK)
		code = cli_redis_settings(call, settings);
	if (code == CLI_OK)
		code = cli_filter_read(call, command->has_reasons, (wall_ms)time(NULL) * MS_PER_S, settings->zone,
				       filter);
	if (code == CLI_OK && command->steps[*verb])
		code = cli_letters_check(call, command->source, command->steps[*verb], call->arguments + 1,
					 call->argument_count - 1, filter->is_narrowed);
	return code;
}

static int run_verb(const struct cli_letters_command *command, unsigned verb, const struct cli_letters *letters)
{
	const struct cli_call *call = letters->call;
	if (verb == CLI_LETTERS_LIST)
		return cli_letters_list(letters);
	if (verb == CLI_LETTERS_SHOW)
		return cli_letters_show(letters, call->arguments[1], cli_option(call, "values") != NULL);
	return cli_letters_change(letters, command->steps[verb], call->arguments + 1, call->argument_count - 1);
}

int cli_letters_command_run(const struct cli_call *call, const struct cli_letters_command *command, void *ctx,
			    struct redis_ask **ask)
{
	unsigned verb;
	struct cli_settings settings;
	struct cli_letters letters = { .call = call, .source = command->source, .ctx = ctx };
	int code = read_words(call, command, &verb, &settings, &letters.filter);
	if (code != CLI_OK)
		return code;
	letters.zone = settings.zone;
	code = cli_redis_connect(call, &settings, &letters.ask);
	*ask = letters.ask;
	if (code == CLI_OK)
		code = run_verb(command, verb, &letters);
	redis_ask_close(letters.ask);
	return code;
}
