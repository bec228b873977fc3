/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_lines.h"

#include "base/json.h"
#include "base/number.h"

#include <stdlib.h>

#define ROOM_OCTETS 4096

/* Reads one line into line; what does not fit is skipped, with is_long set. False at the end of the input. */
static bool read_line(FILE *in, char *line, size_t *len, bool *is_long)
{
	*len = 0;
	*is_long = false;
	int c;
	while ((c = getc_unlocked(in)) != EOF && c != '\n') {
		if (*len < CLI_LINE_MAX)
			line[(*len)++] = (char)c;
		else
			*is_long = true;
	}
	if (*len && line[*len - 1] == '\r')
		(*len)--;
	return c != EOF || *len > 0 || *is_long;
}

/* Room for an answer to len octets; memory grows and is kept from line to line. */
static bool make_room(struct buf *out, size_t len, size_t room_factor)
{
	size_t cap = len * room_factor + ROOM_OCTETS;
	if (cap > out->cap) {
		free(out->at);
		out->cap = 0;
		out->at = malloc(cap);
		if (out->at == NULL)
			return false;
		out->cap = cap;
	}
	out->len = 0;
	out->full = false;
	return true;
}

int cli_lines_run(const struct cli_env *env, size_t room_factor, cli_answer *answer, void *ctx)
{
	int code = CLI_OK;
	struct buf out = { 0 };
	char *line = malloc(CLI_LINE_MAX);
	size_t len;
	bool is_long;
	while (line && !ferror(env->out) && read_line(env->in, line, &len, &is_long)) {
		if (!make_room(&out, len, room_factor))
			break;
		bool is_good = is_long ? cli_lines_error(&out, "the line is longer than 1 MiB")
				       : answer(ctx, (struct slice){ line, len }, &out);
		if (out.full) {
			out.len = 0;
			out.full = false;
			is_good = cli_lines_error(&out, "the answer is too long");
		}
		if (!is_good)
			code = CLI_DATA;
		buf_put(&out, "\n", 1);
		fwrite(out.at, 1, out.len, env->out);
		/* Whoever talks with us line by line waits for each answer. */
		fflush(env->out);
	}
	if (line == NULL || (out.at == NULL && !feof(env->in)) || ferror(env->in)) {
		fprintf(env->err, "hongyan: the input cannot be read, or does not fit into memory\n");
		code = CLI_FAILED;
	}
	free(line);
	free(out.at);
	return ferror(env->out) ? CLI_FAILED : code;
}

bool cli_lines_error(struct buf *out, const char *text)
{
	json_open(out, '{');
	json_key_text(out, "error", slice_of(text));
	json_close(out, '}');
	return false;
}

static bool tell_hex(struct buf *out, const char *text, size_t octet)
{
	json_open(out, '{');
	json_key_text(out, "error", slice_of(text));
	json_key_uint(out, "offset", octet);
	json_close(out, '}');
	return false;
}

bool cli_lines_hex(struct slice line, uint8_t *octets, size_t *len, struct buf *out)
{
	size_t count = 0;
	int high = -1;
	for (size_t i = 0; i < line.len; i++) {
		char c = line.at[i];
		if ((c == ' ' || c == '\t') && high < 0)
			continue;
		int digit = number_hex_digit(c);
		if (digit < 0)
			return tell_hex(out, "not a hexadecimal digit", count);
		if (high < 0) {
			high = digit;
		} else {
			octets[count++] = (uint8_t)(high << 4 | digit);
			high = -1;
		}
	}
	if (high >= 0)
		return tell_hex(out, "the last octet has one digit only", count);
	*len = count;
	return true;
}

int cli_lines_run_octets(const struct cli_env *env, size_t room_factor, cli_answer *answer)
{
	uint8_t *octets = malloc(CLI_LINE_MAX / 2 + 1);
	if (octets == NULL) {
		fprintf(env->err, "hongyan: out of memory\n");
		return CLI_FAILED;
	}
	int code = cli_lines_run(env, room_factor, answer, octets);
	free(octets);
	return code;
}
