/* SPDX-License-Identifier: Apache-2.0 */

/* What must not get out, and what nobody may make up. */

#include "e2e_console.h"

#include "command_process.h"
#include "redis_server.h"
#include "scenario.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define WRONG     "a password of nobody 5"
#define NUMBER    "13900000001"
#define TOKEN     "the-token-of-the-admins" /* see console_open */
#define KEY       "0123456789abcdef0123456789abcdef"
#define FORWARDED "Sec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nX-Forwarded-For: %s\r\n"

/* Who is no proxy of ours writes into X-Forwarded-For what he likes: neither the log nor the backoff believes it. */
void console_addresses(void)
{
	char boss[COOKIE_OCTETS], headers[256], text[32];
	console_open("", "");
	console_user("boss", "admin", boss);
	snprintf(headers, sizeof headers, FORWARDED, "203.0.113.9");
	struct reply reply = console_ask("PUT", "/api/users/boss", boss, "{\"display\":\"王\"}", headers);
	EXPECT_COUNT(reply.status, 200);
	reply_free(&reply);
	json_t *page = console_json(200, "GET", "/api/audit?action=user.change", boss, NULL);
	EXPECT(strcmp(json_text_of(json_array_get(json_object_get(page, "entries"), 0), "address"), "127.0.0.1") == 0);
	json_decref(page);
	/* An address of its own for each try does not help, nor does another name each time. */
	unsigned slowed = 0;
	for (unsigned i = 0; i < 30 && slowed == 0; i++) {
		char body[128];
		snprintf(text, sizeof text, "203.0.113.%u", i + 1);
		snprintf(headers, sizeof headers, FORWARDED, text);
		snprintf(body, sizeof body, "{\"name\":\"user%u\",\"password\":\"" WRONG "\"}", i);
		reply = console_ask("POST", "/api/session", "", body, headers);
		EXPECT(reply.status == 401 || reply.status == 429);
		slowed += reply.status == 429;
		reply_free(&reply);
	}
	EXPECT(slowed > 0);
	console_close();
}

/* -- hashes -- */

#define AT_ONCE  12
#define HASH_KIB 19456

/* The most memory that the console had at any time. */
static long peak_kib(void)
{
	char path[64], line[256];
	long peak = 0;
	snprintf(path, sizeof path, "/proc/%d/status", (int)console_process.pid);
	FILE *file = fopen(path, "r");
	EXPECT(file != NULL);
	while (fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, "VmHWM:", 6) == 0)
			peak = strtol(line + 6, NULL, 10);
	fclose(file);
	EXPECT(peak > 0);
	return peak;
}

static void *sign_in_wrongly(void *arg)
{
	char body[128], headers[256], text[32];
	unsigned number = *(const unsigned *)arg;
	snprintf(text, sizeof text, "198.51.100.%u", number + 1);
	snprintf(headers, sizeof headers, FORWARDED, text);
	snprintf(body, sizeof body, "{\"name\":\"user%u\",\"password\":\"" WRONG "\"}", number);
	struct reply reply = console_ask("POST", "/api/session", "", body, headers);
	EXPECT_COUNT(reply.status, 401);
	reply_free(&reply);
	return NULL;
}

/* However many sign in at once, two hashes are computed at a time: each takes 19 MiB and a processor. */
void console_hashes(void)
{
	pthread_t threads[AT_ONCE];
	unsigned numbers[AT_ONCE];
	char cookie[COOKIE_OCTETS];
	console_open("proxies: \"127.0.0.1\"", "");
	console_user("li", "viewer", cookie);
	long before = peak_kib();
	for (unsigned i = 0; i < AT_ONCE; i++) {
		numbers[i] = i;
		EXPECT(pthread_create(&threads[i], NULL, sign_in_wrongly, &numbers[i]) == 0);
	}
	for (unsigned i = 0; i < AT_ONCE; i++)
		EXPECT(pthread_join(threads[i], NULL) == 0);
	long grown = peak_kib() - before; /* one hash was in it already */
	if (grown > 2 * HASH_KIB)
		FAIL("it grew by %ld KiB: more than two hashes at a time", grown);
	console_close();
}

/* -- secrets -- */

