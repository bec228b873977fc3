/* SPDX-License-Identifier: Apache-2.0 */
#include "app/range_pattern.h"

#include <criterion/criterion.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The pattern for a range in POSIX' words, which have no “(?:”. */
static void compile(uint64_t least, uint64_t most, regex_t *out)
{
	char text[1024] = "^";
	char pattern[1024];
	struct buf buf = buf_over(pattern, sizeof pattern - 1);
	range_pattern_put(least, most, &buf);
	cr_assert_not(buf.full);
	pattern[buf.len] = '\0';
	size_t len = 1;
	for (const char *at = pattern; *at; at++) {
		text[len++] = *at;
		if (strncmp(at, "(?:", 3) == 0)
			at += 2;
	}
	snprintf(text + len, sizeof text - len, "$");
	cr_assert_eq(regcomp(out, text, REG_EXTENDED | REG_NOSUB), 0, "%s", text);
}

static bool takes(const regex_t *regex, const char *text)
{
	return regexec(regex, text, 0, NULL, 0) == 0;
}

Test(range_pattern, takes_the_range_and_nothing_else)
{
	static const struct {
		uint64_t least, most;
	} rows[] = { { 0, 0 },     { 0, 9 },       { 1, 9 },      { 5, 5 },      { 0, 10 },
		     { 7, 10 },    { 1, 60 },      { 1, 600 },    { 9, 11 },     { 10, 99 },
		     { 12, 1999 }, { 99, 101 },    { 100, 2000 }, { 123, 456 },  { 129, 131 },
		     { 0, 1234 },  { 1000, 1000 }, { 109, 190 },  { 1099, 1100 } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		regex_t regex;
		compile(rows[i].least, rows[i].most, &regex);
		for (uint64_t n = 0; n <= 2500; n++) {
			char text[24];
			snprintf(text, sizeof text, "%llu", (unsigned long long)n);
			cr_expect_eq(takes(&regex, text), n >= rows[i].least && n <= rows[i].most, "%s of %llu to %llu",
				     text, (unsigned long long)rows[i].least, (unsigned long long)rows[i].most);
		}
		cr_expect_not(takes(&regex, ""));
		cr_expect_not(takes(&regex, "01"));
		cr_expect_not(takes(&regex, "1x"));
		regfree(&regex);
	}
}

Test(range_pattern, large_numbers)
{
	regex_t regex;
	compile(100, 31536000000, &regex);
	static const struct {
		const char *text;
		bool want;
	} rows[] = { { "99", false },          { "100", true },          { "31536000000", true },
		     { "31536000001", false }, { "31535999999", true },  { "4000000000", true },
		     { "40000000000", false }, { "100000000000", false } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(takes(&regex, rows[i].text), rows[i].want, "%s", rows[i].text);
	regfree(&regex);
}
