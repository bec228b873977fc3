/* SPDX-License-Identifier: Apache-2.0 */

/* “hongyan history”: what it keeps of the events, and what it answers. */

#include "books.h"
#include "command_process.h"
#include "gateway_process.h"
#include "http_caller.h"
#include "promtool.h"
#include "redis_server.h"
#include "scenario.h"
#include "smsc.h"
#include "world.h"

#include <dirent.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ADMIN_TOKEN "the-token-of-the-admins"

static struct smsc smsc;
static struct gateway_process gateway;
static struct process history;
static uint16_t port;
static char folder[WORLD_PATH_OCTETS];
static char readers[128]; /* tokens */
static char of_tenants[128];

static char *ask(const char *line, const char *token, const char *body, int *status)
{
	char request[1024];
	char *answer;
	snprintf(request, sizeof request,
		 "%s HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer %s\r\nContent-Length: "
		 "%zu\r\n\r\n%s",
		 line, token, strlen(body), body);
	*status = http_caller_hear_all(http_caller_say(port, request), &answer);
	return answer;
}

static int status_of(const char *line, const char *token, const char *body)
{
	int status;
	free(ask(line, token, body, &status));
	return status;
}

static bool page_has(const char *line, const char *text)
{
	int status;
	char *answer = ask(line, ADMIN_TOKEN, "", &status);
	bool has = strstr(answer, text) != NULL;
	free(answer);
	return has;
}

static bool listens(void)
{
	char *log = world_read(history.log);
	bool has = log != NULL && strstr(log, "\"history_started\"") != NULL;
	free(log);
	if (!process_lives(&history))
		FAIL("the history has ended by itself");
	return has;
}

static void start_history(void)
{
	const char *const argv[] = { HONGYAN_PROGRAM, "history", "--config", gateway.config, NULL };
	unlink(history.log);
	process_start(&history, "history", argv, false);
	AWAIT(20, listens());
}

static void stop_history(void)
{
	process_signal(&history, SIGTERM);
	EXPECT_COUNT(process_wait(&history, 20), 0);
}

static void make_token(const char *options, char out[static 64])
{
	char command[512], line[256];
	snprintf(command, sizeof command, "%s token t%zu %s --json", HONGYAN_PROGRAM, strlen(options), options);
	FILE *pipe = popen(command, "r");
	EXPECT(pipe != NULL);
	json_t *made = json_loadf(pipe, 0, NULL);
	EXPECT(pclose(pipe) == 0 && made != NULL);
	snprintf(out, 64, "%s", json_string_value(json_object_get(made, "token")));
	snprintf(line, sizeof line, "%s\n", json_string_value(json_object_get(made, "line")));
	json_decref(made);
	char all[1024], path[WORLD_PATH_OCTETS];
	world_path(path, "tokens");
	char *before = world_read(path);
	snprintf(all, sizeof all, "%s%s", before != NULL ? before : "", line);
	world_write("tokens", all);
	free(before);
}

static void open_world(bool has_receipts)
{
	char root[1024];
	world_open();
	redis_server_start();
	smsc_start(&smsc, "smsc", 0, has_receipts ? COMMAND("--receipts", "on") : NULL);
	port = world_free_port();
	world_path(folder, "history");
	world_write("tokens", "");
	make_token("--scopes read", readers);
	make_token("--scopes submit", readers + 64);
	make_token("--scopes read --tenant north", of_tenants);
	make_token("--scopes read --tenant southern", of_tenants + 64);
	snprintf(root, sizeof root,
		 "retry: { base: 100ms, max: 1s }\napi: { tokens_file: tokens }\nhistory: { dir: \"%s\", key: "
		 "0123456789abcdef0123456789abcdef, listen: \"127.0.0.1:%u\" }",
		 folder, port);
	gateway_process_start(&gateway, "gateway", &(struct gateway_options){ .smsc = &smsc, .root_more = root }, true);
	setenv("HONGYAN_ADMIN_TOKEN", ADMIN_TOKEN, 1);
	command_use(gateway.config);
	start_history();
}

