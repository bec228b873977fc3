/* SPDX-License-Identifier: Apache-2.0 */
/* The pattern of a range of numbers, for the configuration's schema: three numbers, decimal, with blanks between. The first two are the range
 * in any order; the third is in it just where the pattern takes it. */
#include "app/range_pattern.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/number.h"

#include <inttypes.h>
#include <regex.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

#define PATTERN_OCTETS 4096

static bool is_taken(const regex_t *regex, uint64_t number)
{
	char digits[24];
	snprintf(digits, sizeof digits, "%" PRIu64, number);
	return regexec(regex, digits, 0, NULL, 0) == 0;
}

/* POSIX has no groups that remember nothing; those that do will do. */
static void compile(struct slice pattern, regex_t *out)
{
	char text[PATTERN_OCTETS + 4] = "^";
	size_t len = 1;
	for (size_t i = 0; i < pattern.len; i++) {
		text[len++] = pattern.at[i];
		if (slice_starts((struct slice){ pattern.at + i, pattern.len - i }, SLICE("(?:")))
			i += 2;
	}
	text[len++] = '$';
	text[len] = '\0';
	CHECK(regcomp(out, text, REG_EXTENDED | REG_NOSUB) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	uint64_t numbers[3] = { 0, 0, 0 };
	struct slice rest = { (const char *)octets, len };
	for (unsigned i = 0; i < 3; i++) {
		if (!number_parse(slice_cut(&rest, ' '), UINT64_MAX, &numbers[i]))
			return 0;
	}
	uint64_t least = numbers[0] < numbers[1] ? numbers[0] : numbers[1];
	uint64_t most = numbers[0] < numbers[1] ? numbers[1] : numbers[0];
	char pattern[PATTERN_OCTETS];
	struct buf buf = buf_over(pattern, sizeof pattern);
	range_pattern_put(least, most, &buf);
	CHECK(!buf.full);
	regex_t regex;
	compile(buf_slice(&buf), &regex);
	const uint64_t probes[] = { numbers[2], least, most, least - 1, most + 1, least / 10, most / 10, least + 9 };
	for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
		CHECK(is_taken(&regex, probes[i]) == (probes[i] >= least && probes[i] <= most));
	regfree(&regex);
	return 0;
}
