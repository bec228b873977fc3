/* SPDX-License-Identifier: Apache-2.0 */
#include "e2e_secrets.h"

#include "command_process.h"
#include "gateway_process.h"
#include "scenario.h"
#include "world.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void secrets_keep(const char *name, const char *text)
{
	static unsigned count;
	char file[64];
	snprintf(file, sizeof file, "said-%u-%s.txt", count++, name);
	world_write(file, text ? text : "");
}

void secrets_keep_page(const struct gateway_process *gateway, const char *path)
{
	char *body;
	EXPECT(gateway_process_get(gateway, path, &body) != 0);
	secrets_keep("page", body);
	free(body);
}

void secrets_keep_command(const char *const words[])
{
	struct command_result result = command_run(words);
	secrets_keep("out", result.out);
	secrets_keep("err", result.err);
	command_fini(&result);
}

/* Looks through a file; returns whether it was one to look through. */
static bool look_through(const char *folder, const char *name, const char *const planted[])
{
	char path[WORLD_PATH_OCTETS + 256];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "r");
	size_t ending = strlen(name);
	/* The configuration itself is where they belong. */
	if (file == NULL || (ending > 5 && strcmp(name + ending - 5, ".yaml") == 0)) {
		if (file != NULL)
			fclose(file);
		return false;
	}
	static char octets[8 * 1024 * 1024];
	size_t len = fread(octets, 1, sizeof octets, file);
	fclose(file);
	EXPECT(len < sizeof octets);
	for (size_t i = 0; planted[i] != NULL; i++) {
		const char *at = memmem(octets, len, planted[i], strlen(planted[i]));
		size_t from = at ? (size_t)(at - octets) : 0;
		if (at != NULL)
			FAIL("“%s” is in %s: …%.*s…", planted[i], name, 200, octets + (from > 100 ? from - 100 : 0));
	}
	return len > 0;
}

/* It was written for people to read. */
static bool was_said(const char *name)
{
	size_t len = strlen(name);
	return strncmp(name, "said-", 5) == 0 || (len > 4 && strcmp(name + len - 4, ".log") == 0);
}

unsigned secrets_look_through(const char *folder, const char *const planted[], bool only_said)
{
	unsigned count = 0;
	DIR *dir = opendir(folder);
	EXPECT(dir != NULL);
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		char path[WORLD_PATH_OCTETS + 256];
		struct stat about;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (entry->d_name[0] == '.' || stat(path, &about) != 0)
			continue;
		if (S_ISDIR(about.st_mode))
			count += secrets_look_through(path, planted, only_said);
		else if (S_ISREG(about.st_mode) && (!only_said || was_said(entry->d_name)))
			count += look_through(folder, entry->d_name, planted);
	}
	closedir(dir);
	return count;
}
