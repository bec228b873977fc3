/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cli/cli.h"

/* What the command line needs of this room: configuration, templates, the service. */

/* Fills env with the process's own streams and hooks. */
void cli_hooks_fill(struct cli_env *env);

/* Frees what the hooks loaded, secrets overwritten. */
void cli_hooks_fini(void);
