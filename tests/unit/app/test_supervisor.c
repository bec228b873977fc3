/* SPDX-License-Identifier: Apache-2.0 */
#include "app/supervisor.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A socket that listens at a path or “@name”, as systemd's does. */
static int listen_at(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(name);
	memcpy(address.sun_path, name, len);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	cr_assert_eq(bind(fd, (struct sockaddr *)&address, size), 0, "%s", name);
	return fd;
}

static void expect_heard(const char *name)
{
	struct supervisor supervisor;
	char text[64];
	int fd = listen_at(name);
	supervisor_open(&supervisor, name, NULL, NULL);
	cr_assert(supervisor_is_there(&supervisor), "%s", name);
	cr_expect_eq(supervisor.watchdog_us, 0);
	cr_expect(supervisor_tell(&supervisor, "READY=1\nSTATUS=Serves"), "%s", name);
	ssize_t len = recv(fd, text, sizeof text - 1, MSG_DONTWAIT);
	cr_assert(len >= 0, "%s", name);
	text[len] = '\0';
	cr_expect_str_eq(text, "READY=1\nSTATUS=Serves");
	close(fd);
	cr_expect(!supervisor_tell(&supervisor, "STOPPING=1"), "nobody listens there any more");
	supervisor_close(&supervisor);
	cr_expect(!supervisor_is_there(&supervisor));
}

Test(supervisor, hears_at_a_path_and_at_an_abstract_name)
{
	char folder[] = "/tmp/supervisor.XXXXXX";
	char name[64];
	cr_assert_not_null(mkdtemp(folder));
	snprintf(name, sizeof name, "%s/notify", folder);
	expect_heard(name);
	unlink(name);
	rmdir(folder);
	snprintf(name, sizeof name, "@hongyan-test-%d", getpid());
	expect_heard(name);
}

Test(supervisor, is_not_there)
{
	char too_long[200];
	memset(too_long, 'x', sizeof too_long - 1);
	too_long[0] = '/';
	too_long[sizeof too_long - 1] = '\0';
	const char *const names[] = { NULL, "", "/", "@", "relative", "vsock:2:1234", too_long };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct supervisor supervisor;
		supervisor_open(&supervisor, names[i], "1000000", NULL);
		cr_expect(!supervisor_is_there(&supervisor), "%s", names[i] ? names[i] : "NULL");
		cr_expect(!supervisor_tell(&supervisor, "READY=1"));
		cr_expect_eq(supervisor.watchdog_us, 0);
		supervisor_close(&supervisor);
	}
}

Test(supervisor, watches_one_process)
{
	char mine[16];
	snprintf(mine, sizeof mine, "%d", getpid());
	const struct {
		const char *watchdog;
		const char *pid;
		mono_us want;
	} rows[] = {
		{ "3000000", NULL, 3000000 },
		{ "3000000", mine, 3000000 },
		{ "3000000", "1", 0 },
		{ "3000000", "x", 0 },
		{ NULL, mine, 0 },
		{ "", mine, 0 },
		{ "soon", mine, 0 },
		{ "9223372036854775807", mine, INT64_C(86400) * US_PER_S },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct supervisor supervisor;
		supervisor_open(&supervisor, "/run/notify", rows[i].watchdog, rows[i].pid);
		cr_expect_eq(supervisor.watchdog_us, rows[i].want, "row %zu: %lld", i,
			     (long long)supervisor.watchdog_us);
		supervisor_close(&supervisor);
	}
}
