/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads on until the end of the file or one octet more than is allowed. len: what was read, also where it went wrong. */
static enum err read_all(int fd, char *out, size_t cap, size_t *len, struct err_at *at)
{
	while (*len < cap) {
		ssize_t got = read(fd, out + *len, cap - *len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_at_set(at, ERR_IO, 0, NULL, "cannot be read: %s", strerror(errno));
		if (got == 0)
			break;
		*len += (size_t)got;
	}
	return ERR_OK;
}

static enum err fail_memory(struct err_at *at)
{
	return err_at_set(at, ERR_MEMORY, 0, NULL, "does not fit into memory");
}

static enum err read_open(int fd, size_t octets_max, char **out, size_t *out_len, struct err_at *at)
{
	char *room = malloc(octets_max + 1);
	if (room == NULL)
		return fail_memory(at);
	size_t len = 0;
	enum err err = read_all(fd, room, octets_max + 1, &len, at);
	if (err == ERR_OK && len > octets_max)
		err = err_at_set(at, ERR_RANGE, 0, NULL, "is longer than %zu octets", octets_max);
	char *text = err == ERR_OK ? malloc(len + 1) : NULL;
	if (text != NULL) {
		memcpy(text, room, len);
		text[len] = '\0';
		*out = text;
		*out_len = len;
	} else if (err == ERR_OK) {
		err = fail_memory(at);
	}
	/* It may be a key, or the half of one that could be read. */
	explicit_bzero(room, len);
	free(room);
	return err;
}

/* Whoever may change the folder may put another file in its place, unless only its owner may take a file away (sticky, as /tmp is). */
static enum err judge_folder(const char *path, struct err_at *at)
{
	char folder[PATH_MAX];
	struct stat status;
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
	if (len >= sizeof folder)
		return ERR_OK; /* it could not be opened either */
	snprintf(folder, sizeof folder, "%.*s", (int)len, path);
	if (stat(len > 0 ? folder : ".", &status) != 0 || (status.st_mode & S_IWOTH) == 0 ||
	    (status.st_mode & S_ISVTX) != 0)
		return ERR_OK;
	return err_at_set(at, ERR_UNSUPPORTED, 0, NULL,
			  "lies in a folder that everybody on this host may change (mode %04o): chmod o-w that",
			  (unsigned)status.st_mode & 07777);
}

/* Whether a file may be what it is to be. mode: its permissions. */
static enum err judge(int fd, bool is_secret, mode_t *mode, struct err_at *at)
{
	struct stat status;
	if (fstat(fd, &status) != 0)
		return err_at_set(at, ERR_IO, 0, NULL, "cannot be read: %s", strerror(errno));
	if (S_ISDIR(status.st_mode))
		return err_at_set(at, ERR_IO, 0, NULL, "is a folder, not a file");
	*mode = status.st_mode & 07777;
	/* Of a device, as /dev/null, the mode says nothing about what comes out of it. */
	if (is_secret && S_ISREG(status.st_mode) && (*mode & S_IWOTH) != 0)
		return err_at_set(at, ERR_UNSUPPORTED, 0, NULL,
				  "may be changed by everybody on this host (mode %04o): chmod o-w it",
				  (unsigned)*mode);
	if (!S_ISREG(status.st_mode))
		*mode = 0;
	return ERR_OK;
}

static enum err read_file(const char *path, bool is_secret, size_t octets_max, char **out, size_t *len, mode_t *mode,
			  struct err_at *at)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_at_set(at, ERR_IO, 0, NULL, "cannot be read: %s", strerror(errno));
	enum err err = judge(fd, is_secret, mode, at);
	if (err == ERR_OK && is_secret)
		err = judge_folder(path, at);
	if (err == ERR_OK)
		err = read_open(fd, octets_max, out, len, at);
	close(fd);
	return err;
}

enum err config_file_read(const char *path, size_t octets_max, char **out, size_t *len, struct err_at *at)
{
	mode_t mode;
	return read_file(path, false, octets_max, out, len, &mode, at);
}

enum err config_file_read_secret(const char *path, size_t octets_max, char **out, size_t *len, bool *is_open,
				 struct err_at *at)
{
	mode_t mode;
	enum err err = read_file(path, true, octets_max, out, len, &mode, at);
	if (err == ERR_OK && is_open != NULL)
		*is_open = (mode & S_IROTH) != 0;
	return err;
}

char *config_file_resolve(const char *config_path, const char *path)
{
	const char *slash = strrchr(config_path, '/');
	if (*path == '/' || slash == NULL)
		return strdup(path);
	size_t folder_len = (size_t)(slash - config_path) + 1;
	size_t path_len = strlen(path);
	char *beside = malloc(folder_len + path_len + 1);
	if (beside == NULL)
		return NULL;
	memcpy(beside, config_path, folder_len);
	memcpy(beside + folder_len, path, path_len + 1);
	if (access(beside, F_OK) == 0)
		return beside;
	free(beside);
	return strdup(path);
}
