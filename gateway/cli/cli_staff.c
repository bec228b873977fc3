/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_staff.h"

#include "cli/cli_redis.h"
#include "staff/user.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

/* Who is at the terminal, as the audit log has it; behind sudo who has called that. */
static void find_actor(char out[static CLI_STAFF_ACTOR_OCTETS])
{
	const struct passwd *entry = getpwuid(getuid());
	const char *behind_sudo = getuid() == 0 ? getenv("SUDO_USER") : NULL;
	if (behind_sudo != NULL && user_name_is_valid(slice_of(behind_sudo)))
		snprintf(out, CLI_STAFF_ACTOR_OCTETS, "%s" STAFF_AT_COMMAND_LINE, behind_sudo);
	else if (entry != NULL && strlen(entry->pw_name) < CLI_STAFF_ACTOR_OCTETS - sizeof STAFF_AT_COMMAND_LINE)
		snprintf(out, CLI_STAFF_ACTOR_OCTETS, "%s" STAFF_AT_COMMAND_LINE, entry->pw_name);
	else
		snprintf(out, CLI_STAFF_ACTOR_OCTETS, "%lu" STAFF_AT_COMMAND_LINE, (unsigned long)getuid());
}

int cli_staff_open(const struct cli_call *call, struct cli_staff *staff)
{
	struct err_at at = { .err = ERR_OK };
	*staff = (struct cli_staff){ .call = call };
	int code = cli_redis_settings(call, &staff->settings);
	if (code != CLI_OK)
		return code;
	find_actor(staff->actor_name);
	staff->actor = (struct staff_actor){ .name = slice_of(staff->actor_name), .is_at_command_line = true };
	enum staff_outcome outcome = staff_db_open(&staff->settings.redis, &staff->db, &at);
	if (outcome == STAFF_OK)
		outcome = staff_db_now(staff->db, &staff->now, &at);
	return outcome == STAFF_OK ? CLI_OK : cli_staff_failed(staff, outcome, &at);
}

void cli_staff_close(struct cli_staff *staff)
{
	staff_db_close(staff->db);
	staff->db = NULL;
}

int cli_staff_failed(const struct cli_staff *staff, enum staff_outcome outcome, const struct err_at *at)
{
	if (outcome == STAFF_INVALID)
		return cli_usage(staff->call, "%s", at->text);
	fprintf(staff->call->env->err, "hongyan: %s\n", at->text);
	return outcome == STAFF_UNREACHABLE ? CLI_UNREACHABLE : CLI_FAILED;
}

void cli_staff_print(const struct cli_staff *staff, json_t *answer)
{
	char *text = answer != NULL ? json_dumps(answer, JSON_COMPACT) : NULL;
	fprintf(staff->call->env->out, "%s\n", text != NULL ? text : "{}");
	free(text);
	json_decref(answer);
}
