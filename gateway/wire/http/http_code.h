/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/outcome.h"
#include "wire/http/http_account.h"

/* What a provider's error code means to us. */

struct http_code {
	struct slice code; /* “*” at its end stands for any rest */
	const char *name;  /* the same, NUL-terminated, as long-lived as the account */
	enum outcome_class outcome_class;
	bool is_about_account; /* another account may take the same sms */
	bool is_about_phone;   /* one number of several is meant, and not for ever */
	uint16_t rest_s;       /* how long the account had better rest; 0 = not known */
	bool is_not_mine;      /* the number is another carrier's: about the account and the phone, too */
};

struct http_codes {
	const struct http_code *own; /* the operator's, looked at first */
	unsigned own_count;
	const char *preset; /* whose table in http_codes.def comes next; NULL = none */
};

/* Reads the operator's lines, “code=class”, “code=class account” or “code=not_mine”. preset: borrowed for good, or NULL.
 * arena: owns what is made. ERR_FORMAT, ERR_NOT_FOUND (class), ERR_FULL. */
MUST_CHECK enum err http_codes_read(struct http_lines lines, const char *preset, struct arena *arena,
				    struct http_codes *out, struct err_at *at);

/* The meaning of a code; NULL where it is not listed. The first row that fits counts. */
const struct http_code *http_code_find(const struct http_codes *codes, struct slice code);

/* What an HTTP status means where no code says more: RFC 9110 §15, RFC 6585. can_repeat: the provider knows a repeated
 * request by its idempotency key, so that one that failed half-way may be sent again. Never ACCEPTED. */
struct http_code http_code_of_status(unsigned status, bool can_repeat);
