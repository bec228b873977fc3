/* SPDX-License-Identifier: Apache-2.0 */
#include "model/country.h"

/* National significant numbers of mobile phones. China is checked by its leading digits too, since its fixed lines have
 * nearly the same lengths and take no SMS; elsewhere some fixed lines do, so lengths alone decide. */
static const struct country countries[] = {
	{ "CN", "86", "0", 11, 11, "13 14 15 16 17 18 19" },
	{ "AU", "61", "0", 9, 9, "" },
	{ "DE", "49", "0", 10, 11, "" },
	{ "FR", "33", "0", 9, 9, "" },
	{ "GB", "44", "0", 10, 10, "" },
	{ "HK", "852", "", 8, 8, "" },
	{ "IN", "91", "0", 10, 10, "" },
	{ "JP", "81", "0", 10, 10, "" },
	{ "KR", "82", "0", 9, 10, "" },
	{ "MO", "853", "", 8, 8, "" },
	{ "RU", "7", "8", 10, 10, "" },
	{ "SG", "65", "", 8, 8, "" },
	{ "TW", "886", "0", 9, 9, "" },
	{ "US", "1", "", 10, 10, "" },
};

#define COUNTRY_COUNT (sizeof countries / sizeof countries[0])

static char upper(char letter)
{
	return (char)(letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter);
}

const struct country *country_find(struct slice code)
{
	if (code.len != 2)
		return NULL;
	for (size_t i = 0; i < COUNTRY_COUNT; i++)
		if (upper(code.at[0]) == countries[i].code[0] && upper(code.at[1]) == countries[i].code[1])
			return &countries[i];
	return NULL;
}

/* Calling codes are free of prefixes (E.164 §6.2.1): at most one fits. */
const struct country *country_of_international(struct slice digits)
{
	for (size_t i = 0; i < COUNTRY_COUNT; i++)
		if (slice_starts(digits, slice_of(countries[i].calling)))
			return &countries[i];
	return NULL;
}

const char *country_codes(void)
{
	return "AU CN DE FR GB HK IN JP KR MO RU SG TW US";
}

static bool has_lead(const char *leads, struct slice national)
{
	for (const char *lead = leads; *lead != '\0';) {
		size_t len = strcspn(lead, " ");
		if (slice_starts(national, (struct slice){ lead, len }))
			return true;
		lead += len;
		lead += strspn(lead, " ");
	}
	return *leads == '\0';
}

enum national country_judge(const struct country *country, struct slice national)
{
	if (national.len < country->national_min || national.len > country->national_max)
		return NATIONAL_BAD_LENGTH;
	if (national.at[0] == '0')
		return NATIONAL_BAD_LEAD;
	return has_lead(country->mobile_leads, national) ? NATIONAL_MOBILE : NATIONAL_BAD_LEAD;
}
