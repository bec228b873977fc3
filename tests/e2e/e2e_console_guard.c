/* SPDX-License-Identifier: Apache-2.0 */

/* What is refused, and to whom. */

#include "e2e_console.h"

#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROLES 6

static const char *const roles[ROLES] = { "viewer", "editor", "approver", "operator", "auditor", "admin" };

static bool role_may(const json_t *config, const char *role, const char *permission)
{
	size_t index, at;
	json_t *each, *name;
	json_array_foreach(json_object_get(config, "roles"), index, each)
	{
		if (strcmp(json_text_of(each, "name"), role) != 0)
			continue;
		json_array_foreach(json_object_get(each, "permissions"), at, name)
		{
			if (strcmp(json_string_value(name), permission) == 0)
				return true;
		}
	}
	return false;
}

/* “/api/users/{name}” → “/api/users/nobody”. */
static void fill_path(const char *path, char *out, size_t cap)
{
	size_t len = 0;
	for (const char *at = path; *at != '\0' && len + 8 < cap; at++) {
		if (*at != '{') {
			out[len++] = *at;
			continue;
		}
		len += (size_t)snprintf(out + len, cap - len, "%s", strncmp(at, "{version}", 9) == 0 ? "1" : "nobody");
		at = strchr(at, '}');
	}
	out[len] = '\0';
}

/* One route, as somebody: 403 with a sentence in both tongues exactly where the role has no permission, and never 401. */
static void try_route(const char *method, const char *path, const char *cookie, const char *role, bool may)
{
	char verb[8];
	snprintf(verb, sizeof verb, "%s",
		 strcmp(method, "get") == 0    ? "GET"
		 : strcmp(method, "post") == 0 ? "POST"
		 : strcmp(method, "put") == 0  ? "PUT"
					       : "DELETE");
	struct reply reply = console_ask(verb, path, cookie, strcmp(verb, "GET") == 0 ? NULL : "{}", NULL);
	bool is_refused = reply.status == 403 && strcmp(json_text_of(reply.json, "code"), "no_permission") == 0;
	if (is_refused == may || reply.status == 401 || reply.status == 0)
		FAIL("%s %s as %s: %d %.300s", verb, path, role, reply.status, reply.body);
	if (is_refused) {
		const json_t *message = json_object_get(reply.json, "message");
		EXPECT(*json_text_of(message, "zh") != '\0' && *json_text_of(message, "en") != '\0');
	}
	reply_free(&reply);
}

void console_matrix(void)
{
	char cookies[ROLES][COOKIE_OCTETS], filled[256];
	unsigned tried = 0, open = 0;
	console_open("requests_per_s: 1000", "");
	for (unsigned i = 0; i < ROLES; i++)
		console_user(roles[i], roles[i], cookies[i]);
	json_t *config = console_json(200, "GET", "/api/config", cookies[0], NULL);
	json_t *all = console_json(200, "GET", "/api/openapi.json", "", NULL);
	const char *path, *method;
	json_t *page, *operation;
	json_object_foreach(json_object_get(all, "paths"), path, page)
	{
		json_object_foreach(page, method, operation)
		{
			const char *permission = json_string_value(json_object_get(operation, "x-permission"));
			fill_path(path, filled, sizeof filled);
			open += json_is_array(json_object_get(operation, "security"));
			/* Live answers have no end, which others test. */
			bool is_live = strcmp(path, "/api/stream") == 0;
			if (permission == NULL)
				continue;
			char verb[8];
			snprintf(verb, sizeof verb, "%s", method);
			for (char *at = verb; *at; at++)
				*at = (char)(*at - 'a' + 'A');
			EXPECT_COUNT(console_status(verb, filled, "", strcmp(verb, "GET") ? "{}" : NULL), 401);
			for (unsigned i = 0; i < ROLES; i++) {
				bool may = role_may(config, roles[i], permission);
				if (is_live && may)
					continue;
				try_route(method, filled, cookies[i], roles[i], may);
				tried++;
			}
		}
	}
	EXPECT_COUNT(open, 2); /* signing in, and the description */
	EXPECT(tried > 150);
	json_decref(all);
	json_decref(config);
	console_close();
}

