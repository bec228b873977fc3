/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_printable.h"

#include <stdbool.h>
#include <stdio.h>

static const char *copy(const char *value, char out[CLI_PRINTABLE_OCTETS])
{
	size_t len = 0;
	for (; value && value[len] && len < CLI_PRINTABLE_OCTETS - 1; len++) {
		unsigned char octet = (unsigned char)value[len];
		bool is_c1 = octet == 0xC2 && ((unsigned char)value[len + 1] & 0xE0) == 0x80;
		out[len] = (char)(octet < 0x20 || octet == 0x7F || is_c1 ? ' ' : octet);
		if (is_c1 && len + 1 < CLI_PRINTABLE_OCTETS - 1)
			out[++len] = ' ';
	}
	/* Not cut within a character. */
	if (value && value[len])
		while (len && ((unsigned char)value[len] & 0xC0) == 0x80)
			len--;
	out[len] = '\0';
	return out;
}

const char *cli_printable(const json_t *object, const char *key, char out[CLI_PRINTABLE_OCTETS])
{
	return copy(json_string_value(json_object_get(object, key)), out);
}

const char *cli_printable_text(const json_t *text, char out[CLI_PRINTABLE_OCTETS])
{
	return copy(json_is_string(text) ? json_string_value(text) : "?", out);
}

const char *cli_span_format(double seconds, char out[CLI_SPAN_OCTETS])
{
	unsigned long whole = seconds < 0 ? 0 : seconds > 1e12 ? 1000000000000u : (unsigned long)seconds;
	if (seconds < 10)
		snprintf(out, CLI_SPAN_OCTETS, "%.1f s", seconds < 0 ? 0 : seconds);
	else if (whole < 60)
		snprintf(out, CLI_SPAN_OCTETS, "%lu s", whole);
	else if (whole < 3600)
		snprintf(out, CLI_SPAN_OCTETS, "%lu min %lu s", whole / 60, whole % 60);
	else if (whole < 86400)
		snprintf(out, CLI_SPAN_OCTETS, "%lu h %lu min", whole / 3600, whole % 3600 / 60);
	else
		snprintf(out, CLI_SPAN_OCTETS, "%lu d %lu h", whole / 86400, whole % 86400 / 3600);
	return out;
}
