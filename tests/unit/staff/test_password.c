/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/password.h"

#include "staff/one_time_code.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <time.h>

Test(password, what_is_refused_and_why)
{
	static const struct {
		const char *password;
		enum password_fault want;
	} rows[] = {
		{ "", PASSWORD_SHORT },
		{ "kT7#vQ2", PASSWORD_SHORT },
		{ "七个字的密码吧", PASSWORD_SHORT }, /* characters count, not octets */
		{ "八个字的密码可以", PASSWORD_FINE },
		{ "kT7#vQ2m", PASSWORD_FINE },
		{ "four words without rules", PASSWORD_FINE },
		{ "corecthorsebaterystaple", PASSWORD_FINE },
		{ "password", PASSWORD_COMMON },
		{ "PassWord", PASSWORD_COMMON },
		{ "password2026", PASSWORD_COMMON },
		{ "!Dianwang95598", PASSWORD_COMMON },
		{ "5201314qq", PASSWORD_COMMON },
		{ "woaini1314520", PASSWORD_COMMON },
		{ "1qaz2wsx3edc", PASSWORD_COMMON },
		{ "zhangsan2026", PASSWORD_OWN_NAME },
		{ "ZHANGSANzhangsan", PASSWORD_OWN_NAME },
		{ "张三丰12 34", PASSWORD_OWN_NAME },
		{ "hongyan+2026", PASSWORD_COMMON },
		{ "x-hongyan-7!", PASSWORD_OWN_NAME },
		{ "zhangsan likes rivers", PASSWORD_FINE },
		{ "aaaaaaaaaaaaaaaaaaaa", PASSWORD_REPEATED },
		{ "k7xk7xk7xk7x", PASSWORD_REPEATED },
		{ "密码密码密码密码", PASSWORD_REPEATED },
		{ "cdefghijklmnopqrstuvw", PASSWORD_SEQUENCE },
		{ "98765432109876", PASSWORD_SEQUENCE },
		{ "dfghjkl;89", PASSWORD_SEQUENCE },
		{ "mnop4567tuvw", PASSWORD_SEQUENCE },
		{ "new\nline and more", PASSWORD_MALFORMED },
		{ "broken \xff octets", PASSWORD_MALFORMED },
		{ "k7mqx-23abc-zzzzz-abcde", PASSWORD_CODE_FORM },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		enum password_fault fault =
			password_judge(slice_of(rows[i].password), SLICE("zhangsan"), SLICE("张三丰"));
		cr_expect_eq(fault, rows[i].want, "“%s” is %s", rows[i].password, password_fault_name(fault));
		cr_expect_neq(*password_fault_text(fault, i % 2 == 0), '\0');
	}
	char longest[PASSWORD_OCTETS_MAX + 1];
	for (size_t i = 0; i < sizeof longest; i++)
		longest[i] = (char)('!' + (i * i + i / 7) % 90);
	cr_expect_eq(password_judge((struct slice){ longest, 128 }, SLICE("li"), SLICE("")), PASSWORD_FINE);
	cr_expect_eq(password_judge((struct slice){ longest, 129 }, SLICE("li"), SLICE("")), PASSWORD_LONG);
	cr_expect_eq(password_judge((struct slice){ longest, sizeof longest }, SLICE("li"), SLICE("")), PASSWORD_LONG);
}

Test(password, fifteen_characters_are_advised)
{
	cr_assert_not(password_is_advised(SLICE("kT7#vQ2mkT7#vQ")));
	cr_assert(password_is_advised(SLICE("kT7#vQ2mkT7#vQ2")));
}

Test(password, is_kept_as_argon2id_and_found_again)
{
	char hash[PASSWORD_HASH_OCTETS];
	char other[PASSWORD_HASH_OCTETS];
	cr_assert_eq(password_hash(SLICE("four words without rules"), hash), ERR_OK);
	cr_assert_eq(password_hash(SLICE("four words without rules"), other), ERR_OK);
	cr_assert(strncmp(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31) == 0, "%s", hash);
	cr_assert_str_neq(hash, other, "each has a salt of its own");
	cr_assert(password_is(SLICE("four words without rules"), hash));
	cr_assert_not(password_is(SLICE("Four words without rules"), hash));
	cr_assert_not(password_is(SLICE(""), hash));
	cr_assert_not(password_is(SLICE("four words without rules"), "four words without rules"));
}

Test(password, of_nobody_is_always_wrong_and_costs_the_same)
{
	char hash[PASSWORD_HASH_OCTETS];
	char longest[2 * PASSWORD_OCTETS_MAX];
	struct timespec from, to;
	memset(longest, 'x', sizeof longest);
	cr_assert_eq(password_hash(SLICE("four words without rules"), hash), ERR_OK);
	const struct {
		struct slice password;
		const char *hash;
	} rows[] = { { SLICE("another password"), hash },
		     { SLICE("another password"), "" },
		     { SLICE("another password"), NULL },
		     { { longest, sizeof longest }, hash } };
	long taken_us[4];
	for (size_t i = 0; i < 4; i++) {
		unsigned long before = password_work_count();
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
		cr_assert_not(password_is(rows[i].password, rows[i].hash));
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
		cr_assert_eq(password_work_count(), before + 1);
		taken_us[i] = (to.tv_sec - from.tv_sec) * 1000000 + (to.tv_nsec - from.tv_nsec) / 1000;
	}
	/* Far from exact, since other processes share the caches: that the work is left out would show by a factor of 1000. */
	for (size_t i = 1; i < 4; i++)
		cr_assert_gt(taken_us[i], taken_us[0] / 5, "%ld µs instead of %ld", taken_us[i], taken_us[0]);
}

Test(password, one_time_codes_have_a_form_of_their_own)
{
	char code[ONE_TIME_CODE_OCTETS];
	char other[ONE_TIME_CODE_OCTETS];
	one_time_code_make(code);
	one_time_code_make(other);
	cr_assert_str_neq(code, other);
	cr_assert(one_time_code_has_form(slice_of(code)), "%s", code);
	for (size_t i = 0; i < sizeof code; i++)
		other[i] = (char)toupper((unsigned char)code[i]);
	cr_assert(one_time_code_has_form(slice_of(other)));
	one_time_code_read(slice_of(other), other);
	cr_assert_str_eq(other, code);
	static const char *const wrong[] = { "", "k7mqx-23abc-zzzzz-abcd", "k7mqx-23abc-zzzzz-abcdef",
					     "k7mqx_23abc-zzzzz-abcde", "k7mq0-23abc-zzzzz-abcde" };
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		cr_assert_not(one_time_code_has_form(slice_of(wrong[i])), "%s", wrong[i]);
}

Test(password, what_is_forgotten_is_gone)
{
	char text[] = "four words without rules";
	password_forget(text, sizeof text);
	for (size_t i = 0; i < sizeof text; i++)
		cr_assert_eq(text[i], 0);
}
