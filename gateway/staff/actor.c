/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/actor.h"

static struct slice bare(struct slice name)
{
	const struct slice behind = SLICE(STAFF_AT_COMMAND_LINE);
	if (name.len >= behind.len &&
	    slice_equal((struct slice){ name.at + name.len - behind.len, behind.len }, behind))
		name.len -= behind.len;
	return name;
}

bool staff_actor_may_be(struct slice one, struct slice other)
{
	return slice_equal(bare(one), bare(other));
}
