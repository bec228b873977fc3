/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit.h"
#include "base/number.h"
#include "cli/cli_command.h"

#define WAIT_S_MAX 86400

static int exit_of(enum audit_result result)
{
	static const int codes[] = {
		[AUDIT_CLEAN] = CLI_OK,       [AUDIT_VIOLATED] = CLI_FAILED, [AUDIT_INCOMPLETE] = CLI_INCOMPLETE,
		[AUDIT_BAD_INPUT] = CLI_DATA, [AUDIT_BAD_URL] = CLI_USAGE,   [AUDIT_UNREACHABLE] = CLI_UNREACHABLE,
		[AUDIT_FAILED] = CLI_FAILED,
	};
	return codes[result];
}

static int run(const struct cli_call *call)
{
	const char *wait = cli_option(call, "wait");
	uint64_t wait_s = 0;
	struct audit_options options = { .produced = cli_option(call, "produced"),
					 .carrier = cli_option(call, "carrier"),
					 .events = cli_option(call, "events"),
					 .redis = cli_option(call, "redis"),
					 .wants_json = call->wants_json };
	if (options.produced == NULL || options.carrier == NULL)
		return cli_usage(call, "--%s is missing: what %s", options.produced ? "carrier" : "produced",
				 options.produced ? "the carriers accepted" : "producers added");
	if (wait && options.redis == NULL)
		return cli_usage(call, "--wait looks at the queue, so it needs --redis URL");
	if (wait && !number_parse(slice_of(wait), WAIT_S_MAX, &wait_s))
		return cli_usage(call, "--wait takes whole seconds from 0 to %d", WAIT_S_MAX);
	options.wait_s = (unsigned)wait_s;
	return exit_of(audit_run(&options, call->env->out, call->env->err));
}

const struct cli_command cli_audit = {
	.name = "audit",
	.arguments = "",
	.summary = "Hold what was produced against what the carriers accepted and the events",
	.details =
		"Says what is lost, sent again without a reason, wrong, stale, unknown to the producers, closed "
		"twice or not\n"
		"at all, with the first 20 cases of each. It shares no code with the gateway. A FILE is JSON lines, "
		"several\n"
		"files with commas between them, or a folder of such files; operators.md describes the lines.\n"
		"Exit 0 clean, 1 something is wrong, 2 nothing is wrong but alerts are pending (or there are none at "
		"all),\n"
		"65 a line is malformed, 69 Redis does not answer.\n",
	.options = { { "produced", "FILE", "What producers added: an alert a line" },
		     { "carrier", "FILE", "What the carriers accepted: a message a line" },
		     { "events", "FILE", "What the gateway told: an event a line" },
		     { "redis", "URL", "Events (without --events), dead letters and what is pending, from the queue" },
		     { "wait", "SECONDS", "With --redis: wait so long for nothing to be pending (0)" } },
	.run = run,
};
