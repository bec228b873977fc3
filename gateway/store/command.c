/* SPDX-License-Identifier: Apache-2.0 */
#include "store/command.h"

#include "base/buf.h"

#include <stdlib.h>

#define HEAD_OCTETS       16 /* “*”, at most ten digits, CR LF */
#define LENGTH_OCTETS_MAX 24 /* “$”, at most twenty digits, CR LF */
#define FIRST_CAP         1024

static bool make_room(struct command *command, size_t more)
{
	if (command->failed)
		return false;
	if (command->cap - command->len >= more)
		return true;
	size_t cap = command->cap ? command->cap : FIRST_CAP;
	while (cap - command->len < more)
		cap *= 2;
	char *octets = realloc(command->octets, cap);
	if (octets == NULL) {
		command->failed = true;
		return false;
	}
	command->octets = octets;
	command->cap = cap;
	return true;
}

void command_begin(struct command *command)
{
	command->failed = false;
	command->argument_count = 0;
	command->len = 0;
	if (make_room(command, HEAD_OCTETS))
		command->len = HEAD_OCTETS;
}

char *command_reserve(struct command *command, size_t len)
{
	if (!make_room(command, LENGTH_OCTETS_MAX + len + 2))
		return NULL;
	struct buf buf = buf_over(command->octets + command->len, LENGTH_OCTETS_MAX);
	buf_put(&buf, "$", 1);
	buf_put_uint(&buf, len);
	buf_put(&buf, "\r\n", 2);
	char *at = command->octets + command->len + buf.len;
	memcpy(at + len, "\r\n", 2);
	command->len += buf.len + len + 2;
	command->argument_count++;
	return at;
}

void command_text(struct command *command, struct slice text)
{
	char *at = command_reserve(command, text.len);
	if (at != NULL && text.len)
		memcpy(at, text.at, text.len);
}

void command_word(struct command *command, const char *word)
{
	command_text(command, slice_of(word));
}

void command_int(struct command *command, int64_t value)
{
	char digits[24];
	struct buf buf = buf_over(digits, sizeof digits);
	buf_put_int(&buf, value);
	command_text(command, buf_slice(&buf));
}

struct slice command_arguments(const struct command *command)
{
	if (command->failed)
		return (struct slice){ NULL, 0 };
	return (struct slice){ command->octets + HEAD_OCTETS, command->len - HEAD_OCTETS };
}

void command_append(struct command *command, struct slice octets, unsigned argument_count)
{
	if (octets.at == NULL)
		command->failed = true;
	if (!make_room(command, octets.len))
		return;
	memcpy(command->octets + command->len, octets.at, octets.len);
	command->len += octets.len;
	command->argument_count += argument_count;
}

struct slice command_octets(struct command *command)
{
	if (command->failed)
		return (struct slice){ NULL, 0 };
	char head[HEAD_OCTETS];
	struct buf buf = buf_over(head, sizeof head);
	buf_put(&buf, "*", 1);
	buf_put_uint(&buf, command->argument_count);
	buf_put(&buf, "\r\n", 2);
	size_t start = HEAD_OCTETS - buf.len;
	memcpy(command->octets + start, head, buf.len);
	return (struct slice){ command->octets + start, command->len - start };
}

void command_fini(struct command *command)
{
	free(command->octets);
	*command = (struct command){ .octets = NULL };
}
