/* SPDX-License-Identifier: Apache-2.0 */

/* Who comes in, and how a session ends. */

#include "e2e_console.h"

#include "command_process.h"
#include "redis_server.h"
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void console_sign_in_works(void)
{
	char first[COOKIE_OCTETS], second[COOKIE_OCTETS], other[COOKIE_OCTETS], header[512], body[512];
	console_open("", "");
	json_t *made = command_json(0, COMMAND("user", "add", "li", "--roles", "viewer"));
	snprintf(body, sizeof body, "{\"name\":\"li\",\"password\":\"%s\"}", json_text_of(made, "code"));
	/* The cookie: for this host only, over TLS only, not for scripts, not from other sites. */
	struct reply reply = console_ask("POST", "/api/session", "", body, NULL);
	EXPECT_COUNT(reply.status, 200);
	reply_header(&reply, "Set-Cookie", header, sizeof header);
	EXPECT(strncmp(header, "__Host-hongyan=", 15) == 0);
	EXPECT(strstr(header, "; Path=/") && strstr(header, "; Secure") && strstr(header, "; HttpOnly") &&
	       strstr(header, "; SameSite=Strict") && !strstr(header, "Domain"));
	snprintf(first, sizeof first, "%.*s", (int)strcspn(header + 15, ";"), header + 15);
	EXPECT(strlen(first) >= 32);
	reply_free(&reply);
	/* With a one-time code nothing is allowed but a password of one's own. */
	json_t *session = console_json(200, "GET", "/api/session", first, NULL);
	EXPECT(json_is_true(json_object_get(json_object_get(session, "user"), "must_change")));
	json_decref(session);
	EXPECT_COUNT(console_status("GET", "/api/templates", first, NULL), 403);
	snprintf(body, sizeof body, "{\"old\":\"%s\",\"new\":\"password1\"}", json_text_of(made, "code"));
	EXPECT_COUNT(console_status("PUT", "/api/session/password", first, body), 422);
	snprintf(body, sizeof body, "{\"old\":\"%s\",\"new\":\"" PASSWORD "\"}", json_text_of(made, "code"));
	EXPECT_COUNT(console_status("PUT", "/api/session/password", first, body), 200);
	EXPECT_COUNT(console_sign_in("li", json_text_of(made, "code"), "", other), 401);
	json_decref(made);
	/* A session that was there before is none after: nobody can fix one for somebody else. */
	EXPECT_COUNT(console_sign_in("li", PASSWORD, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
				     second),
		     200);
	EXPECT(strcmp(second, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef") != 0);
	EXPECT_COUNT(console_status("GET", "/api/session",
				    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", NULL),
		     401);
	EXPECT_COUNT(console_sign_in("li", PASSWORD, second, other), 200);
	EXPECT(strcmp(second, other) != 0);
	EXPECT_COUNT(console_status("GET", "/api/templates", other, NULL), 200);
	/* Signing out ends it on the server, not only in the browser. */
	reply = console_ask("DELETE", "/api/session", other, NULL, NULL);
	EXPECT_COUNT(reply.status, 200);
	EXPECT(strstr(reply_header(&reply, "Set-Cookie", header, sizeof header), "Max-Age=0") != NULL);
	reply_free(&reply);
	EXPECT_COUNT(console_status("GET", "/api/session", other, NULL), 401);
	/* A new password ends all other sessions. */
	EXPECT_COUNT(console_sign_in("li", PASSWORD, "", first), 200);
	EXPECT_COUNT(console_sign_in("li", PASSWORD, "", second), 200);
	EXPECT_COUNT(console_status("PUT", "/api/session/password", first,
				    "{\"old\":\"" PASSWORD "\",\"new\":\"another horse, staple 9\"}"),
		     200);
	EXPECT_COUNT(console_status("GET", "/api/session", second, NULL), 401);
	/* Only the hash of a session's id is kept. */
	redisReply *kept = redis_server_call("HKEYS {hongyan}:staff:sessions");
	for (size_t i = 0; i < kept->elements; i++)
		EXPECT(strcmp(kept->element[i]->str, first) != 0);
	freeReplyObject(kept);
	console_close();
}

void console_sign_in_flood(void)
{
	char cookie[COOKIE_OCTETS], header[64];
	console_open("proxies: \"127.0.0.1\"", "");
	console_user("li", "viewer", cookie);
	/* Unknown names get the same answer as wrong passwords. */
	struct reply wrong =
		console_ask("POST", "/api/session", "", "{\"name\":\"li\",\"password\":\"nonsense 1\"}", NULL);
	struct reply unknown =
		console_ask("POST", "/api/session", "", "{\"name\":\"nobody\",\"password\":\"nonsense 1\"}", NULL);
	EXPECT_COUNT(wrong.status, 401);
	EXPECT_COUNT(unknown.status, 401);
	EXPECT(strcmp(wrong.body, unknown.body) == 0);
	reply_free(&wrong);
	reply_free(&unknown);
	/* Whoever goes on is slowed down, and told for how long. */
	bool was_slowed = false;
	for (unsigned i = 0; i < 8 && !was_slowed; i++) {
		wrong = console_ask("POST", "/api/session", "", "{\"name\":\"li\",\"password\":\"nonsense 2\"}", NULL);
		was_slowed = wrong.status == 429;
		if (was_slowed)
			EXPECT(strtol(reply_header(&wrong, "Retry-After", header, sizeof header), NULL, 10) >= 1);
		else
			EXPECT_COUNT(wrong.status, 401);
		reply_free(&wrong);
	}
	EXPECT(was_slowed);
	/* It is no lock-out: he who knows the password comes in when the time is over. */
	AWAIT(20, console_sign_in("li", PASSWORD, "", cookie) == 200);
	/* Behind a proxy of ours the address counts that it noted, and no other that a client made up. */
	char boss[COOKIE_OCTETS];
	console_user("boss", "admin", boss);
	struct reply noted = console_ask("PUT", "/api/users/li", boss, "{\"display\":\"李\"}",
					 "Sec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n"
					 "X-Forwarded-For: 198.51.100.1, 203.0.113.9\r\n");
	EXPECT_COUNT(noted.status, 200);
	reply_free(&noted);
	json_t *page = console_json(200, "GET", "/api/audit?action=user.change", boss, NULL);
	EXPECT(strcmp(json_text_of(json_array_get(json_object_get(page, "entries"), 0), "address"), "203.0.113.9") ==
	       0);
	json_decref(page);
	/* Whose sessions there were has still got them. */
	EXPECT_COUNT(console_status("GET", "/api/session", cookie, NULL), 200);
	console_close();
}

void console_age_session(const char *member, long long by_ms)
{
	redisReply *all = redis_server_call("HGETALL {hongyan}:staff:sessions");
	for (size_t i = 0; i + 1 < all->elements; i += 2) {
		json_t *session = json_loads(all->element[i + 1]->str, 0, NULL);
		json_object_set_new(session, member,
				    json_integer(json_integer_value(json_object_get(session, member)) - by_ms));
		char *text = json_dumps(session, JSON_COMPACT);
		redis_server_do("HSET {hongyan}:staff:sessions %s %s", all->element[i]->str, text);
		free(text);
		json_decref(session);
	}
	freeReplyObject(all);
}

/* The cookie is the browser's: in another of its windows somebody else may have signed in. */
static void a_page_is_its_users(const char *cookie)
{
	struct reply reply =
		console_ask("GET", "/api/session", cookie, NULL, "Sec-Fetch-Site: same-origin\r\nHongyan-User: li\r\n");
	EXPECT_COUNT(reply.status, 200);
	reply_free(&reply);
	reply = console_ask("GET", "/api/session", cookie, NULL,
			    "Sec-Fetch-Site: same-origin\r\nHongyan-User: wang\r\n");
	EXPECT_COUNT(reply.status, 401);
	reply_free(&reply);
}

/* A page that nobody touches goes on asking, and says so; a stream is opened by a page alone. */
static void background_does_not_count(const char *cookie)
{
	static const char idle[] = "Sec-Fetch-Site: same-origin\r\nHongyan-Idle: 1\r\n";
	for (unsigned i = 0; i < 2; i++) {
		console_age_session("seen", 7 * 60 * 1000 + 40 * 1000);
		struct reply reply = console_ask("GET", "/api/session", cookie, NULL, idle);
		EXPECT_COUNT(reply.status, i == 0 ? 200 : 401);
		reply_free(&reply);
	}
}

void console_sessions_end(void)
{
	char cookie[COOKIE_OCTETS], admin[COOKIE_OCTETS];
	console_open("", "");
	console_user("li", "viewer", cookie);
	console_age_session("seen", 14 * 60 * 1000);
	EXPECT_COUNT(console_status("GET", "/api/session", cookie, NULL), 200);
	console_age_session("seen", 16 * 60 * 1000); /* idle */
	EXPECT_COUNT(console_status("GET", "/api/session", cookie, NULL), 401);
	EXPECT_COUNT(console_sign_in("li", PASSWORD, "", cookie), 200);
	background_does_not_count(cookie);
	EXPECT_COUNT(console_sign_in("li", PASSWORD, "", cookie), 200);
	a_page_is_its_users(cookie);
	console_age_session("created", 13 * 3600 * 1000); /* whatever was done meanwhile */
	EXPECT_COUNT(console_status("GET", "/api/session", cookie, NULL), 401);
	/* An admin ends them at once; and who is disabled has none. */
	EXPECT_COUNT(console_sign_in("li", PASSWORD, "", cookie), 200);
	console_user("boss", "admin", admin);
	EXPECT_COUNT(console_status("DELETE", "/api/users/li/sessions", admin, NULL), 200);
	EXPECT_COUNT(console_status("GET", "/api/session", cookie, NULL), 401);
	EXPECT_COUNT(console_sign_in("li", PASSWORD, "", cookie), 200);
	EXPECT_COUNT(console_status("PUT", "/api/users/li", admin, "{\"disabled\":true}"), 200);
	EXPECT_COUNT(console_status("GET", "/api/session", cookie, NULL), 401);
	EXPECT_COUNT(console_sign_in("li", PASSWORD, "", cookie), 401);
	EXPECT(console_audited(admin, "user.disable"));
	console_close();
}
