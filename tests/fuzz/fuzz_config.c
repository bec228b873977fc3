/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration, YAML or JSON. Behind a NUL stand more texts, with NULs between: “NAME=value” is a variable of the environment, “@NAME=…”
 * what a file of that name holds; no file of this machine is read but time zones. What is wrong is told where it stands; what is
 * right is shown as a configuration that means the same, and without its secrets. */
#include "app/config.h"
#include "app/config_compare.h"
#include "base/check.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_access(const char *path, int mode);
int __real_stat(const char *path, struct stat *out);
int __wrap_access(const char *path, int mode);
int __wrap_stat(const char *path, struct stat *out);

#define PATH       "hongyan.yaml"
#define ZONES      "/usr/share/zoneinfo/"
#define PARTS_MAX  32
#define SHOWN_MAX  (512 * 1024)
#define HIDDEN_MIN 12 /* a shorter secret may stand in other words by chance */

static struct slice whole; /* the input */
static struct slice files[PARTS_MAX + 1];
static struct slice names[PARTS_MAX + 1];
static unsigned file_count;
static bool is_loading; /* else it is the fuzzer that looks */

static const struct slice *file_of(const char *path)
{
	for (unsigned i = 0; i < file_count; i++) {
		if (slice_is(names[i], path))
			return &files[i];
	}
	return NULL;
}

int __wrap_open(const char *path, int flags, ...)
{
	const struct slice *file = file_of(path);
	if (!is_loading) {
		va_list args;
		va_start(args, flags);
		int mode = va_arg(args, int);
		va_end(args);
		return __real_open(path, flags, mode);
	}
	if (file == NULL && strncmp(path, ZONES, strlen(ZONES)) == 0 && strstr(path, "..") == NULL)
		return __real_open(path, flags);
	errno = ENOENT;
	if (file == NULL)
		return -1;
	int fd = memfd_create("file", MFD_CLOEXEC);
	CHECK(fd >= 0 && fchmod(fd, 0600) == 0);
	CHECK(file->len == 0 || pwrite(fd, file->at, file->len, 0) == (ssize_t)file->len);
	return fd;
}

int __wrap_access(const char *path, int mode)
{
	if (!is_loading)
		return __real_access(path, mode);
	errno = ENOENT;
	return file_of(path) != NULL ? 0 : -1;
}

int __wrap_stat(const char *path, struct stat *out)
{
	if (!is_loading)
		return __real_stat(path, out);
	errno = ENOENT;
	return -1;
}

/* No authorities of this machine either. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	setenv("SSL_CERT_FILE", "/nonexistent", 1);
	setenv("SSL_CERT_DIR", "/nonexistent", 1);
	return 0;
}

struct told {
	unsigned count;
	enum err first;
	struct buf *text;
};

static void on_error(void *ctx, const struct err_at *at)
{
	struct told *told = ctx;
	CHECK(at->err != ERR_OK && at->text[0] != '\0');
	CHECK(utf8_valid(at->text, strlen(at->text)) == strlen(at->text));
	CHECK((at->line == 0) == (at->column == 0));
	if (told->count++ == 0)
		told->first = at->err;
	config_error_format(PATH, at, told->text);
	buf_put_text(told->text, "\n");
}

/* A secret that stands in the input once and is not shown for another reason is not shown at all. */
static void check_hidden(const char *secret, struct slice shown)
{
	size_t len = secret != NULL ? strlen(secret) : 0;
	if (len < HIDDEN_MIN)
		return;
	const char *first = memmem(whole.at, whole.len, secret, len);
	if (first == NULL || memmem(first + 1, whole.len - (size_t)(first + 1 - whole.at), secret, len) != NULL)
		return;
	CHECK(memmem(shown.at, shown.len, secret, len) == NULL);
}

static void check_secrets(const struct config *config, struct slice shown)
{
	check_hidden(config->redis.url.password, shown);
	check_hidden(config->admin.token, shown);
	check_hidden(config->history.key, shown);
	for (unsigned i = 0; i < config->account_count; i++) {
		const struct config_account *account = &config->accounts[i];
		check_hidden(account->password, shown);
		check_hidden(account->http.password, shown);
		check_hidden(account->http.token, shown);
		check_hidden(account->callback_secret, shown);
		check_hidden(account->callback_key, shown);
	}
	for (unsigned i = 0; i < config->webhook_count; i++)
		check_hidden(config->webhooks[i].secret, shown);
}

static struct slice show(const struct config *config, char *out)
{
	struct buf buf = buf_over(out, SHOWN_MAX);
	config_show(config, false, &buf);
	CHECK(!buf.full && utf8_valid(out, buf.len) == buf.len);
	return buf_slice(&buf);
}

/* Without secrets, which are hidden, what is shown is a configuration of its own. */
static void check_again(const struct config *config, struct slice shown)
{
	static char octets[SHOWN_MAX], errors[SHOWN_MAX];
	struct config *again = NULL;
	struct buf text = buf_over(errors, sizeof errors);
	struct told told = { .text = &text };
	if (memmem(shown.at, shown.len, "(hidden)", 8) != NULL)
		return;
	files[0] = shown;
	CHECK(config_load_all(PATH, NULL, &again, on_error, &told) == ERR_OK);
	CHECK(slice_equal(show(again, octets), shown));
	CHECK(config->account_count == again->account_count && config->route_count == again->route_count);
	for (unsigned i = 0; i < config->account_count; i++)
		CHECK(config_compare_accounts(&config->accounts[i], &again->accounts[i]) == ACCOUNT_SAME);
	text.len = 0;
	config_compare_fixed(config, again, &text);
	CHECK(text.len == 0);
	config_destroy(again);
}

static void check_config(const struct config *config)
{
	static char octets[SHOWN_MAX];
	struct slice shown = show(config, octets);
	CHECK(config->account_count > 0 && config->route_count > 0);
	for (unsigned i = 0; i < config->route_count; i++) {
		for (unsigned k = 0; k < config->routes[i].account_count; k++)
			CHECK(config->routes[i].accounts[k] < config->account_count);
	}
	check_secrets(config, shown);
	check_again(config, shown);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static char errors[SHOWN_MAX];
	char *variables[PARTS_MAX + 1] = { NULL };
	unsigned variable_count = 0;
	struct slice rest = { (const char *)octets, len };
	whole = rest;
	names[0] = SLICE(PATH);
	files[0] = slice_cut(&rest, '\0');
	file_count = 1;
	while (rest.len > 0 && file_count < PARTS_MAX && variable_count < PARTS_MAX) {
		struct slice part = slice_cut(&rest, '\0');
		if (part.len > 0 && part.at[0] == '@') {
			files[file_count] = (struct slice){ part.at + 1, part.len - 1 };
			names[file_count] = slice_cut(&files[file_count], '=');
			file_count++;
		} else if (part.len > 0) {
			variables[variable_count++] = strndup(part.at, part.len);
		}
	}
	struct config *config = NULL;
	struct buf text = buf_over(errors, sizeof errors);
	struct told told = { .text = &text };
	is_loading = true;
	enum err err = config_load_all(PATH, variables, &config, on_error, &told);
	CHECK((err == ERR_OK) == (config != NULL) && (err == ERR_OK) == (told.count == 0) && err == told.first);
	CHECK(!text.full);
	if (config != NULL)
		check_config(config);
	config_destroy(config);
	is_loading = false;
	for (unsigned i = 0; i < variable_count; i++)
		free(variables[i]);
	return 0;
}
