/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "base/slice.h"

/* One-time codes: what somebody signs in with the first time, or after a reset. Four groups of five characters of an alphabet
 * without those that look alike, with hyphens between them: 100 bits. They are kept as passwords are (password_hash). */

#define ONE_TIME_CODE_OCTETS  24 /* “k7mqx-…”, with its NUL */
#define ONE_TIME_CODE_LIFE_MS (INT64_C(24) * 3600 * MS_PER_S)

/* Makes one, from the system's randomness. out: NUL-terminated; password_forget when it was told. */
void one_time_code_make(char out[static ONE_TIME_CODE_OCTETS]);

/* Whether a text has the form of one: then it is held against the user's code, not the password. Capitals do, as people type. */
bool one_time_code_has_form(struct slice text);

/* The code as it was made. text: has the form. out: NUL-terminated. */
void one_time_code_read(struct slice text, char out[static ONE_TIME_CODE_OCTETS]);
