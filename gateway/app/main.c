/* SPDX-License-Identifier: Apache-2.0 */
#include "app/cli_hooks.h"

#include <sys/resource.h>

/* Numbers, texts and passwords are in memory: a process that falls leaves none of them in a core file. Who needs one raises the limit of
 * a process that runs (prlimit --core). */
static void leave_no_core(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_CORE, &limit) != 0)
		return;
	limit.rlim_cur = 0;
	(void)setrlimit(RLIMIT_CORE, &limit);
}

int main(int argc, char *argv[])
{
	struct cli_env env;
	leave_no_core();
	cli_hooks_fill(&env);
	int code = cli_run(argc, argv, &env);
	cli_hooks_fini();
	return code;
}
