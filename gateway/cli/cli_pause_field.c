/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_pause_field.h"

#include "base/utf8.h"
#include "decode/alert_syntax.h"
#include "model/alert.h"

int cli_pause_field_read(const struct cli_call *call, char out[static PAUSE_TEXT_OCTETS])
{
	static const struct {
		const char *option;
		enum pause_kind kind;
	} rows[] = { { "template", PAUSE_TEMPLATE }, { "tenant", PAUSE_TENANT }, { "batch", PAUSE_BATCH } };
	unsigned count = 0;
	out[0] = '\0';
	if (cli_option(call, "all")) {
		pause_format(&(struct pause){ .kind = PAUSE_ALL }, out);
		count++;
	}
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *name = cli_option(call, rows[i].option);
		if (name == NULL)
			continue;
		struct slice text = slice_of(name);
		if (text.len == 0 || text.len > ALERT_NAME_MAX || utf8_valid(text.at, text.len) != text.len ||
		    !alert_syntax_is_printable(text))
			return cli_usage(call, "--%s is a name of 1 to %d octets without control characters",
					 rows[i].option, ALERT_NAME_MAX);
		struct pause pause = { .kind = rows[i].kind };
		memcpy(pause.name, name, text.len);
		pause_format(&pause, out);
		count++;
	}
	if (count > 1)
		return cli_usage(call, "give one of --template, --tenant, --batch and --all at a time");
	return CLI_OK;
}

bool cli_pause_field_is_all(struct slice field)
{
	return slice_is(field, "all");
}

const char *cli_pause_field_say(struct slice field, char out[static CLI_PAUSE_SAY_OCTETS])
{
	const char *colon = field.len ? memchr(field.at, ':', field.len) : NULL;
	if (colon == NULL || field.len >= PAUSE_TEXT_OCTETS) {
		snprintf(out, CLI_PAUSE_SAY_OCTETS, "%s",
			 cli_pause_field_is_all(field) ? "everything" : "(something unknown)");
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