void console_cross_site(void)
{
	char admin[COOKIE_OCTETS], headers[512];
	console_open("url: \"https://sms.example.com\"", "");
	console_user("boss", "admin", admin);
	static const struct {
		const char *name, *headers;
		int want; /* of a request that changes something, and is right but for that */
	} rows[] = {
		{ "a page of ours", "Sec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n", 200 },
		{ "typed by hand", "Sec-Fetch-Site: none\r\nContent-Type: application/json\r\n", 200 },
		{ "another site", "Sec-Fetch-Site: cross-site\r\nContent-Type: application/json\r\n", 403 },
		{ "a sibling host", "Sec-Fetch-Site: same-site\r\nContent-Type: application/json\r\n", 403 },
		{ "another site that lies about its origin",
		  "Sec-Fetch-Site: cross-site\r\nOrigin: https://sms.example.com\r\nContent-Type: application/json\r\n",
		  403 },
		{ "an old browser", "Origin: https://sms.example.com\r\nContent-Type: application/json\r\n", 200 },
		{ "an old browser, elsewhere", "Origin: https://evil.example\r\nContent-Type: application/json\r\n",
		  403 },
		{ "an old browser, without TLS", "Origin: http://sms.example.com\r\nContent-Type: application/json\r\n",
		  403 },
		{ "a longer host", "Origin: https://sms.example.com.evil.example\r\nContent-Type: application/json\r\n",
		  403 },
		{ "no origin", "Origin: null\r\nContent-Type: application/json\r\n", 403 },
		{ "nothing said", "Content-Type: application/json\r\n", 403 },
		{ "a form", "Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n", 415 },
		{ "a form that looks like JSON", "Sec-Fetch-Site: same-origin\r\nContent-Type: text/plain\r\n", 415 },
		{ "no type", "Sec-Fetch-Site: same-origin\r\n", 415 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct reply reply =
			console_ask("PUT", "/api/session/tongue", admin, "{\"tongue\":\"en\"}", rows[i].headers);
		if (reply.status != rows[i].want)
			FAIL("%s: %d instead of %d: %s", rows[i].name, reply.status, rows[i].want, reply.body);
		reply_free(&reply);
	}
	/* Signing in too: nobody is to be signed in as somebody else. */
	snprintf(headers, sizeof headers, "Sec-Fetch-Site: cross-site\r\nContent-Type: application/json\r\n");
	struct reply reply =
		console_ask("POST", "/api/session", "", "{\"name\":\"boss\",\"password\":\"" PASSWORD "\"}", headers);
	EXPECT_COUNT(reply.status, 403);
	reply_free(&reply);
	/* And without a body. */
	reply = console_ask("DELETE", "/api/session", admin, NULL, "Sec-Fetch-Site: cross-site\r\n");
	EXPECT_COUNT(reply.status, 403);
	reply_free(&reply);
	EXPECT_COUNT(console_status("GET", "/api/session", admin, NULL), 200);
	/* What only reads is not for pages of other sites either. */
	reply = console_ask("GET", "/api/users", admin, NULL, "Sec-Fetch-Site: cross-site\r\n");
	EXPECT_COUNT(reply.status, 403);
	reply_free(&reply);
	console_close();
}

static int raw_status(const char *request)
{
	struct reply reply = console_raw(request, strlen(request));
	reply_free(&reply);
	return reply.status;
}

static int body_status(const char *path, size_t len)
{
	char *body = malloc(len + 3);
	EXPECT(body != NULL);
	memset(body, ' ', len);
	memcpy(body, "{}", 2);
	body[len] = '\0';
	int status = console_status("POST", path, "", body);
	free(body);
	return status;
}

void console_limits(void)
{
	console_open("requests_per_s: 5", "");
	static char long_header[9000];
	static char request[10000];
	memset(long_header, 'x', sizeof long_header - 1);
	snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-A: %s\r\n\r\n",
		 long_header);
	EXPECT_COUNT(raw_status(request), 431);
	EXPECT_COUNT(body_status("/api/messages", 64 * 1024 + 1), 413);
	EXPECT_COUNT(body_status("/api/preview", 64 * 1024 + 1), 401); /* a template's text may be longer */
	EXPECT_COUNT(body_status("/api/preview", 256 * 1024 + 1), 413);
	static const char *const ambiguous[] = {
		"POST /api/session HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
		("POST /api/session HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nTransfer-Encoding: "
		 "chunked\r\n\r\n0\r\n\r\n"),
		"POST /api/session HTTP/1.1\r\nHost: h\nContent-Length: 2\r\n\r\n{}",
		"POST /api/session HTTP/1.1\r\nHost: h\r\nX-A: b\r\n c\r\nContent-Length: 2\r\n\r\n{}",
	};
	for (size_t i = 0; i < sizeof ambiguous / sizeof ambiguous[0]; i++)
		EXPECT_COUNT(raw_status(ambiguous[i]), 400);
	/* So many requests, and no more for a while. */
	unsigned refused = 0;
	for (unsigned i = 0; i < 60; i++)
		refused += console_status("GET", "/api/session", "", NULL) == 429;
	EXPECT(refused >= 20);
	AWAIT(10, console_status("GET", "/api/session", "", NULL) == 401);
	console_close();
}

