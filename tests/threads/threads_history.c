/* SPDX-License-Identifier: Apache-2.0 */

/* “hongyan history”: its thread writes events while its pages are asked for and alerts are looked up, until it ends amidst both. The
 * program is of the same build, so that a sanitizer in it has its say. */

#include "http_caller.h"
#include "redis_server.h"
#include "scenario.h"
#include "world.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS 4000
#define CHUNK  100
#define TOKEN  "a-token-of-this-test"

static struct process history;
static uint16_t port;

static void open_all(void)
{
	char text[1024], folder[WORLD_PATH_OCTETS], config[WORLD_PATH_OCTETS];
	world_open();
	redis_server_start();
	port = world_free_port();
	world_path(folder, "history");
	snprintf(text, sizeof text,
		 "redis: { url: \"%s\" }\ntemplates: { dir: \"%s\" }\nadmin: { token: " TOKEN " }\n"
		 "history: { dir: \"%s\", key: 0123456789abcdef0123456789abcdef, listen: \"127.0.0.1:%u\" }\n"
		 "accounts:\n  - { name: a, protocol: smpp, address: \"127.0.0.1:1\", system_id: a, source: \"1\" }\n",
		 redis_server_url(), SOURCE_DIR "/tests/e2e/templates", folder, port);
	world_write("history.yaml", text);
	world_path(config, "history.yaml");
	process_start(&history, "history",
		      (const char *const[]){ HONGYAN_PROGRAM, "history", "--config", config, NULL }, false);
}

static bool is_ready(void)
{
	char *log = world_read(history.log);
	bool is = log != NULL && strstr(log, "history_writes") != NULL;
	free(log);
	if (!process_lives(&history))
		FAIL("the history has ended by itself");
	return is;
}

static void add_chunk(unsigned first)
{
	char lines[CHUNK * 256];
	size_t len = 0;
	for (unsigned i = first; i < first + CHUNK; i++)
		len += (size_t)snprintf(
			lines + len, sizeof lines - len,
			"{\"id\":\"i%u\",\"entry\":\"1795551398385-%u\",\"stream\":\"normal\",\"event\":"
			"\"accepted\",\"at\":\"2026-11-24T20:16:38.388Z\",\"to\":\"+86139%08u\"}\n",
			i, i, i);
	redis_server_do("XADD {hongyan}:events * events %s", lines);
}

static int ask(const char *line, const char *body, char **answer)
{
	char request[512];
	snprintf(request, sizeof request,
		 "%s HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer " TOKEN
		 "\r\nContent-Length: %zu\r\n\r\n%s",
		 line, strlen(body), body);
	return http_caller_hear_all(http_caller_say(port, request), answer);
}

static unsigned long long events_written(void)
{
	char *page;
	unsigned long long count = 0;
	EXPECT_COUNT(ask("GET /metrics", "", &page), 200);
	const char *line = strstr(page, "\nhongyan_history_events_total ");
	EXPECT(line != NULL);
	sscanf(line, "\nhongyan_history_events_total %llu", &count);
	free(page);
	return count;
}

static void lookups_while_it_writes(void)
{
	open_all();
	AWAIT(30, is_ready());
	for (unsigned first = 0; first < EVENTS; first += CHUNK) {
		char *page;
		add_chunk(first);
		EXPECT_COUNT(ask("POST /v1/history", "{\"number\":\"13900000000\"}", &page), 200);
		free(page);
		ask("GET /readyz", "", &page);
		free(page);
	}
	AWAIT(30, events_written() == EVENTS);
	char *page;
	EXPECT_COUNT(ask("GET /v1/alerts/i3999", "", &page), 200);
	EXPECT(strstr(page, "139****3999") != NULL);
	free(page);
	add_chunk(EVENTS);
	process_signal(&history, SIGTERM);
	EXPECT_COUNT(process_wait(&history, 30), 0);
	redis_server_stop();
	world_close();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "lookups_while_it_writes", lookups_while_it_writes, 90, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
