/* SPDX-License-Identifier: Apache-2.0 */
#include "app/cli_hooks.h"

int main(int argc, char *argv[])
{
	struct cli_env env;
	cli_hooks_fill(&env);
	int code = cli_run(argc, argv, &env);
	cli_hooks_fini();
	return code;
}