static void expect_header(const struct reply *reply, const char *name, const char *want)
{
	char text[512];
	if (strstr(reply_header(reply, name, text, sizeof text), want) == NULL)
		FAIL("%s is “%s”, wants “%s”", name, text, want);
}

void console_headers(void)
{
	char cookie[COOKIE_OCTETS], text[64], policy[512];
	console_open("url: \"https://sms.example.com\"", "");
	console_user("boss", "admin", cookie);
	static const struct {
		const char *method, *path;
		int want;
		bool is_signed_in;
	} rows[] = {
		{ "GET", "/api/users", 200, true },
		{ "GET", "/api/users", 401, false },
		{ "GET", "/api/nothing", 404, true },
		{ "POST", "/api/users/x", 405, true },
		{ "GET", "/assets/nothing.js", 404, false },
		{ "GET", "/../etc/passwd", 404, false },
		{ "GET", "/", 0, false }, /* the page itself; 503 where the program was built without it */
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct reply reply =
			console_ask(rows[i].method, rows[i].path, rows[i].is_signed_in ? cookie : "", NULL, NULL);
		if (rows[i].want != 0 && reply.status != rows[i].want && strstr(rows[i].path, "..") == NULL)
			FAIL("%s: %d", rows[i].path, reply.status);
		EXPECT(strcmp(reply_header(&reply, "Content-Security-Policy", policy, sizeof policy),
			      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
			      "connect-src 'self'; font-src 'self'; base-uri 'none'; object-src 'none'; "
			      "frame-ancestors 'none'; form-action 'self'") == 0);
		expect_header(&reply, "X-Content-Type-Options", "nosniff");
		expect_header(&reply, "X-Frame-Options", "DENY");
		expect_header(&reply, "Referrer-Policy", "no-referrer");
		expect_header(&reply, "Cross-Origin-Opener-Policy", "same-origin");
		expect_header(&reply, "Cross-Origin-Resource-Policy", "same-origin");
		expect_header(&reply, "Strict-Transport-Security", "max-age=31536000");
		expect_header(&reply, "Permissions-Policy", "camera=(), geolocation=(), microphone=()");
		if (strncmp(rows[i].path, "/api/", 5) == 0)
			expect_header(&reply, "Cache-Control", "no-store");
		reply_free(&reply);
	}
	/* Markup in what people write comes back as JSON, and is never a page. */
	struct reply reply = console_ask(
		"POST", "/api/users", cookie,
		"{\"name\":\"eve\",\"display\":\"<script>alert(1)</script>\",\"roles\":[\"viewer\"]}", NULL);
	EXPECT_COUNT(reply.status, 200);
	EXPECT(strcmp(reply_header(&reply, "Content-Type", text, sizeof text), "application/json") == 0);
	reply_free(&reply);
	reply = console_ask("GET", "/%3Cscript%3Ealert(1)%3C/script%3E.js", "", NULL, NULL);
	EXPECT_COUNT(reply.status, 404);
	EXPECT(strstr(reply.body, "<script>") == NULL);
	reply_free(&reply);
	/* In a table no cell is a formula. */
	EXPECT_COUNT(console_status("POST", "/api/users", cookie,
				    "{\"name\":\"mallory\",\"display\":\"=1+1\",\"roles\":[\"viewer\"]}"),
		     200);
	reply = console_ask("GET", "/api/audit/export?format=csv", cookie, NULL, NULL);
	EXPECT_COUNT(reply.status, 200);
	expect_header(&reply, "Content-Type", "text/csv");
	expect_header(&reply, "Content-Disposition", "attachment");
	EXPECT(strstr(reply.body, ",\"=") == NULL && strstr(reply.body, "\n=") == NULL);
	reply_free(&reply);
	EXPECT(console_audited(cookie, "audit.export"));
	console_close();
}

