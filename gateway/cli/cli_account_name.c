/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_account_name.h"

#include "base/suggest.h"

#include <string.h>

int cli_account_name_find(const struct cli_call *call, const struct cli_settings *settings, const char *name,
			  unsigned *out)
{
	for (unsigned i = 0; i < settings->account_count; i++) {
		if (strcmp(settings->account_names[i], name) == 0) {
			*out = i;
			return CLI_OK;
		}
	}
	const char *nearest = suggest_nearest(slice_of(name), settings->account_names, settings->account_count);
	fprintf(call->env->err, "hongyan: there is no account “%s” in %s%s%s%s\n", name, settings->path,
		nearest ? " (did you mean “" : "", nearest ? nearest : "", nearest ? "”?)" : "");
	return CLI_USAGE;
}
