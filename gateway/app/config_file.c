/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads on until the end of the file or one octet more than is allowed. Returns octets read, -1 on failure. */
static ssize_t read_all(int fd, char *out, size_t cap)
{
	size_t len = 0;
	while (len < cap) {
		ssize_t got = read(fd, out + len, cap - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		len += (size_t)got;
	}
	return (ssize_t)len;
}

enum err config_file_read(const char *path, size_t octets_max, char **out, size_t *len, struct err_at *at)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_at_set(at, ERR_IO, 0, NULL, "cannot be read: %s", strerror(errno));
	enum err err = ERR_OK;
	char *text = NULL;
	struct stat status;
	if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
		err = err_at_set(at, ERR_IO, 0, NULL, "is a folder, not a file");
		goto out;
	}
	text = malloc(octets_max + 1);
	if (text == NULL) {
		err = err_at_set(at, ERR_MEMORY, 0, NULL, "does not fit into memory");
		goto out;
	}
	ssize_t got = read_all(fd, text, octets_max + 1);
	if (got < 0) {
		err = err_at_set(at, ERR_IO, 0, NULL, "cannot be read: %s", strerror(errno));
		goto out;
	}
	if ((size_t)got > octets_max) {
		explicit_bzero(text, octets_max + 1);
		err = err_at_set(at, ERR_RANGE, 0, NULL, "is longer than %zu octets", octets_max);
		goto out;
	}
	text[got] = '\0';
	*out = text;
	*len = (size_t)got;
	text = NULL;
out:
	free(text);
	close(fd);
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