void console_users_page(void)
{
	char boss[COOKIE_OCTETS], li[COOKIE_OCTETS];
	console_open("", "");
	console_user("boss", "admin", boss);
	EXPECT_COUNT(
		console_status("POST", "/api/users", boss, "{\"name\":\"li\",\"display\":\"李\",\"roles\":[\"king\"]}"),
		422);
	EXPECT_COUNT(console_status("POST", "/api/users", boss, "{\"name\":\"Li Li\",\"display\":\"李\",\"roles\":[]}"),
		     422);
	json_t *added = console_json(200, "POST", "/api/users", boss,
				     "{\"name\":\"li\",\"display\":\"李\",\"roles\":[\"editor\"]}");
	EXPECT_COUNT(console_status("POST", "/api/users", boss,
				    "{\"name\":\"li\",\"display\":\"李\",\"roles\":[\"editor\"]}"),
		     409);
	EXPECT_COUNT(console_sign_in("li", json_text_of(added, "code"), "", li), 200);
	json_decref(added);
	/* No hash leaves the process. */
	struct reply reply = console_ask("GET", "/api/users", boss, NULL, NULL);
	EXPECT(reply.status == 200 && strstr(reply.body, "argon2") == NULL &&
	       strstr(reply.body, "\"password\"") == NULL);
	reply_free(&reply);
	/* The last one who can manage users stays so. */
	reply = console_ask("PUT", "/api/users/boss", boss, "{\"roles\":[\"viewer\"]}", NULL);
	EXPECT_COUNT(reply.status, 409);
	EXPECT(strcmp(json_text_of(reply.json, "code"), "last_admin") == 0);
	reply_free(&reply);
	EXPECT_COUNT(console_status("PUT", "/api/users/boss", boss, "{\"disabled\":true}"), 409);
	json_t *code = console_json(200, "POST", "/api/users/li/reset", boss, NULL);
	EXPECT_COUNT(console_status("GET", "/api/session", li, NULL), 401);
	EXPECT_COUNT(console_sign_in("li", json_text_of(code, "code"), "", li), 200);
	json_decref(code);
	EXPECT_COUNT(console_status("PUT", "/api/users/nobody", boss, "{\"display\":\"x\"}"), 404);
	EXPECT(console_audited(boss, "user.add") && console_audited(boss, "user.reset"));
	json_t *check = console_json(200, "GET", "/api/audit/check", boss, NULL);
	EXPECT(json_is_true(json_object_get(check, "ok")));
	json_decref(check);
	console_close();
}