static void close_world(void)
{
	stop_history();
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

/* Of all files, asked by SQLite itself. */
static long long count_rows(const char *question)
{
	long long count = 0;
	DIR *dir = opendir(folder);
	EXPECT(dir != NULL);
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		char path[2 * WORLD_PATH_OCTETS + 128];
		sqlite3 *db;
		sqlite3_stmt *statement;
		size_t len = strlen(entry->d_name);
		if (len < 8 || strcmp(entry->d_name + len - 7, ".sqlite") != 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		EXPECT(sqlite3_open(path, &db) == SQLITE_OK);
		sqlite3_busy_timeout(db, 5000);
		if (sqlite3_prepare_v2(db, question, -1, &statement, NULL) == SQLITE_OK &&
		    sqlite3_step(statement) == SQLITE_ROW)
			count += sqlite3_column_int64(statement, 0);
		sqlite3_finalize(statement);
		sqlite3_close(db);
	}
	closedir(dir);
	return count;
}

static long long event_rows(void)
{
	return count_rows("SELECT count(*) FROM event");
}

static size_t event_count(void)
{
	json_t *events = books_events();
	size_t count = json_array_size(events);
	json_decref(events);
	return count;
}

static void lookups(void)
{
	open_world(true);
	books_add("normal", "{\"id\":\"one\",\"to\":\"13900000001\",\"template\":\"note\",\"params\":{\"code\":\"1\","
			    "\"amount\":\"1.00\"},\"tenant\":\"north\"}");
	books_await_settled(20);
	books_add("normal", "{\"id\":\"one\",\"to\":\"13900000001\",\"template\":\"note\",\"params\":{\"code\":\"1\","
			    "\"amount\":\"1.00\"},\"tenant\":\"north\"}");
	books_add("urgent", "{\"id\":\"bad\",\"to\":\"139000\"}");
	books_await_settled(20);
	AWAIT(20, event_count() == 4);
	AWAIT(20, event_rows() == 4);
	int status;
	char *answer = ask("GET /v1/alerts/one", readers, "", &status);
	EXPECT_COUNT(status, 200);
	json_t *page = json_loads(answer, 0, NULL);
	EXPECT(page != NULL && books_is(page, "fate", "delivered"));
	EXPECT_COUNT(json_integer_value(json_object_get(page, "alerts")), 2);
	EXPECT_COUNT(json_array_size(json_object_get(page, "events")), 3);
	EXPECT(strstr(answer, "139****0001") != NULL && strstr(answer, "13900000001") == NULL);
	json_decref(page);
	free(answer);
	EXPECT_COUNT(status_of("GET /v1/alerts/none", readers, ""), 404);
	EXPECT_COUNT(status_of("GET /v1/alerts/one", readers + 64, ""), 403);
	EXPECT_COUNT(status_of("GET /v1/alerts/one", "nobody", ""), 401);
	EXPECT_COUNT(status_of("GET /v1/alerts/one", of_tenants, ""), 200);
	EXPECT_COUNT(status_of("GET /v1/alerts/one", of_tenants + 64, ""),
		     404); /* another one's is as if it were not there */
	EXPECT_COUNT(status_of("POST /v1/history", readers, "{\"number\":\"13900000001\"}"), 401);
	EXPECT_COUNT(status_of("POST /v1/history", ADMIN_TOKEN, "{\"number\":\"1390\"}"), 422);
	EXPECT_COUNT(status_of("POST /v1/history", ADMIN_TOKEN, "{"), 400);
	answer = ask("POST /v1/history", ADMIN_TOKEN, "{\"number\":\"+86 139 0000 0001\"}", &status);
	EXPECT_COUNT(status, 200);
	EXPECT(strstr(answer, "\"alerts\":2") != NULL);
	free(answer);
	/* What only the console asks: a whole number, and a day's report. */
	char question[128];
	json_t *told = json_loads(answer = ask("POST /v1/history", ADMIN_TOKEN, "{\"id\":\"one\"}", &status), 0, NULL);
	const json_t *first = json_array_get(json_object_get(told, "events"), 0);
	snprintf(question, sizeof question, "{\"entry\":\"%s@%s\"}", json_string_value(json_object_get(first, "entry")),
		 json_string_value(json_object_get(first, "stream")));
	json_decref(told);
	free(answer);
	answer = ask("POST /v1/history/number", ADMIN_TOKEN, question, &status);
	EXPECT_COUNT(status, 200);
	EXPECT(strcmp(answer, "{\"number\":\"8613900000001\"}") == 0);
	free(answer);
	EXPECT_COUNT(status_of("POST /v1/history/number", readers, question), 401);
	EXPECT_COUNT(status_of("POST /v1/history/number", ADMIN_TOKEN, "{\"entry\":\"1-1@normal\"}"), 404);
	EXPECT_COUNT(status_of("POST /v1/history/number", ADMIN_TOKEN, "{\"entry\":\"1\"}"), 422);
	char line[64], today[16];
	time_t now = time(NULL) + 8 * 3600; /* the gateway's zone */
	strftime(today, sizeof today, "%F", gmtime(&now));
	snprintf(line, sizeof line, "GET /v1/report?day=%s", today);
	answer = ask(line, ADMIN_TOKEN, "", &status);
	EXPECT_COUNT(status, 200);
	EXPECT(strstr(answer, "\"template\":\"") != NULL && strstr(answer, "\"accepted\":") != NULL);
	free(answer);
	EXPECT_COUNT(status_of("GET /v1/report?day=1999-01-01", ADMIN_TOKEN, ""), 200);
	EXPECT_COUNT(status_of("GET /v1/report?day=../../x", ADMIN_TOKEN, ""), 422);
	EXPECT_COUNT(status_of(line, readers, ""), 401);
	EXPECT_COUNT(status_of("GET /readyz", "-", ""), 200);
	answer = ask("GET /metrics", "-", "", &status);
	EXPECT_COUNT(status, 200);
	EXPECT(strstr(answer, "\nhongyan_history_events_total 4\n") != NULL);
	promtool_check(answer);
	free(answer);
	command_expect(0, "delivered    by fake", COMMAND("trace", "13900000001"));
	command_expect(1, "nothing is known", COMMAND("trace", "bad"));
	json_t *report = command_json(0, COMMAND("history", "report", "today"));
	json_decref(report);
	command_expect(0, "tenant,template,account,alerts,accepted", COMMAND("history", "report", "today", "--csv"));
	command_expect(64, "--yes", COMMAND("history", "erase", "13900000001"));
	command_expect(0, "139****0001 is forgotten in 2 alerts", COMMAND("history", "erase", "13900000001", "--yes"));
	EXPECT_COUNT(count_rows("SELECT count(*) FROM alert WHERE number IS NOT NULL"), 0);
	close_world();
}

/* Killed in the middle, again and again: each event has one row in the end. */
static void kills(void)
{
	enum { COUNT = 3000, ROUNDS = 8 };
	open_world(true);
	for (unsigned i = 0; i < ROUNDS; i++) {
		books_add_load(i * COUNT, COUNT);
		long long before = event_rows();
		AWAIT(20, event_rows() > before);
		process_kill(&history);
		start_history();
	}
	books_await_settled(40);
	AWAIT(40, event_count() == 2 * ROUNDS * COUNT); /* accepted and delivered */
	AWAIT(40, event_rows() == 2 * ROUNDS * COUNT);
	AWAIT(10, redis_server_int("XLEN {hongyan}:events") > 0 && page_has("GET /readyz", "\"ready\":true"));
	EXPECT_COUNT(count_rows("SELECT count(*) FROM alert"), ROUNDS * COUNT);
	EXPECT_COUNT(count_rows("SELECT count(DISTINCT number_key) FROM alert"), ROUNDS * COUNT);
	close_world();
}

/* The disk refuses: what came meanwhile is written when it takes again. */
static void disk(void)
{
	char path[2 * WORLD_PATH_OCTETS];
	char day[32];
	time_t now = time(NULL) + 8 * 3600; /* of Asia/Shanghai */
	struct tm date;
	open_world(false);
	strftime(day, sizeof day, "%Y-%m-%d", gmtime_r(&now, &date));
	snprintf(path, sizeof path, "%s/%s.sqlite", folder, day);
	EXPECT(mkdir(path, 0700) == 0);
	books_add_load(0, 10);
	books_await_settled(20);
	AWAIT(20, page_has("GET /readyz", "\"ready\":false") && page_has("GET /readyz", ".sqlite: cannot be opened"));
	EXPECT_COUNT(status_of("GET /livez", "-", ""), 200);
	EXPECT(rmdir(path) == 0);
	AWAIT(20, page_has("GET /readyz", "\"ready\":true"));
	AWAIT(20, event_rows() == 10);
	/* Redis goes and comes again. */
	redis_server_kill();
	AWAIT(20, page_has("GET /readyz", "\"ready\":false"));
	redis_server_start();
	AWAIT(20, page_has("GET /readyz", "\"ready\":true"));
	AWAIT(20, gateway_process_is_ready(&gateway));
	books_add_load(10, 10);
	AWAIT(20, event_rows() == 20);
	close_world();
}

/* What is no event is told, and holds nothing up; a group that somebody removed is made again. */
static void strange(void)
{
	open_world(false);
	redis_server_do("XADD {hongyan}:events * events %s", "{\"no\":\"event\"}\n\xff\xfe");
	redis_server_do("XADD {hongyan}:events * other field");
	AWAIT(20, page_has("GET /metrics", "\nhongyan_history_unread_total 3\n"));
	redis_server_do("XGROUP DESTROY {hongyan}:events history");
	books_add_load(0, 5);
	AWAIT(20, event_rows() == 5);
	char *log = world_read(history.log);
	EXPECT(strstr(log, "event_unread") != NULL);
	free(log);
	close_world();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "lookups", lookups, 60, false },
		{ "kills", kills, 120, false },
		{ "disk", disk, 90, false },
		{ "strange", strange, 60, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
