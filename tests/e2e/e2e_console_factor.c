/* SPDX-License-Identifier: Apache-2.0 */

/* The second factor. The phone here reckons by itself (RFC 6238): it shares nothing with what it is held against. */

#include "e2e_console.h"

#include "scenario.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECRET_OCTETS 64

/* What an app shows steps away from now. */
static void phone(const char *secret, int away, char code[static 8])
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned char key[SECRET_OCTETS], counter[8], mac[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	size_t bits = 0;
	memset(key, 0, sizeof key);
	for (const char *at = secret; *at != '\0'; at++) {
		unsigned value = (unsigned)(strchr(alphabet, *at) - alphabet);
		for (int bit = 4; bit >= 0; bit--, bits++)
			key[bits / 8] = (unsigned char)(key[bits / 8] | (value >> bit & 1) << (7 - bits % 8));
	}
	unsigned long long step = (unsigned long long)(time(NULL) / 30 + away);
	for (int i = 7; i >= 0; i--, step >>= 8)
		counter[i] = (unsigned char)step;
	EXPECT(HMAC(EVP_sha1(), key, (int)(bits / 8), counter, sizeof counter, mac, &len) != NULL);
	unsigned from = mac[19] & 15;
	unsigned long number = (unsigned long)(mac[from] & 0x7F) << 24 | (unsigned long)mac[from + 1] << 16 |
			       (unsigned long)mac[from + 2] << 8 | mac[from + 3];
	snprintf(code, 8, "%06lu", number % 1000000);
}

/* A code of the step before is good until the present one ends: not when it is about to. */
static void await_no_step_end(void)
{
	AWAIT(20, time(NULL) % 30 < 20);
}

static void ask(const char *cookie, char secret[static SECRET_OCTETS])
{
	json_t *answer = console_json(200, "POST", "/api/session/factor", cookie, "{}");
	snprintf(secret, SECRET_OCTETS, "%s", json_text_of(answer, "secret"));
	EXPECT_COUNT(strlen(secret), 32);
	EXPECT(strncmp(json_text_of(answer, "uri"), "otpauth://totp/Hongyan%20127.0.0.1%3A", 37) == 0);
	EXPECT(strstr(json_text_of(answer, "uri"), secret) != NULL);
	json_decref(answer);
}

static int prove(const char *cookie, const char *code)
{
	char body[64];
	snprintf(body, sizeof body, "{\"code\":\"%s\"}", code);
	return console_status("PUT", "/api/session/factor", cookie, body);
}

/* The session ends with all others, and there is a new one. */
static void prove_and_go_on(char cookie[static COOKIE_OCTETS], const char *code)
{
	char body[64], header[512], before[COOKIE_OCTETS];
	snprintf(before, sizeof before, "%s", cookie);
	snprintf(body, sizeof body, "{\"code\":\"%s\"}", code);
	struct reply reply = console_ask("PUT", "/api/session/factor", cookie, body, NULL);
	EXPECT_COUNT(reply.status, 200);
	reply_header(&reply, "Set-Cookie", header, sizeof header);
	snprintf(cookie, COOKIE_OCTETS, "%.*s", (int)strcspn(header + 15, ";"), header + 15);
	EXPECT(strcmp(cookie, before) != 0);
	reply_free(&reply);
	EXPECT_COUNT(console_status("GET", "/api/session", before, NULL), 401);
}

/* Signs in; code: NULL = none is given. Expects that answer; problem: its code where it is refused. */
static void enter(const char *name, const char *code, int want, const char *problem, char cookie[static COOKIE_OCTETS])
{
	char body[256], header[512];
	snprintf(body, sizeof body, "{\"name\":\"%s\",\"password\":\"" PASSWORD "\"%s%s%s}", name,
		 code != NULL ? ",\"code\":\"" : "", code != NULL ? code : "", code != NULL ? "\"" : "");
	struct reply reply = console_ask("POST", "/api/session", "", body, NULL);
	if (reply.status != want || (problem != NULL && strcmp(json_text_of(reply.json, "code"), problem) != 0))
		FAIL("%s with %s: %d %.300s", name, code != NULL ? code : "none", reply.status, reply.body);
	reply_header(&reply, "Set-Cookie", header, sizeof header);
	EXPECT((*header != '\0') == (want == 200));
	if (want == 200)
		snprintf(cookie, COOKIE_OCTETS, "%.*s", (int)strcspn(header + 15, ";"), header + 15);
	reply_free(&reply);
}

