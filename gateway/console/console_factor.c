/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_handlers.h"
#include "console/console_inner.h"
#include "console/console_outcome.h"
#include "console/console_who.h"
#include "staff/own_factor.h"
#include "staff/password.h"

#include <stdio.h>

/* One's own second factor. */

#define CODE_OCTETS 16
#define ISSUER      "Hongyan"
#define URI_OCTETS  256

/* What authenticator apps take, as text or as QR code (Google's “Key Uri Format”). A user's name needs no escapes. */
static json_t *enrolment(const struct console_call *call, const char *secret)
{
	char uri[URI_OCTETS];
	snprintf(uri, sizeof uri, "otpauth://totp/" ISSUER ":%s?secret=%s&issuer=" ISSUER "&digits=%u&period=%u",
		 call->name, secret, TOTP_DIGITS, (unsigned)(TOTP_STEP_MS / MS_PER_S));
	json_t *answer = json_pack("{s:s,s:s}", "secret", secret, "uri", uri);
	password_forget(uri, sizeof uri);
	return answer;
}

void console_factor_post(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	char secret[TOTP_SECRET_OCTETS];
	unsigned wait_s = 0;
	const char *code = console_text(call->body, "code", CODE_OCTETS);
	if (code == NULL && json_object_get(call->body, "code") != NULL) {
		console_refuse(call, CONSOLE_INVALID);
		return;
	}
	enum staff_outcome outcome =
		own_factor_ask(call->db, &call->actor, call->now, slice_of(code), secret, &wait_s, &at);
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
	const char *code = console_text(call->body, "code", CODE_OCTETS);
	if (code == NULL) {
		console_refuse(call, CONSOLE_INVALID);
		return;
	}
	enum staff_outcome outcome = own_factor_prove(call->db, &call->actor, call->now, slice_of(code), &at);
	if (outcome == STAFF_OK)
		console_who_answer(call);
	else if (outcome == STAFF_INVALID || outcome == STAFF_WRONG_STATE)
		console_refuse(call, CONSOLE_WRONG_CODE);
	else
		console_outcome_refuse(call, outcome, &at);
}
