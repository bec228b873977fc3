/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

#include <stdint.h>

/* How mobile numbers of a country are written; one row of a table. */
struct country {
	char code[3];         /* ISO 3166-1 alpha-2 */
	const char *calling;  /* country calling code, digits */
	const char *trunk;    /* prefix of a national number that is dropped (“0”), "" = none */
	uint8_t national_min; /* digits of a national mobile number without trunk prefix */
	uint8_t national_max;
	const char *mobile_leads; /* what a mobile number begins with: prefixes with a blank between; "" = anything */
};

/* The country of an ISO code (“CN”, either case), static storage; NULL where the table has none. */
const struct country *country_find(struct slice code);

/* The country whose calling code the digits of an international number begin with; NULL where the table has none. Of
 * countries that share a code the first of the table. */
const struct country *country_of_international(struct slice digits);

/* The codes of all countries of the table with blanks between, for messages. Static storage. */
const char *country_codes(void);

/* What a national number without trunk prefix is. */
enum national { NATIONAL_MOBILE, NATIONAL_BAD_LENGTH, NATIONAL_BAD_LEAD };

/* Holds digits against the country's row. */
enum national country_judge(const struct country *country, struct slice national);
