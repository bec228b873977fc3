/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_pause_field.h"

#include "base/utf8.h"
#include "decode/alert_syntax.h"
#include "model/alert.h"

int cli_pause_field_read(const struct cli_call *call, char out[static PAUSES_FIELD_OCTETS])
{
	static const char *const kinds[] = { "template", "tenant", "batch" };
	unsigned count = 0;
	out[0] = '\0';
	if (cli_option(call, "all")) {
		snprintf(out, PAUSES_FIELD_OCTETS, "all");
		count++;
	}
	for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		const char *name = cli_option(call, kinds[i]);
		if (name == NULL)
			continue;
		struct slice text = slice_of(name);
		if (text.len == 0 || text.len > ALERT_NAME_MAX || utf8_valid(text.at, text.len) != text.len ||
		    !alert_syntax_is_printable(text))
			return cli_usage(call, "--%s is a name of 1 to %d octets without control characters", kinds[i],
					 ALERT_NAME_MAX);
		snprintf(out, PAUSES_FIELD_OCTETS, "%s:%s", kinds[i], name);
		count++;
	}
	if (count > 1)
		return cli_usage(call, "give one of --template, --tenant, --batch and --all at a time");
	return CLI_OK;
}

const char *cli_pause_field_say(struct slice field, char out[static CLI_PAUSE_SAY_OCTETS])
{
	const char *colon = field.len ? memchr(field.at, ':', field.len) : NULL;
	if (colon == NULL || field.len >= PAUSES_FIELD_OCTETS) {
		snprintf(out, CLI_PAUSE_SAY_OCTETS, "%s",
			 slice_is(field, "all") ? "everything" : "(something unknown)");
		return out;
	}
	int kind_len = (int)(colon - field.at);
	int len = snprintf(out, CLI_PAUSE_SAY_OCTETS, "%.*s “%.*s”", kind_len, field.at, (int)field.len - kind_len - 1,
			   colon + 1);
	for (int i = 0; i < len && i < CLI_PAUSE_SAY_OCTETS - 1; i++)
		if ((unsigned char)out[i] < 0x20 || out[i] == 0x7F)
			out[i] = '?';
	return out;
}
