/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "base/slice.h"

/* Time-based one-time passwords (RFC 6238 over RFC 4226): a phone and this program share a secret, and both make a number of six digits
 * of it and of the time, every 30 s another one. HMAC-SHA-1, which is what all apps for it take. Pure; the time is given. */

#define TOTP_SECRET_OCTETS 33 /* 160 bits (RFC 4226 §4, R6) in base32 (RFC 4648 §6) without padding, with its NUL */
#define TOTP_DIGITS        6
#define TOTP_STEP_MS       (INT64_C(30) * MS_PER_S)
#define TOTP_DRIFT         1 /* steps that the phone's clock may be before or behind (RFC 6238 §5.2) */

/* Makes a secret, from the system's randomness. out: NUL-terminated; password_forget when it was told. */
void totp_secret_make(char out[static TOTP_SECRET_OCTETS]);

/* Whether code is one of the secret's about now, of a step behind after: a code is good once (RFC 6238 §5.2). code: blanks in it do no harm.
 * after: the last step whose code was taken; 0 = none. step: whose code it is; set where it is one only. A secret that this program has not
 * made has no codes. */
bool totp_is(const char *secret, struct slice code, wall_ms now, int64_t after, int64_t *step);

/* The code of a step, for tests and for whoever plays the phone. secret: as totp_secret_make has them. False: it is none, or there is no
 * memory for libcrypto. */
bool totp_code(const char *secret, int64_t step, char out[static TOTP_DIGITS + 1]);
