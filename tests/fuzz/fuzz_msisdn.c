/* SPDX-License-Identifier: Apache-2.0 */
/* A phone number as a producer may write it. The first octet chooses the country. */
#include "base/check.h"
#include "base/utf8.h"
#include "model/msisdn.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

/* Fewer than seven digits in a row: no phone number. */
static void check_masked(const char *text)
{
	size_t run = 0;
	for (; *text != '\0'; text++) {
		run = *text >= '0' && *text <= '9' ? run + 1 : 0;
		CHECK(run < 7);
	}
}

/* What was accepted is E.164, and reads as the same number in the forms that it may be written in. */
static void check_number(const struct msisdn *msisdn, const struct country *country)
{
	char text[2 + MSISDN_DIGITS_MAX + 1] = "+";
	char masked[MSISDN_MASK_OCTETS];
	struct msisdn again;
	CHECK(msisdn->len >= 8 && msisdn->len <= MSISDN_DIGITS_MAX);
	CHECK(strspn(msisdn->digits, "0123456789") == msisdn->len && strlen(msisdn->digits) == msisdn->len);
	CHECK(msisdn->digits[0] != '0');
	memcpy(text + 1, msisdn->digits, msisdn->len);
	CHECK(msisdn_parse(slice_of(text), country, &again, NULL) == ERR_OK);
	CHECK(memcmp(&again, msisdn, sizeof again) == 0);
	memcpy(text, "00", 2);
	memcpy(text + 2, msisdn->digits, msisdn->len);
	CHECK(msisdn_parse(slice_of(text), country, &again, NULL) == ERR_OK);
	CHECK(memcmp(&again, msisdn, sizeof again) == 0);
	CHECK(msisdn_mask(msisdn, country, masked) < MSISDN_MASK_OCTETS);
	check_masked(masked);
	CHECK(msisdn_mask(msisdn, NULL, masked) < MSISDN_MASK_OCTETS);
	check_masked(masked);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	if (len == 0)
		return 0;
	const char *codes = country_codes();
	size_t code_count = (strlen(codes) + 1) / 3;
	const struct country *country = country_find((struct slice){ codes + octets[0] % code_count * 3, 2 });
	struct slice text = { (const char *)octets + 1, len - 1 };
	struct msisdn msisdn;
	struct err_at at = { 0 };
	enum err err = msisdn_parse(text, country, &msisdn, &at);
	CHECK(err == at.err);
	if (err == ERR_OK)
		check_number(&msisdn, country);
	else
		check_masked(at.text);

	char shown[64];
	size_t shown_len = msisdn_mask_text(text, shown, 16 + octets[0] % 49);
	CHECK(shown_len < 16u + octets[0] % 49 && strlen(shown) == shown_len);
	CHECK(utf8_valid(shown, shown_len) == shown_len);
	check_masked(shown);
	return 0;
}
