/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_verb.h"

#include "base/buf.h"
#include "base/suggest.h"

#define VERBS_MAX 8

static int tell_unknown(const struct cli_call *call, const struct cli_verb *verbs, unsigned count)
{
	const char *names[VERBS_MAX];
	char all[128];
	struct buf buf = buf_over(all, sizeof all - 1);
	for (unsigned i = 0; i < count && i < VERBS_MAX; i++) {
		names[i] = verbs[i].name;
		buf_put_text(&buf, i == 0 ? "" : i + 1 == count ? " or " : ", ");
		buf_put_text(&buf, names[i]);
	}
	all[buf.len] = '\0';
	const char *nearest = suggest_nearest(slice_of(call->arguments[0]), names, count);
	return cli_usage(call, "“%s” is not %s%s%s%s", call->arguments[0], all, nearest ? " (did you mean “" : "",
			 nearest ? nearest : "", nearest ? "”?)" : "");
}

static bool takes(const struct cli_verb *verb, const char *option)
{
	size_t len = strlen(option);
	const char *at = verb->options;
	while ((at = strstr(at, option)) != NULL) {
		bool begins = at == verb->options || at[-1] == ' ';
		if (begins && (at[len] == ' ' || at[len] == '\0'))
			return true;
		at += len;
	}
	return false;
}

int cli_verb_read(const struct cli_call *call, const struct cli_verb *verbs, unsigned count, unsigned *out)
{
	unsigned index = 0;
	while (index < count && strcmp(verbs[index].name, call->arguments[0]) != 0)
		index++;
	if (index == count)
		return tell_unknown(call, verbs, count);
	const struct cli_verb *verb = &verbs[index];
	unsigned argument_count = call->argument_count - 1;
	if (argument_count < verb->arguments_min)
		return cli_usage(call, "%s wants to know which one", verb->name);
	if (argument_count > verb->arguments_max)
		return cli_usage(call, "“%s” is one argument too many", call->arguments[verb->arguments_max + 1]);
	for (unsigned i = 0; i < CLI_OPTIONS_MAX && call->command->options[i].name; i++) {
		const char *name = call->command->options[i].name;
		if (call->values[i] && strcmp(name, "config") != 0 && !takes(verb, name))
			return cli_usage(call, "--%s does not go with %s", name, verb->name);
	}
	*out = index;
	return CLI_OK;
}
