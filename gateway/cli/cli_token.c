/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_tokens.h"
#include "base/json.h"
#include "cli/cli_command.h"

#include <sys/random.h>

#define LINE_OCTETS 512

/* The line for the file; checked as it will be read. */
static bool make_line(const struct cli_call *call, const char *hash, struct buf *line, struct err_at *at)
{
	static const char *const options[] = { "scopes", "tenant", "expires" };
	struct api_tokens tokens;
	if (call->arguments[0][strcspn(call->arguments[0], " \t\n#")] != '\0') {
		err_at_set(at, ERR_FORMAT, 0, NULL, "a name is letters, digits, “_”, “-” and “.”");
		return false;
	}
	buf_put_format(line, "%s %s", call->arguments[0], hash);
	for (unsigned i = 0; i < sizeof options / sizeof options[0]; i++) {
		const char *value = cli_option(call, options[i]);
		if (value != NULL)
			buf_put_format(line, " %s=%s", options[i], value);
	}
	if (line->full) {
		err_at_set(at, ERR_FULL, 0, NULL, "that is too long");
		return false;
	}
	return api_tokens_parse(buf_slice(line), NULL, &tokens, at) == ERR_OK && tokens.count == 1;
}

static int run(const struct cli_call *call)
{
	const struct cli_env *env = call->env;
	unsigned char random[32];
	char token[API_TOKEN_OCTETS], hash[API_HASH_OCTETS], text[LINE_OCTETS], octets[2 * LINE_OCTETS];
	struct buf line = buf_over(text, sizeof text), out = buf_over(octets, sizeof octets);
	struct err_at at = { .err = ERR_OK };
	if (getrandom(random, sizeof random, 0) != sizeof random) {
		fprintf(env->err, "hongyan: the system has no randomness\n");
		return CLI_FAILED;
	}
	if (!api_token_make(random, token, hash)) {
		fprintf(env->err, "hongyan: out of memory\n");
		return CLI_FAILED;
	}
	if (!make_line(call, hash, &line, &at))
		return cli_usage(call, "%s", at.text);
	if (call->wants_json) {
		json_open(&out, '{');
		json_key_text(&out, "token", slice_of(token));
		json_key_text(&out, "line", buf_slice(&line));
		json_close(&out, '}');
		fprintf(env->out, "%.*s\n", (int)out.len, out.at);
		return CLI_OK;
	}
	fprintf(env->err,
		"For whoever uses it, and shown this once:\n\n  %s\n\nFor the file that api.tokens_file names; then "
		"reload "
		"(SIGHUP):\n\n",
		token);
	fprintf(env->out, "%.*s\n", SLICE_ARG(buf_slice(&line)));
	return CLI_OK;
}

const struct cli_command cli_token = {
	.name = "token",
	.arguments = "NAME",
	.arguments_min = 1,
	.arguments_max = 1,
	.summary = "Make a token for the submit API",
	.details = "Prints the token on standard error, and on standard output the line with its hash:\n"
		   "  hongyan token billing --expires 2027-02-01 >>tokens\n"
		   "To end a token delete its line and reload.\n",
	.options = { { "scopes", "LIST",
		       "Some of submit,cancel,read (default: submit,cancel); read is for looking fates up" },
		     { "tenant", "NAME", "For alerts of this tenant only, and no cancels" },
		     { "expires", "TIME", "2027-02-01, or 2027-02-01T08:00:00+08:00" } },
	.run = run,
};
