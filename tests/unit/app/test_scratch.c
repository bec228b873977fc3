/* SPDX-License-Identifier: Apache-2.0 */
#include "test_scratch.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void scratch_make(char out[SCRATCH_PATH_OCTETS])
{
	snprintf(out, SCRATCH_PATH_OCTETS, "/tmp/hongyan-test-XXXXXX");
	cr_assert_not_null(mkdtemp(out));
}

void scratch_write(const char *folder, const char *name, const char *text, char out[SCRATCH_PATH_OCTETS])
{
	int len = snprintf(out, SCRATCH_PATH_OCTETS, "%s/%s", folder, name);
	cr_assert(len < SCRATCH_PATH_OCTETS);
	FILE *file = fopen(out, "w");
	cr_assert_not_null(file);
	fputs(text, file);
	fclose(file);
}

void scratch_remove(const char *folder)
{
	DIR *dir = opendir(folder);
	cr_assert_not_null(dir);
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		char path[SCRATCH_PATH_OCTETS + 256];
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (entry->d_name[0] != '.')
			unlink(path);
	}
	closedir(dir);
	rmdir(folder);
}

struct sink {
	struct buf out;
};

static void take(void *ctx, const struct err_at *at)
{
	struct sink *sink = ctx;
	config_error_format("hongyan.yaml", at, &sink->out);
	buf_put(&sink->out, "\n", 1);
}

struct config *scratch_load(const char *folder, const char *text, char *const envp[], char *errors)
{
	char path[SCRATCH_PATH_OCTETS];
	scratch_write(folder, "hongyan.yaml", text, path);
	struct sink sink = { buf_over(errors, SCRATCH_TEXT_OCTETS - 1) };
	struct config *config = NULL;
	enum err err = config_load_all(path, envp, &config, take, &sink);
	errors[sink.out.len] = '\0';
	cr_assert_eq(err == ERR_OK, config != NULL);
	cr_assert_eq(err == ERR_OK, sink.out.len == 0, "err %s but told:\n%s", err_name(err), errors);
	return config;
}
