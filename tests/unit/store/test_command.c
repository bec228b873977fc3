/* SPDX-License-Identifier: Apache-2.0 */
#include "store/command.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void assert_octets(struct command *command, const char *want, const char *name)
{
	struct slice octets = command_octets(command);
	cr_assert(slice_is(octets, want), "%s: %.*s", name, SLICE_ARG(octets));
}

Test(command, writes_resp)
{
	struct command command = { .octets = NULL };
	command_begin(&command);
	command_word(&command, "HSET");
	command_text(&command, (struct slice){ "a\r\nb", 4 });
	command_text(&command, (struct slice){ NULL, 0 });
	command_int(&command, -9223372036854775807 - 1);
	assert_octets(&command, "*4\r\n$4\r\nHSET\r\n$4\r\na\r\nb\r\n$0\r\n\r\n$20\r\n-9223372036854775808\r\n",
		      "HSET");
	assert_octets(&command, "*4\r\n$4\r\nHSET\r\n$4\r\na\r\nb\r\n$0\r\n\r\n$20\r\n-9223372036854775808\r\n",
		      "again");
	command_begin(&command);
	command_word(&command, "TIME");
	assert_octets(&command, "*1\r\n$4\r\nTIME\r\n", "begun anew");
	command_begin(&command);
	assert_octets(&command, "*0\r\n", "nothing");
	command_fini(&command);
	cr_assert_null(command.octets);
	command_fini(&command);
}

Test(command, reserves)
{
	struct command command = { .octets = NULL };
	command_begin(&command);
	char *at = command_reserve(&command, 3);
	memcpy(at, "xyz", 3);
	at = command_reserve(&command, 0);
	cr_assert_not_null(at);
	assert_octets(&command, "*2\r\n$3\r\nxyz\r\n$0\r\n\r\n", "reserved");
	command_fini(&command);
}

/* Grows over every boundary, keeps what was there, and keeps its memory for the next one. */
Test(command, grows)
{
	enum { COUNT = 5000 };
	struct command command = { .octets = NULL };
	for (unsigned round = 0; round < 2; round++) {
		size_t cap = command.cap;
		command_begin(&command);
		for (unsigned i = 0; i < COUNT; i++)
			command_int(&command, i);
		struct slice octets = command_octets(&command);
		cr_assert(slice_starts(octets, SLICE("*5000\r\n$1\r\n0\r\n$1\r\n1\r\n")));
		const char *end = "$4\r\n4999\r\n";
		cr_assert_eq(memcmp(octets.at + octets.len - strlen(end), end, strlen(end)), 0);
		cr_assert(round == 0 || command.cap == cap);
	}
	/* One argument of every length around a power of two. */
	char *text = malloc(4096);
	memset(text, 't', 4096);
	for (size_t len = 1000; len < 1100; len++) {
		struct command fresh = { .octets = NULL };
		char head[32];
		command_begin(&fresh);
		command_text(&fresh, (struct slice){ text, len });
		snprintf(head, sizeof head, "*1\r\n$%zu\r\nt", len);
		cr_assert(slice_starts(command_octets(&fresh), slice_of(head)), "%zu", len);
		cr_assert_eq(command_octets(&fresh).len, strlen(head) - 1 + len + 2, "%zu", len);
		command_fini(&fresh);
	}
	free(text);
	command_fini(&command);
}

/* Memory that fails makes the whole command absent, and the next one is fine. */
Test(command, failed)
{
	struct command command = { .octets = NULL };
	command_begin(&command);
	command.failed = true; /* as where realloc says no */
	cr_assert_null(command_reserve(&command, 1));
	command_word(&command, "TIME");
	cr_assert_null(command_octets(&command).at);
	command_begin(&command);
	command_word(&command, "TIME");
	assert_octets(&command, "*1\r\n$4\r\nTIME\r\n", "after a failure");
	command_fini(&command);
}
