/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/one_time_code.h"

#include "base/check.h"

#include <ctype.h>
#include <sodium.h>

#define CHARACTERS (ONE_TIME_CODE_OCTETS - 1)
#define GROUP      5

/* Of digits and letters without 0 and o, 1 and l: 32. */
static const char alphabet[] = "23456789abcdefghijkmnpqrstuvwxyz";

_Static_assert(sizeof alphabet == 32 + 1, "a character of a code has 5 bits");

static bool is_hyphen_at(size_t i)
{
	return i % (GROUP + 1) == GROUP;
}

void one_time_code_make(char out[static ONE_TIME_CODE_OCTETS])
{
	CHECK(sodium_init() >= 0);
	for (size_t i = 0; i < CHARACTERS; i++)
		out[i] = is_hyphen_at(i) ? '-' : alphabet[randombytes_uniform(sizeof alphabet - 1)];
	out[CHARACTERS] = '\0';
}

bool one_time_code_has_form(struct slice text)
{
	if (text.len != CHARACTERS)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		int octet = tolower((unsigned char)text.at[i]);
		if (is_hyphen_at(i) ? octet != '-' : octet == '\0' || strchr(alphabet, octet) == NULL)
			return false;
	}
	return true;
}

void one_time_code_read(struct slice text, char out[static ONE_TIME_CODE_OCTETS])
{
	CHECK(text.len == CHARACTERS);
	for (size_t i = 0; i < text.len; i++)
		out[i] = (char)tolower((unsigned char)text.at[i]);
	out[CHARACTERS] = '\0';
}
