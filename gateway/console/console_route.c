/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_inner.h"

/* Segments of a path are compared one by one; one in braces takes any that is not empty. */
static bool fits(const char *pattern, struct slice path, struct slice params[static CONSOLE_PARAMS_MAX])
{
	struct slice left = slice_of(pattern);
	unsigned count = 0;
	while (left.len > 0 && path.len > 0) {
		struct slice want = slice_cut(&left, '/');
		struct slice have = slice_cut(&path, '/');
		bool is_param = want.len > 0 && want.at[0] == '{';
		if (is_param && have.len > 0 && count < CONSOLE_PARAMS_MAX)
			params[count++] = have;
		else if (is_param || !slice_equal(want, have))
			return false;
	}
	return left.len == 0 && path.len == 0;
}

const struct console_route *console_route_find(enum httpd_method method, struct slice path,
					       struct slice params[static CONSOLE_PARAMS_MAX], unsigned *allowed)
{
	const struct console_route *found = NULL;
	struct slice met[CONSOLE_PARAMS_MAX];
	*allowed = 0;
	if (path.len > 0 && path.at[path.len - 1] == '/')
		return NULL;
	for (unsigned i = 0; i < console_route_count; i++) {
		const struct console_route *route = &console_routes[i];
		memset(met, 0, sizeof met);
		if (!fits(route->path, path, met))
			continue;
		*allowed |= 1u << route->method;
		if (route->method != method)
			continue;
		found = route;
		memcpy(params, met, sizeof met);
	}
	return found;
}
