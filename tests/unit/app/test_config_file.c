/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_file.h"

#include <criterion/criterion.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OCTETS_MAX 1048576

/* What is read lives as long as the configuration does, so that it must not hold the memory of the longest one allowed. */
Test(config_file, what_is_read)
{
	static const struct {
		const char *name;
		size_t len, octets_max;
		enum err want;
	} rows[] = {
		{ "empty", 0, OCTETS_MAX, ERR_OK },
		{ "short", 100, OCTETS_MAX, ERR_OK },
		{ "as long as it may be", 4096, 4096, ERR_OK },
		{ "longer", 4097, 4096, ERR_RANGE },
		{ "something where nothing may be", 1, 0, ERR_RANGE },
	};
	static char octets[4097];
	memset(octets, 'k', sizeof octets);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char path[] = "/tmp/hongyan-config-file-XXXXXX";
		int fd = mkstemp(path);
		cr_assert(fd >= 0 && write(fd, octets, rows[i].len) == (ssize_t)rows[i].len);
		close(fd);
		char *text = NULL;
		size_t len = 0;
		struct err_at at = { 0 };
		cr_assert_eq(config_file_read(path, rows[i].octets_max, &text, &len, &at), rows[i].want, "%s: %s",
			     rows[i].name, at.text);
		unlink(path);
		if (rows[i].want != ERR_OK) {
			cr_expect_null(text, "%s", rows[i].name);
			continue;
		}
		cr_assert_eq(len, rows[i].len, "%s", rows[i].name);
		cr_expect(memcmp(text, octets, len) == 0 && text[len] == '\0', "%s", rows[i].name);
		cr_expect_leq(malloc_usable_size(text), len + 64, "%s", rows[i].name);
		free(text);
	}
}

Test(config_file, what_cannot_be_read)
{
	static const struct {
		const char *path, *want;
	} rows[] = {
		{ "/nowhere/at/all", "cannot be read: " },
		{ "/tmp", "is a folder, not a file" },
		/* Opens and then cannot be read, as on a disk that fails. */
		{ "/proc/self/mem", "cannot be read: " },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *text = NULL;
		size_t len = 0;
		struct err_at at = { 0 };
		cr_expect_eq(config_file_read(rows[i].path, OCTETS_MAX, &text, &len, &at), ERR_IO, "%s", rows[i].path);
		cr_expect_not_null(strstr(at.text, rows[i].want), "%s: %s", rows[i].path, at.text);
		cr_expect_null(text, "%s", rows[i].path);
	}
}
