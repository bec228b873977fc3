/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "world.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* A real “hongyan console” on a real Redis, and browsers of a kind: each has a cookie. */

extern uint16_t console_port;
extern struct process console_process;

struct reply {
	int status;
	char *octets; /* all of it, owned */
	const char *head;
	const char *body;
	json_t *json; /* the body where it is JSON, owned; else NULL */
};

/* Starts Redis and the console. more: lines of YAML for the configuration, inside of “console: { … }”; "" = none. root: further lines. */
void console_open(const char *more, const char *root);
void console_close(void);

/* The world and its Redis, before the console where its configuration needs a path in it. */
void console_prepare(void);

/* Sends octets as they are, hears all until the connection is closed. */
struct reply console_raw(const char *request, size_t len);

/* A request as a page of the console's sends it. cookie: "" = none. body: NULL = none. headers: further lines, each with CR LF; NULL =
 * those of a page of ours: Sec-Fetch-Site: same-origin. */
struct reply console_ask(const char *method, const char *path, const char *cookie, const char *body,
			 const char *headers);
void reply_free(struct reply *reply);

/* The status only. */
int console_status(const char *method, const char *path, const char *cookie, const char *body);

/* The same, must have that status; gives the JSON, to be freed. */
json_t *console_json(int want, const char *method, const char *path, const char *cookie, const char *body);

/* The value of a header; "" where there is none. */
const char *reply_header(const struct reply *reply, const char *name, char *out, size_t cap);

/* The text of a member. */
const char *json_text_of(const json_t *object, const char *key);

#define PASSWORD      "correct horse battery 7"
#define COOKIE_OCTETS 160

/* A user with these roles (“editor,approver”), made on the command line or by an admin, who has signed in and chosen PASSWORD. cookie: of
 * his session. */
void console_user(const char *name, const char *roles, char cookie[static COOKIE_OCTETS]);

/* Signs in; the status; cookie is set where it is 200. */
int console_sign_in(const char *name, const char *password, const char *before, char cookie[static COOKIE_OCTETS]);

/* Makes the one session older, as Redis has it: “seen”, “created”. */
void console_age_session(const char *member, long long by_ms);

/* True where the audit log has an entry of that action. */
bool console_audited(const char *cookie, const char *action);

/* Scenarios of the other files. */
void console_sign_in_works(void);
void console_sign_in_flood(void);
void console_second_factor(void);
void console_sessions_end(void);
void console_matrix(void);
void console_cross_site(void);
void console_limits(void);
void console_headers(void);
void console_users_page(void);
void console_life(void);
void console_preview(void);
void console_two_editors(void);
void console_streams(void);
void console_redis(void);
void console_numbers(void);
void console_tests(void);
void console_addresses(void);
void console_hashes(void);
void console_secrets(void);
void console_cores(void);
