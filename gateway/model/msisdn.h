/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "base/slice.h"
#include "model/country.h"

#include <stdint.h>

#define MSISDN_DIGITS_MAX 15 /* E.164 §6.1 */

/* A phone number in international form without “+”: digits only, NUL-terminated. */
struct msisdn {
	char digits[MSISDN_DIGITS_MAX + 1];
	uint8_t len;
};

/* Normalises what a producer wrote: blanks, “-”, “.”, “(”, “)”, NBSP and the full-width forms of these and of digits
 * and “+” are cleaned; then E.164 with “+” or “00”, the calling code with a full national number behind it, or the
 * national form of the country. A trunk prefix before a full national number is dropped.
 * text: at most 64 octets. country: borrowed. out: set on success only.
 * at: says what is wrong with the number masked, offset in text; may be NULL.
 * ERR_FORMAT for foreign characters and nothing at all, ERR_RANGE for lengths and numbers that take no SMS. */
MUST_CHECK enum err msisdn_parse(struct slice text, const struct country *country, struct msisdn *out,
				 struct err_at *at);

#define MSISDN_TAIL_DIGITS 10

/* The last digits of a number, by which it is the same number however much of its front (“+86”, “0”) somebody writes.
 * out: NUL-terminated. Returns the length; 0 where there are no digits. */
size_t msisdn_tail(struct slice text, char out[static MSISDN_TAIL_DIGITS + 1]);

#define MSISDN_MASK_OCTETS 24

/* The number as logs may show it: three digits, “****”, the last four. Of a number of the given country the national
 * part (“139****0001”), else the international form (“861****0001”). At least four digits stay hidden, so short
 * numbers show fewer in front. country: may be NULL. out: MSISDN_MASK_OCTETS, NUL-terminated. Returns the length. */
size_t msisdn_mask(const struct msisdn *msisdn, const struct country *country, char *out);

/* Copies text that came from outside, so that an error or a log line may show it: each run of seven or more digits
 * (blanks and “-” between them do not end it) is masked, control characters and malformed octets become “?”.
 * out: cap octets, cap >= 16, NUL-terminated, cut at a character with “…” behind. Returns the length. */
size_t msisdn_mask_text(struct slice text, char *out, size_t cap);

/* The same, but only what has the form of a mobile number of China, or stands behind “+”, is masked: account numbers and the
 * like stay readable. */
size_t msisdn_mask_mobiles(struct slice text, char *out, size_t cap);