static bool must_enrol(const char *cookie)
{
	json_t *session = console_json(200, "GET", "/api/session", cookie, NULL);
	bool must = json_is_true(json_object_get(session, "must_enrol"));
	json_decref(session);
	return must;
}

static void expect_locked(const char *cookie)
{
	static const char *const paths[] = { "/api/templates", "/api/stream", "/api/config", "/api/overview" };
	for (unsigned i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		struct reply reply = console_ask("GET", paths[i], cookie, NULL, NULL);
		if (reply.status != 403 || strcmp(json_text_of(reply.json, "code"), "must_enrol") != 0)
			FAIL("%s: %d %.300s", paths[i], reply.status, reply.body);
		reply_free(&reply);
	}
	EXPECT(must_enrol(cookie));
}

static void an_approver_has_to(const char *boss)
{
	char wang[COOKIE_OCTETS], other[COOKIE_OCTETS], secret[SECRET_OCTETS], code[8];
	console_user("wang", "approver,viewer", wang);
	expect_locked(wang);
	ask(wang, secret);
	EXPECT_COUNT(prove(wang, "00000x"), 422);
	expect_locked(wang);
	enter("wang", NULL, 200, NULL, other);
	EXPECT_COUNT(prove(other, "123456"), 409); /* it has asked for none */
	await_no_step_end();
	phone(secret, -1, code);
	prove_and_go_on(wang, code);
	EXPECT_COUNT(console_status("GET", "/api/session", other, NULL), 401);
	EXPECT(!must_enrol(wang));
	EXPECT_COUNT(console_status("GET", "/api/templates", wang, NULL), 200);
	/* From now on the password alone does not do, nor a code that was used. */
	enter("wang", NULL, 401, "needs_code", other);
	enter("wang", code, 401, "wrong_factor", other);
	phone(secret, 0, code);
	enter("wang", code, 200, NULL, other);
	EXPECT_COUNT(console_status("GET", "/api/templates", other, NULL), 200);
	/* Another phone: with a code of the one that there is. */
	EXPECT_COUNT(console_status("POST", "/api/session/factor", other, "{}"), 422);
	EXPECT_COUNT(console_status("POST", "/api/session/factor", other, "{\"code\":7}"), 422);
	/* Who has lost it is reset, and begins anew. */
	json_t *reset = console_json(200, "POST", "/api/users/wang/reset", boss, NULL);
	json_decref(reset);
	json_t *users = console_json(200, "GET", "/api/users", boss, NULL);
	size_t index;
	json_t *user;
	json_array_foreach(json_object_get(users, "users"), index, user)
		EXPECT(json_is_false(json_object_get(user, "has_factor")));
	json_decref(users);
	EXPECT(console_audited(boss, "factor.ask") && console_audited(boss, "factor.prove"));
}

/* Others may have one; a role that demands it demands it at once, of sessions that there are too. */
static void others_may(const char *boss)
{
	char li[COOKIE_OCTETS], secret[SECRET_OCTETS], code[8];
	console_user("li", "editor", li);
	EXPECT(!must_enrol(li));
	EXPECT_COUNT(console_status("GET", "/api/templates", li, NULL), 200);
	EXPECT_COUNT(console_status("PUT", "/api/users/li", boss, "{\"roles\":[\"editor\",\"approver\"]}"), 200);
	expect_locked(li);
	EXPECT_COUNT(console_status("PUT", "/api/users/li", boss, "{\"roles\":[\"editor\"]}"), 200);
	EXPECT_COUNT(console_status("GET", "/api/templates", li, NULL), 200);
	/* Who comes by a session later does not set up the first one: that takes the password. */
	console_age_session("created", 16 * 60 * 1000);
	struct reply reply = console_ask("POST", "/api/session/factor", li, "{}", NULL);
	EXPECT_COUNT(reply.status, 401);
	EXPECT(strcmp(json_text_of(reply.json, "code"), "old_session") == 0);
	reply_free(&reply);
	enter("li", NULL, 200, NULL, li);
	ask(li, secret);
	await_no_step_end();
	phone(secret, 0, code);
	prove_and_go_on(li, code);
	enter("li", NULL, 401, "needs_code", li);
}

void console_second_factor(void)
{
	char boss[COOKIE_OCTETS];
	console_open("second_factor: [approver, operator]", "");
	console_user("boss", "admin,auditor", boss);
	an_approver_has_to(boss);
	others_may(boss);
	console_close();
}
