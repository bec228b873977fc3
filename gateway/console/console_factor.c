/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "console/console_handlers.h"
#include "console/console_inner.h"
#include "console/console_outcome.h"
#include "console/console_who.h"
#include "staff/own_factor.h"
#include "staff/password.h"

#include <ctype.h>
#include <stdio.h>

/* One's own second factor. */

#define ISSUER_OCTETS 800
#define URI_OCTETS    2048
#define FRESH_MS      (INT64_C(15) * 60 * MS_PER_S)

/* As hosts are within a URI: a port's colon has a meaning of its own in labels. */
static void put_host(struct buf *out, const char *origin)
{
	const char *host = strstr(origin, "://");
	for (const char *at = host != NULL ? host + 3 : ""; *at != '\0'; at++)
		buf_put_format(out, isalnum((unsigned char)*at) || *at == '.' || *at == '-' ? "%c" : "%%%02X",
			       (unsigned char)*at);
}

/* What authenticator apps take, as text or as QR code (Google's “Key Uri Format”); with the console's host, since people have a test system
 * too. A user's name needs no escapes. */
static json_t *enrolment(const struct console_call *call, const char *secret)
{
	char uri[URI_OCTETS], issuer[ISSUER_OCTETS];
	struct buf name = buf_over(issuer, sizeof issuer - 1);
	buf_put_text(&name, "Hongyan%20");
	put_host(&name, call->console->origin);
	issuer[name.len] = '\0';
	snprintf(uri, sizeof uri, "otpauth://totp/%s:%s?secret=%s&issuer=%s&digits=%u&period=%u", issuer, call->name,
		 secret, issuer, TOTP_DIGITS, (unsigned)(TOTP_STEP_MS / MS_PER_S));
	json_t *answer = json_pack("{s:s,s:s}", "secret", secret, "uri", uri);
	password_forget(uri, sizeof uri);
	return answer;
}

static struct own_factor_request request_of(const struct console_call *call, const char *code)
{
	return (struct own_factor_request){ .actor = &call->actor,
					    .session = slice_of(call->cookie),
					    .agent = slice_of(call->agent),
					    .code = slice_of(code) };
}

/* The first factor takes no code: so it takes a session that was opened with the password a moment ago. */
static bool is_fresh(const struct console_call *call)
{
	return own_factor_is_set(call->user) || call->now - call->session_created < FRESH_MS;
}

void console_factor_post(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	char secret[TOTP_SECRET_OCTETS];
	unsigned wait_s = 0;
	const char *code;
	if (!console_code(call->body, &code)) {
		console_refuse(call, CONSOLE_INVALID);
		return;
	}
	if (!is_fresh(call)) {
		console_refuse(call, CONSOLE_OLD_SESSION);
		return;
	}
	const struct own_factor_request request = request_of(call, code);
	enum staff_outcome outcome = own_factor_ask(call->db, &request, call->now, secret, &wait_s, &at);
	call->retry_after_s = wait_s;
	if (outcome == STAFF_OK)
		console_answer(call, enrolment(call, secret));
	else if (outcome == STAFF_INVALID)
		console_refuse(call, CONSOLE_WRONG_CODE);
	else
		console_outcome_refuse(call, outcome, &at);
	password_forget(secret, sizeof secret);
}

void console_factor_put(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	char session_id[SESSION_ID_OCTETS];
	json_t *user;
	const char *code;
	if (!console_code(call->body, &code) || code == NULL) {
		console_refuse(call, CONSOLE_INVALID);
		return;
	}
	const struct own_factor_request request = request_of(call, code);
	enum staff_outcome outcome = own_factor_prove(call->db, &request, call->now, session_id, &user, &at);
	if (outcome == STAFF_OK)
		console_who_enters(call, session_id, user);
	else if (outcome == STAFF_INVALID)
		console_refuse(call, CONSOLE_WRONG_CODE);
	else if (outcome == STAFF_FORBIDDEN)
		console_refuse(call, CONSOLE_NO_SESSION);
	else
		console_outcome_refuse(call, outcome, &at);
}
