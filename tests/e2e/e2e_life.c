/* SPDX-License-Identifier: Apache-2.0 */

/* The life of the process as its supervisor sees it: the end of the start, a reload, the watchdog, the end; and what it does
 * where the system gives it too little. */

#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define HEARD_OCTETS (256 * 1024)

static struct smsc smsc;
static struct gateway_process gateway;

/* All that it has said, in lines. */
static int ear;
static char heard[HEARD_OCTETS];

static void listen_at(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(name);
	EXPECT(len < sizeof address.sun_path);
	memcpy(address.sun_path, name, len);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	ear = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	EXPECT(ear >= 0 && bind(ear, (struct sockaddr *)&address, size) == 0);
	heard[0] = '\n';
	heard[1] = '\0';
	setenv("NOTIFY_SOCKET", name, 1);
}

/* How often it has said a line that begins so. */
static unsigned count_heard(const char *line)
{
	char start[128];
	unsigned count = 0;
	for (ssize_t got = 1; got > 0;) {
		size_t len = strlen(heard);
		EXPECT(len + 1024 < sizeof heard);
		got = recv(ear, heard + len, 1022, MSG_DONTWAIT);
		if (got > 0)
			memcpy(heard + len + got, "\n", 2);
	}
	snprintf(start, sizeof start, "\n%s", line);
	for (const char *at = heard; (at = strstr(at, start)) != NULL; at++)
		count++;
	return count;
}

static void start(bool waits)
{
	smsc_start(&smsc, "smsc", 0, NULL);
	gateway_process_start(&gateway, "gateway",
			      &(struct gateway_options){ .smsc = &smsc, .root_more = "drain_timeout: 3s\nworkers: 1" },
			      waits);
}

static void finish(void)
{
	smsc_finish(&smsc);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

static bool startup_is(int want, const char *text)
{
	char *body;
	bool is = gateway_process_get(&gateway, "/startupz", &body) == want && strstr(body, text) != NULL;
	free(body);
	return is;
}

/* The start waits for Redis and for no carrier; once it is over it stays over. */
static void startup(void)
{
	world_open();
	redis_server_start();
	redis_server_kill();
	start(false);
	AWAIT(10, startup_is(503, "\"started\":false,\"reasons\":[\"Redis was not reached yet ("));
	EXPECT_COUNT(gateway_process_get(&gateway, "/livez", NULL), 200);
	smsc_finish(&smsc);
	smsc_fini(&smsc);
	redis_server_start();
	AWAIT(15, startup_is(200, "{\"started\":true,\"reasons\":[]}"));
	EXPECT_COUNT(gateway_process_get(&gateway, "/readyz", NULL), 503);
	redis_server_kill();
	AWAIT(10, gateway_process_said(&gateway, "\"event\":\"store_down\""));
	EXPECT(startup_is(200, "\"started\":true"));
	redis_server_start();
	gateway_process_stop(&gateway);
	redis_server_stop();
	world_close();
}

static void supervised(void)
{
	char name[WORLD_PATH_OCTETS];
	world_open();
	redis_server_start();
	redis_server_kill();
	listen_at(world_path(name, "notify"));
	setenv("WATCHDOG_USEC", "400000", 1);
	start(false);
	AWAIT(10,
	      count_heard("EXTEND_TIMEOUT_USEC=60000000\n") > 0 && count_heard("STATUS=Redis cannot be used (") > 0);
	EXPECT_COUNT(count_heard("READY=1\n"), 0);
	redis_server_start();
	AWAIT(15, count_heard("READY=1\n") == 1);
	AWAIT(10, count_heard("STATUS=Serves: 1 of 1 accounts have a bound link\n") > 0);
	unsigned beats = count_heard("WATCHDOG=1\n");
	AWAIT(10, count_heard("WATCHDOG=1\n") >= beats + 3);
	process_signal(&gateway.process, SIGHUP);
	AWAIT(10, count_heard("READY=1\nSTATUS=The configuration has been read again\n") == 1);
	EXPECT_COUNT(count_heard("RELOADING=1\nMONOTONIC_USEC="), 1);
	EXPECT(strstr(heard, "\nRELOADING=1\n") < strstr(heard, "\nREADY=1\nSTATUS=The"));
	gateway_process_edit(&gateway, "drain_timeout", "drain_timeouts");
	process_signal(&gateway.process, SIGHUP);
	AWAIT(10, count_heard("READY=1\nSTATUS=The configuration has errors, the former one stays\n") == 1);
	EXPECT_COUNT(count_heard("RELOADING=1\n"), 2);
	EXPECT_COUNT(count_heard("STOPPING=1\n"), 0);
	process_signal(&gateway.process, SIGTERM);
	EXPECT_COUNT(process_wait(&gateway.process, 20), 0);
	EXPECT_COUNT(count_heard("STOPPING=1\nEXTEND_TIMEOUT_USEC=13000000\n"), 1);
	EXPECT_COUNT(count_heard("READY=1\n"), 3);
	finish();
}

static void supervised_by_an_abstract_name(void)
{
	char name[64];
	world_open();
	redis_server_start();
	snprintf(name, sizeof name, "@hongyan-e2e-%d", getpid());
	listen_at(name);
	start(true);
	AWAIT(10, count_heard("READY=1\n") == 1);
	EXPECT_COUNT(count_heard("WATCHDOG=1\n"), 0);
	gateway_process_stop(&gateway);
	EXPECT_COUNT(count_heard("STOPPING=1\n"), 1);
	finish();
}

/* Starts it once more, with the limits of file descriptors that the shell's words set. */
static void start_limited(const char *limits)
{
	char line[WORLD_PATH_OCTETS + 256];
	snprintf(line, sizeof line, "%s && exec %s serve --config %s", limits, HONGYAN_PROGRAM, gateway.config);
	const char *const argv[] = { "/bin/sh", "-c", line, NULL };
	process_start(&gateway.process, "gateway", argv, false);
}

static void file_descriptors(void)
{
	world_open();
	redis_server_start();
	start(true);
	EXPECT(!gateway_process_said(&gateway, "file descriptors"));
	gateway_process_stop(&gateway);
	start_limited("ulimit -n 30");
	EXPECT_COUNT(process_wait(&gateway.process, 10), 1);
	EXPECT(gateway_process_said(&gateway, "this process may have 30 file descriptors"));
	EXPECT(gateway_process_said(&gateway, "or configure fewer binds or workers"));
	/* What it says that its links need is enough for them: 24 for the process, 13 for its worker, 2 links. */
	start_limited("ulimit -n 39");
	AWAIT(20, gateway_process_is_ready(&gateway));
	EXPECT(gateway_process_said(&gateway, "needs 39 for its links"));
	gateway_process_stop(&gateway);
	start_limited("ulimit -Sn 40 && ulimit -Hn 200");
	AWAIT(20, gateway_process_is_ready(&gateway));
	EXPECT(gateway_process_said(&gateway, "warning: this process may have 200 file descriptors"));
	EXPECT_COUNT(gateway_process_metric(&gateway, "process_max_fds"), 200);
	gateway_process_stop(&gateway);
	finish();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "startup", startup, 60, false },
		{ "supervised", supervised, 60, false },
		{ "supervised_by_an_abstract_name", supervised_by_an_abstract_name, 30, false },
		{ "file_descriptors", file_descriptors, 60, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