static void expect_none(const char *where, const char *text, const char *const secrets[])
{
	for (unsigned i = 0; secrets[i] != NULL; i++) {
		if (strstr(text, secrets[i]) != NULL)
			FAIL("“%s” is in %s: %.2000s", secrets[i], where, text);
	}
}

static void expect_none_in_pages(const char *cookie, const char *const secrets[])
{
	static const char *const pages[] = { "/api/config",   "/api/overview",      "/api/session", "/api/users",
					     "/api/audit",    "/api/audit/export",  "/metrics",     "/readyz",
					     "/api/messages", "/api/templates/none" };
	for (unsigned i = 0; i < sizeof pages / sizeof pages[0]; i++) {
		struct reply reply = console_ask("GET", pages[i], cookie, NULL, NULL);
		EXPECT(reply.status >= 200);
		expect_none(pages[i], reply.body, secrets);
		reply_free(&reply);
	}
}

/* What was given is not told again, and not written down: neither in pages nor in the log of the process, at any level. */
void console_secrets(void)
{
	char root[256], boss[COOKIE_OCTETS], fresh[COOKIE_OCTETS], code[64], factor[64];
	snprintf(root, sizeof root,
		 "log: { level: debug }\nhistory: { dir: history, key: %s, listen: \"127.0.0.1:%u\" }", KEY,
		 world_free_port());
	console_open("", root);
	console_user("boss", "admin,auditor,operator", boss);
	json_t *made =
		console_json(200, "POST", "/api/users", boss, "{\"name\":\"li\",\"display\":\"李\",\"roles\":[]}");
	snprintf(code, sizeof code, "%s", json_text_of(made, "code"));
	json_decref(made);
	EXPECT_COUNT(console_sign_in("boss", WRONG, "", fresh), 401);
	EXPECT_COUNT(console_sign_in(WRONG, WRONG, "", fresh), 401); /* in the wrong field */
	EXPECT_COUNT(console_sign_in("li", code, "", fresh), 200);
	EXPECT_COUNT(console_status("PUT", "/api/session/number", boss, "{\"number\":\"" NUMBER "\"}"), 409);
	EXPECT_COUNT(console_status("POST", "/api/messages", boss, "{\"number\":\"" NUMBER "\"}"), 503);
	EXPECT_COUNT(console_status("POST", "/api/session", "", "{\"name\":\"boss\",\"password\":\"" WRONG "\""), 400);
	EXPECT_COUNT(console_status("GET", "/api/users", fresh, NULL), 403);
	made = console_json(200, "POST", "/api/session/factor", boss, "{}");
	snprintf(factor, sizeof factor, "%s", json_text_of(made, "secret"));
	json_decref(made);
	const char *const secrets[] = {
		PASSWORD, WRONG, TOKEN, KEY, NUMBER, boss, fresh, code, factor, "argon2", NULL
	};
	expect_none_in_pages(boss, secrets);
	char *log = world_read(console_process.log);
	EXPECT(log != NULL && strstr(log, "console_started") != NULL);
	expect_none("the log", log, secrets);
	free(log);
	/* Nor are they kept as they are. */
	redisReply *kept = redis_server_call("HVALS {hongyan}:staff:users");
	for (size_t i = 0; i < kept->elements; i++) {
		EXPECT(strstr(kept->element[i]->str, PASSWORD) == NULL);
		EXPECT(strstr(kept->element[i]->str, code) == NULL);
	}
	freeReplyObject(kept);
	console_close();
}

/* -- cores -- */

/* Passwords, codes and numbers are in memory: where the process falls, it leaves none of it in a file. */
void console_cores(void)
{
	struct rlimit limit;
	char path[64], line[256];
	bool is_none = false;
	EXPECT(getrlimit(RLIMIT_CORE, &limit) == 0);
	limit.rlim_cur = limit.rlim_max;
	EXPECT(setrlimit(RLIMIT_CORE, &limit) == 0);
	console_open("", "");
	snprintf(path, sizeof path, "/proc/%d/limits", (int)console_process.pid);
	FILE *file = fopen(path, "r");
	EXPECT(file != NULL);
	while (fgets(line, sizeof line, file) != NULL) {
		if (strncmp(line, "Max core file size", 18) == 0)
			is_none = line[18 + strspn(line + 18, " ")] == '0';
	}
	fclose(file);
	EXPECT(is_none);
	console_close();
}
