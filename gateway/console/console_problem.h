/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What may be wrong with a request, said in both tongues. */
enum console_problem {
	CONSOLE_NO_SESSION,
	CONSOLE_WRONG_SIGN_IN,
	CONSOLE_MUST_CHANGE,
	CONSOLE_NO_PERMISSION,
	CONSOLE_CROSS_SITE,
	CONSOLE_OWN_TEXT,
	CONSOLE_NOT_JSON,
	CONSOLE_MALFORMED,
	CONSOLE_INVALID,
	CONSOLE_INVALID_TEXT,
	CONSOLE_WEAK_PASSWORD,
	CONSOLE_OLD_PASSWORD,
	CONSOLE_WRONG_CODE,
	CONSOLE_NOT_FOUND,
	CONSOLE_STATE,
	CONSOLE_EXISTS,
	CONSOLE_LAST_ADMIN,
	CONSOLE_NO_NUMBER,
	CONSOLE_NO_GATEWAY,
	CONSOLE_BASE_CHANGED,
	CONSOLE_STALE,
	CONSOLE_NEEDS_MATCH,
	CONSOLE_LOCKED,
	CONSOLE_BACKOFF,
	CONSOLE_TOO_OFTEN,
	CONSOLE_UNREACHABLE,
	CONSOLE_NO_HISTORY,
	CONSOLE_BUSY,
	CONSOLE_FAILED,
	CONSOLE_PROBLEM_COUNT
};

struct console_problem_words {
	unsigned status;
	const char *code; /* for programs */
	const char *zh;
	const char *en;
};

/* Static storage. */
const struct console_problem_words *console_problem_words(enum console_problem problem);
