/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "base/slice.h"

#include <stdint.h>

#define MSISDN_DIGITS_MAX 15 /* E.164 §6.1 */

/* A phone number in international form without “+”: digits only, NUL-terminated. */
struct msisdn {
	char digits[MSISDN_DIGITS_MAX + 1];
	uint8_t len;
};

/* How national numbers of a country are written; one row of a table. */
struct country {
	char code[3];         /* ISO 3166-1 alpha-2 */
	const char *calling;  /* country calling code, digits */
	const char *trunk;    /* prefix of a national number that is dropped (“0”), "" = none */
	uint8_t national_min; /* digits of a national mobile number without trunk prefix */
	uint8_t national_max;
	const char *mobile_leads; /* what a mobile number begins with: blank-separated prefixes; a digit class is
				   * written out. "" = anything */
};

/* The country of an ISO code (“CN”), static storage; NULL where the table has none. */
const struct country *country_find(struct slice code);

/* Normalises what a producer wrote: blanks, “-”, “.”, “(”, “)”, NBSP and full-width digits are cleaned; E.164 with “+”
 * or “00”, the calling code with a full national number behind it, or the national form of the country.
 * country: borrowed. out: set on success only. at: says what is wrong with the number masked; may be NULL.
 * ERR_FORMAT for foreign characters, ERR_RANGE for lengths and numbers that take no SMS. */
MUST_CHECK enum err msisdn_parse(struct slice text, const struct country *country, struct msisdn *out,
				 struct err_at *at);

#define MSISDN_MASK_OCTETS 24

/* The number as logs may show it: the national part with its middle hidden (“139****0001”).
 * country: NULL keeps the international form. out: MSISDN_MASK_OCTETS, NUL-terminated. Returns the length. */
size_t msisdn_mask(const struct msisdn *msisdn, const struct country *country, char *out);
