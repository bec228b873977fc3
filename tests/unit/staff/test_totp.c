/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/totp.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* The secret of RFC 6238, appendix B: “12345678901234567890”. */
#define SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
#define SECOND INT64_C(1000)

/* Appendix B has eight digits; the last six are those of six. */
static const struct {
	int64_t second;
	const char *code;
} vectors[] = {
	{ 59, "287082" },         { 1111111109, "081804" }, { 1111111111, "050471" },
	{ 1234567890, "005924" }, { 2000000000, "279037" }, { INT64_C(20000000000), "353130" },
};

Test(totp, codes_are_those_of_the_rfc)
{
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		char code[TOTP_DIGITS + 1];
		int64_t step;
		cr_assert(totp_code(SECRET, vectors[i].second / 30, code));
		cr_assert_str_eq(code, vectors[i].code);
		cr_assert(totp_is(SECRET, slice_of(code), vectors[i].second * SECOND, 0, &step));
		cr_assert_eq(step, vectors[i].second / 30);
	}
}

Test(totp, a_code_is_good_for_one_step_before_and_behind)
{
	static const struct {
		int64_t away; /* steps */
		bool is_good;
	} rows[] = { { -2, false }, { -1, true }, { 0, true }, { 1, true }, { 2, false } };
	wall_ms now = 1234567890 * SECOND;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char code[TOTP_DIGITS + 1];
		int64_t step = 0;
		cr_assert(totp_code(SECRET, now / TOTP_STEP_MS + rows[i].away, code));
		cr_assert_eq(totp_is(SECRET, slice_of(code), now, 0, &step), rows[i].is_good, "%d steps away",
			     (int)rows[i].away);
		if (rows[i].is_good)
			cr_assert_eq(step, now / TOTP_STEP_MS + rows[i].away);
	}
}

Test(totp, a_code_is_good_once)
{
	int64_t step, next;
	char code[TOTP_DIGITS + 1];
	wall_ms now = 1234567890 * SECOND;
	cr_assert(totp_is(SECRET, SLICE("005924"), now, 0, &step));
	cr_assert_not(totp_is(SECRET, SLICE("005924"), now, step, &next), "the same once more");
	cr_assert(totp_code(SECRET, step - 1, code));
	cr_assert_not(totp_is(SECRET, slice_of(code), now, step, &next), "the one before");
	cr_assert(totp_code(SECRET, step + 1, code));
	cr_assert(totp_is(SECRET, slice_of(code), now, step, &next), "the one behind");
}

Test(totp, what_is_no_code_is_none)
{
	static const char *const texts[] = {
		"", " ", "00592", "0059244", "00592x", "005924x", "-05924", "+05924", "0x5924", "005 92", "००५९२४",
	};
	int64_t step;
	wall_ms now = 1234567890 * SECOND;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		cr_assert_not(totp_is(SECRET, slice_of(texts[i]), now, 0, &step), "“%s”", texts[i]);
	cr_assert(totp_is(SECRET, SLICE("005 924"), now, 0, &step));
	cr_assert(totp_is(SECRET, SLICE(" 005924 "), now, 0, &step));
}

Test(totp, what_is_no_secret_has_no_codes)
{
	static const char *const secrets[] = {
		"", "GEZDGNBV", "gezdgnbvgy3tqojqgezdgnbvgy3tqojq", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1", SECRET "A",
	};
	char code[TOTP_DIGITS + 1];
	int64_t step;
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
		cr_assert_not(totp_code(secrets[i], 1, code), "“%s”", secrets[i]);
		for (unsigned guess = 0; guess < 1000; guess++) {
			snprintf(code, sizeof code, "%06u", guess);
			cr_assert_not(totp_is(secrets[i], slice_of(code), 1234567890 * SECOND, 0, &step));
		}
	}
}

Test(totp, secrets_are_160_bits_and_others_each_time)
{
	char first[TOTP_SECRET_OCTETS], second[TOTP_SECRET_OCTETS], code[TOTP_DIGITS + 1];
	totp_secret_make(first);
	totp_secret_make(second);
	cr_assert_eq(strlen(first), 32);
	cr_assert_str_neq(first, second);
	cr_assert(totp_code(first, 1, code));
	cr_assert_eq(strspn(first, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), 32);
}
