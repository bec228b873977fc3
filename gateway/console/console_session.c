/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_handlers.h"
#include "console/console_inner.h"
#include "console/console_outcome.h"
#include "console/console_test.h"
#include "console/console_who.h"
#include "staff/own_number.h"
#include "staff/password.h"
#include "staff/sign_in.h"
#include "staff/user.h"

#include <stdio.h>

#define NAME_OCTETS 64

void console_session_post(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	struct sign_in_answer answer = { .user = NULL };
	const char *name = console_text(call->body, "name", NAME_OCTETS);
	const char *password = console_text(call->body, "password", PASSWORD_OCTETS_MAX);
	const char *code;
	if (!console_code(call->body, &code) || name == NULL || password == NULL) {
		console_refuse(call, CONSOLE_INVALID);
		return;
	}
	const struct sign_in request = {
		.name = slice_of(name),
		.password = slice_of(password),
		.code = slice_of(code),
		.address = slice_of(call->address),
		.agent = slice_of(call->agent),
	};
	enum staff_outcome outcome = sign_in(call->db, &request, call->now, &answer, &at);
	call->retry_after_s = outcome == STAFF_TOO_SOON ? answer.retry_after_s : 0;
	if (outcome == STAFF_OK)
		console_who_enters(call, answer.session_id, answer.user);
	else if (outcome == STAFF_FORBIDDEN)
		console_refuse(call, strcmp(at.field, "code") == 0 ? CONSOLE_WRONG_FACTOR : CONSOLE_WRONG_SIGN_IN);
	else
		console_outcome_refuse(call, outcome, &at);
}

void console_session_get(struct console_call *call)
{
	console_answer(call, console_who_session(call));
}

void console_session_delete(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	enum staff_outcome outcome = session_end(call->db, &call->actor, call->now, slice_of(call->cookie), &at);
	if (outcome != STAFF_OK) {
		console_outcome_refuse(call, outcome, &at);
		return;
	}
	snprintf(call->session, sizeof call->session, "-");
	console_answer(call, json_pack("{s:b}", "done", 1));
}

static void refuse_password(struct console_call *call, enum staff_outcome outcome, const struct err_at *at)
{
	if (outcome == STAFF_FORBIDDEN)
		console_refuse_with(call, CONSOLE_OLD_PASSWORD, NULL, NULL);
	else if (outcome == STAFF_INVALID)
		console_refuse_with(call, CONSOLE_WEAK_PASSWORD, NULL, json_pack("{s:s}", "fault", at->field));
	else
		console_outcome_refuse(call, outcome, at);
}

void console_password_put(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	struct sign_in_answer answer = { .user = NULL };
	const char *old = console_text(call->body, "old", PASSWORD_OCTETS_MAX);
	const char *wanted = console_text(call->body, "new", PASSWORD_OCTETS_MAX);
	if (old == NULL || wanted == NULL) {
		console_refuse(call, CONSOLE_INVALID);
		return;
	}
	const struct sign_in request = {
		.name = slice_of(call->name),
		.password = slice_of(old),
		.address = slice_of(call->address),
		.agent = slice_of(call->agent),
	};
	enum staff_outcome outcome = sign_in_change(call->db, &request, slice_of(wanted), call->now, &answer, &at);
	call->retry_after_s = outcome == STAFF_TOO_SOON ? answer.retry_after_s : 0;
	if (outcome == STAFF_OK)
		console_who_enters(call, answer.session_id, answer.user);
	else
		refuse_password(call, outcome, &at);
}

void console_tongue_put(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	const char *tongue = console_text(call->body, "tongue", 2);
	enum staff_outcome outcome =
		user_set_tongue(call->db, slice_of(call->name), slice_of(tongue != NULL ? tongue : ""), &at);
	if (outcome == STAFF_OK)
		console_who_answer(call);
	else
		console_outcome_refuse(call, outcome, &at);
}

static const char code_source[] =
	"title: 验证码\nclass: critical\nmax_age: 10m\nparam code text \"验证码\" sample=123456\n---\n"
	"您的验证码是 {{code}}，10 分钟内有效，请勿告诉他人。";

/* The code goes the way of any test: what comes back has come over a real carrier. */
void console_number_put(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	char code[OWN_NUMBER_CODE_OCTETS], id[CONSOLE_TEST_ID_OCTETS];
	struct msisdn number;
	const char *text = console_text(call->body, "number", 32);
	if (text == NULL || msisdn_parse(slice_of(text), call->console->options.country, &number, &at) != ERR_OK) {
		console_refuse_with(call, CONSOLE_INVALID, text != NULL ? at.text : NULL, NULL);
		return;
	}
	if (!console_test_has_gateway(call))
		return;
	enum staff_outcome outcome = own_number_ask(call->db, &call->actor, call->now, &number, code, &at);
	if (outcome != STAFF_OK) {
		console_outcome_refuse(call, outcome, &at);
		return;
	}
	json_t *params = json_pack("{s:s}", "code", code);
	password_forget(code, sizeof code);
	if (params == NULL)
		console_refuse(call, CONSOLE_BUSY);
	else if (console_ask_again(call) && console_test_send(call, code_source, "zh-CN", params, number.digits, id))
		console_who_answer(call);
	json_decref(params);
}

void console_number_post(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	const char *code = console_text(call->body, "code", 16);
	if (code == NULL) {
		console_refuse(call, CONSOLE_INVALID);
		return;
	}
	enum staff_outcome outcome = own_number_prove(call->db, &call->actor, call->now, slice_of(code), &at);
	if (outcome == STAFF_OK)
		console_who_answer(call);
	else if (outcome == STAFF_INVALID || outcome == STAFF_WRONG_STATE)
		console_refuse(call, CONSOLE_WRONG_CODE);
	else
		console_outcome_refuse(call, outcome, &at);
}
