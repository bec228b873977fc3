/* SPDX-License-Identifier: Apache-2.0 */
#include "promtool.h"

#include "scenario.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>

void promtool_check(const char *page)
{
	char file[WORLD_PATH_OCTETS], command[WORLD_PATH_OCTETS + 64];
	world_write("metrics", page);
	world_path(file, "metrics");
	snprintf(command, sizeof command, "promtool check metrics <%s", file);
	EXPECT_COUNT(system(command), 0);
}
