/* SPDX-License-Identifier: Apache-2.0 */
#include "model/msisdn.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/utf8.h"

/* Nearly all numbers are the eleven bare digits of a Chinese one: those are taken at once. All others are cleaned into
 * digits, then tried as international, national and calling-code form in turn; only a number that none of them takes
 * is looked at again for its reason. */

#define MSISDN_TEXT_MAX   64
#define MSISDN_DIGITS_MIN 8 /* of an international number whose country the table lacks */
#define CLEAN_MAX         24

/* The digits of what was written. */
struct clean {
	char digits[CLEAN_MAX];
	unsigned len;
	bool has_plus;
};

static bool is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

/* Full-width forms stand in a row like the ASCII characters, U+FF01 for “!”. */
static uint32_t narrow(uint32_t code)
{
	if (code >= 0xFF01 && code <= 0xFF5E)
		return code - 0xFF01 + '!';
	return code == 0x3000 || code == 0xA0 || code == '\t' ? ' ' : code;
}

static bool is_filler(uint32_t code)
{
	return code == ' ' || code == '-' || code == '.' || code == '(' || code == ')';
}

/* Shows the first three and last four of count digits, and never all but fewer than four. */
static void put_masked(struct buf *buf, const char *first, const char *last, size_t count)
{
	size_t tail = count >= 8 ? 4 : count > 4 ? count - 4 : 0;
	size_t head = count >= 11 ? 3 : count > 8 ? count - 8 : 0;
	char shown[3 + 4 + 4];
	memcpy(shown, first, head);
	memcpy(shown + head, "****", 4);
	memcpy(shown + head + 4, last + (4 - tail), tail);
	buf_put(buf, shown, head + 4 + tail);
}

static const char *mask(const char *digits, size_t len, char *out)
{
	char last[4] = { 0 };
	for (size_t i = 0; i < 4 && i < len; i++)
		last[3 - i] = digits[len - 1 - i];
	struct buf buf = buf_over(out, MSISDN_MASK_OCTETS - 1);
	put_masked(&buf, digits, last, len);
	out[buf.len] = '\0';
	return out;
}

static enum err foreign_character(struct err_at *at, size_t offset, uint32_t code)
{
	if (code > ' ' && code < 0x7F)
		return err_at_set(at, ERR_FORMAT, offset, NULL, "“%c” does not belong in a phone number", (int)code);
	return err_at_set(at, ERR_FORMAT, offset, NULL, "the character U+%04X does not belong in a phone number",
			  (unsigned)code);
}

static enum err clean(struct slice text, struct clean *out, struct err_at *at)
{
	if (text.len > MSISDN_TEXT_MAX)
		return err_at_set(at, ERR_RANGE, 0, NULL, "is %zu octets long; a phone number has at most %d digits",
				  text.len, MSISDN_DIGITS_MAX);
	for (size_t i = 0; i < text.len;) {
		uint32_t code;
		size_t used = utf8_decode(text.at + i, text.len - i, &code);
		if (used == 0)
			return err_at_set(at, ERR_FORMAT, i, NULL, "is not valid UTF-8");
		uint32_t plain = narrow(code);
		if (is_digit(plain)) {
			if (out->len == CLEAN_MAX)
				return err_at_set(at, ERR_RANGE, i, NULL,
						  "has more than %d digits; a phone number has at most %d", CLEAN_MAX,
						  MSISDN_DIGITS_MAX);
			out->digits[out->len++] = (char)plain;
		} else if (plain == '+' && out->len == 0 && !out->has_plus) {
			out->has_plus = true;
		} else if (!is_filler(plain)) {
			return foreign_character(at, i, code);
		}
		i += used;
	}
	if (out->len == 0)
		return err_at_set(at, ERR_FORMAT, 0, NULL, "has no digits");
	return ERR_OK;
}

/* Numbers that China has but that no SMS reaches, or that are dialled with something in front. */
static const struct refusal {
	const char *lead;
	uint8_t len_min;
	uint8_t len_max;
	const char *reason;
} refusals_cn[] = {
	{ "17951", 16, 16, "begins with the dialling code 17951; give the number without it" },
	{ "12593", 16, 16, "begins with the dialling code 12593; give the number without it" },
	{ "17911", 16, 16, "begins with the dialling code 17911; give the number without it" },
	{ "17909", 16, 16, "begins with the dialling code 17909; give the number without it" },
	{ "10", 3, 11, "is a service number, which takes no SMS" },
	{ "11", 3, 8, "is a service number, which takes no SMS" },
	{ "12", 3, 8, "is a service number, which takes no SMS" },
	{ "95", 5, 9, "is a service number, which takes no SMS" },
	{ "400", 10, 10, "is a service number, which takes no SMS" },
	{ "800", 10, 10, "is a service number, which takes no SMS" },
	{ "1", 12, 13, "is the number of a machine (IoT), which takes no SMS" },
	{ "0", 10, 12, "is a fixed line, which takes no SMS" },
	{ "", 7, 8, "is a fixed line without its area code, which takes no SMS" },
};

/* Says why a national number is none, or why an international one is not of its country. */
static enum err refuse(const struct country *country, struct slice national, struct err_at *at)
{
	char masked[MSISDN_MASK_OCTETS];
	mask(national.at, national.len, masked);
	size_t refusal_count = strcmp(country->code, "CN") == 0 ? sizeof refusals_cn / sizeof refusals_cn[0] : 0;
	for (size_t i = 0; i < refusal_count; i++) {
		const struct refusal *refusal = &refusals_cn[i];
		if (national.len >= refusal->len_min && national.len <= refusal->len_max &&
		    slice_starts(national, slice_of(refusal->lead)))
			return err_at_set(at, ERR_RANGE, 0, NULL, "%s %s", masked, refusal->reason);
	}
	if (slice_starts(national, SLICE("0")) && strcmp(country->trunk, "0") == 0)
		national = (struct slice){ national.at + 1, national.len - 1 };
	char digits[16];
	struct buf buf = buf_over(digits, sizeof digits - 1);
	buf_put_uint(&buf, country->national_min);
	if (country->national_max != country->national_min) {
		buf_put_text(&buf, " or ");
		buf_put_uint(&buf, country->national_max);
	}
	digits[buf.len] = '\0';
	if (slice_starts(national, SLICE("0")))
		return err_at_set(at, ERR_RANGE, 0, NULL, "%s begins with 0, as no mobile number of %s does", masked,
				  country->code);
	if (country_judge(country, national) == NATIONAL_BAD_LEAD)
		return err_at_set(at, ERR_RANGE, 0, NULL, "%s is no mobile number of %s, which begin with %s", masked,
				  country->code, country->mobile_leads);
	return err_at_set(at, ERR_RANGE, 0, NULL, "%s has %zu digits; a mobile number of %s has %s", masked,
			  national.len, country->code, digits);
}

/* The national number without its trunk prefix, where one stands before a full number. */
static struct slice without_trunk(const struct country *country, struct slice national)
{
	struct slice trunk = slice_of(country->trunk);
	if (trunk.len == 0 || !slice_starts(national, trunk))
		return national;
	struct slice rest = { national.at + trunk.len, national.len - trunk.len };
	return country_judge(country, rest) == NATIONAL_MOBILE ? rest : national;
}

static void compose(const char *calling, struct slice national, struct msisdn *out)
{
	size_t calling_len = strlen(calling);
	CHECK(calling_len + national.len <= MSISDN_DIGITS_MAX);
	memset(out->digits, 0, sizeof out->digits);
	memcpy(out->digits, calling, calling_len);
	memcpy(out->digits + calling_len, national.at, national.len);
	out->len = (uint8_t)(calling_len + national.len);
}

/* digits: behind “+” or “00”. */
static enum err parse_international(struct slice digits, struct msisdn *out, struct err_at *at)
{
	const struct country *country = country_of_international(digits);
	if (country != NULL) {
		size_t calling_len = strlen(country->calling);
		struct slice national = { digits.at + calling_len, digits.len - calling_len };
		national = without_trunk(country, national);
		if (country_judge(country, national) != NATIONAL_MOBILE)
			return refuse(country, national, at);
		compose(country->calling, national, out);
		return ERR_OK;
	}
	char masked[MSISDN_MASK_OCTETS];
	if (digits.len == 0 || digits.at[0] == '0')
		return err_at_set(at, ERR_RANGE, 0, NULL, "has no country code behind “+” or “00”");
	if (digits.len < MSISDN_DIGITS_MIN || digits.len > MSISDN_DIGITS_MAX)
		return err_at_set(at, ERR_RANGE, 0, NULL, "%s has %zu digits; an international number has %d to %d",
				  mask(digits.at, digits.len, masked), digits.len, MSISDN_DIGITS_MIN,
				  MSISDN_DIGITS_MAX);
	compose("", digits, out);
	return ERR_OK;
}

/* Bare digits: the national form first, since a calling code in front makes a number longer than any national one. */
static enum err parse_bare(struct slice digits, const struct country *country, struct msisdn *out, struct err_at *at)
{
	struct slice national = without_trunk(country, digits);
	bool is_national = country_judge(country, national) == NATIONAL_MOBILE;
	if (!is_national && slice_starts(digits, slice_of(country->calling))) {
		size_t calling_len = strlen(country->calling);
		struct slice rest = { digits.at + calling_len, digits.len - calling_len };
		if (country_judge(country, rest) == NATIONAL_MOBILE) {
			national = rest;
			is_national = true;
		}
	}
	if (!is_national)
		return refuse(country, national, at);
	compose(country->calling, national, out);
	return ERR_OK;
}

/* True for eleven bare digits of a Chinese mobile number. Eight octets are tested at a time: adding 0x46 sets the top bit
 * above “9”, taking away 0x30 sets it below “0”. */
static bool is_plain_cn(struct slice text, const struct country *country)
{
	if (text.len != 11 || country->code[0] != 'C' || country->code[1] != 'N')
		return false;
	uint64_t front;
	uint64_t back;
	memcpy(&front, text.at, 8);
	memcpy(&back, text.at + 3, 8);
	uint64_t odd = (front + 0x4646464646464646u) | (front - 0x3030303030303030u) | (back + 0x4646464646464646u) |
		       (back - 0x3030303030303030u) | front | back;
	return (odd & 0x8080808080808080u) == 0 && text.at[0] == '1' && text.at[1] >= '3';
}

enum err msisdn_parse(struct slice text, const struct country *country, struct msisdn *out, struct err_at *at)
{
	CHECK(country != NULL);
	if (is_plain_cn(text, country)) {
		memcpy(out->digits, "86", 2);
		memcpy(out->digits + 2, text.at, 11);
		memset(out->digits + 13, 0, sizeof out->digits - 13);
		out->len = 13;
		return ERR_OK;
	}
	struct clean cleaned = { .len = 0 };
	enum err err = clean(text, &cleaned, at);
	if (err)
		return err;
	struct slice digits = { cleaned.digits, cleaned.len };
	if (!cleaned.has_plus && !slice_starts(digits, SLICE("00")))
		return parse_bare(digits, country, out, at);
	size_t skip = cleaned.has_plus ? 0 : 2;
	return parse_international((struct slice){ digits.at + skip, digits.len - skip }, out, at);
}

size_t msisdn_tail(struct slice text, char out[static MSISDN_TAIL_DIGITS + 1])
{
	size_t at = MSISDN_TAIL_DIGITS;
	for (size_t i = text.len; i > 0 && at > 0; i--) {
		char digit = text.at[i - 1];
		if (digit >= '0' && digit <= '9')
			out[--at] = digit;
	}
	size_t len = MSISDN_TAIL_DIGITS - at;
	memmove(out, out + at, len);
	out[len] = '\0';
	return len;
}

size_t msisdn_mask(const struct msisdn *msisdn, const struct country *country, char *out)
{
	CHECK(msisdn->len <= MSISDN_DIGITS_MAX);
	struct slice digits = { msisdn->digits, msisdn->len };
	if (country != NULL && slice_starts(digits, slice_of(country->calling))) {
		size_t calling_len = strlen(country->calling);
		struct slice national = { digits.at + calling_len, digits.len - calling_len };
		if (country_judge(country, national) == NATIONAL_MOBILE)
			digits = national;
	}
	return strlen(mask(digits.at, digits.len, out));
}

/* A run of digits from text on, as a phone number might be written: with a few fillers in between. */
struct run {
	size_t octets; /* up to and with the last digit */
	size_t count;  /* of digits */
	char first[6];
	char last[4];
};

#define RUN_FILLERS_MAX 3

static struct run digit_run(const char *text, size_t len, unsigned fillers_max)
{
	struct run run = { 0 };
	unsigned fillers = 0;
	for (size_t i = 0; i < len && fillers <= fillers_max;) {
		uint32_t code;
		size_t used = utf8_decode(text + i, len - i, &code);
		uint32_t plain = used ? narrow(code) : 0;
		i += used;
		if (is_digit(plain)) {
			if (run.count < sizeof run.first)
				run.first[run.count] = (char)plain;
			memmove(run.last, run.last + 1, sizeof run.last - 1);
			run.last[3] = (char)plain;
			run.count++;
			run.octets = i;
			fillers = 0;
		} else if (run.count && is_filler(plain)) {
			fillers++;
		} else {
			break;
		}
	}
	return run;
}

#define PHONE_DIGITS_MIN 7 /* a local fixed line */

static bool is_phone(const struct run *run, bool has_plus)
{
	(void)has_plus;
	return run->count >= PHONE_DIGITS_MIN;
}

/* “13900000001”, with 86 or 0086 before it, or whatever stands behind “+”. */
static bool is_mobile(const struct run *run, bool has_plus)
{
	if (has_plus && run->count >= MSISDN_DIGITS_MIN && run->count <= MSISDN_DIGITS_MAX)
		return true;
	if (run->count != 11 && run->count != 13 && run->count != 15)
		return false;
	size_t lead = run->count - 11;
	return memcmp(run->first, &"0086"[4 - lead], lead) == 0 && run->first[lead] == '1' &&
	       run->first[lead + 1] >= '3';
}

typedef bool is_masked(const struct run *run, bool has_plus);

/* A few digits, with what lies between them where they are one number. */
static struct run number_at(struct slice text, size_t i, is_masked *judge, bool *is_one)
{
	bool has_plus = i > 0 && text.at[i - 1] == '+';
	struct run run = digit_run(text.at + i, text.len - i, RUN_FILLERS_MAX);
	*is_one = run.count > 0 && judge(&run, has_plus);
	if (*is_one)
		return run;
	run = digit_run(text.at + i, text.len - i, 0);
	*is_one = run.count > 0 && judge(&run, has_plus);
	return run;
}

static size_t mask_text(struct slice text, char *out, size_t cap, is_masked *judge)
{
	static const char more[] = "…";
	CHECK(cap >= 16);
	struct buf buf = buf_over(out, cap - sizeof more);
	size_t i = 0;
	while (i < text.len && !buf.full) {
		uint32_t code;
		size_t used = utf8_decode(text.at + i, text.len - i, &code);
		bool is_one;
		struct run run = number_at(text, i, judge, &is_one);
		if (is_one) {
			put_masked(&buf, run.first, run.last, run.count);
			used = run.octets;
		} else if (run.count > 0) {
			buf_put(&buf, text.at + i, run.octets);
			used = run.octets;
		} else if (used == 0 || code < 0x20 || (code >= 0x7F && code < 0xA0)) {
			buf_put(&buf, "?", 1);
			used = used ? used : 1;
		} else {
			buf_put(&buf, text.at + i, used);
		}
		i += used;
	}
	if (buf.full) {
		buf.full = false;
		buf.cap = cap - 1;
		buf_put(&buf, more, sizeof more - 1);
	}
	out[buf.len] = '\0';
	return buf.len;
}

size_t msisdn_mask_text(struct slice text, char *out, size_t cap)
{
	return mask_text(text, out, cap, is_phone);
}

size_t msisdn_mask_mobiles(struct slice text, char *out, size_t cap)
{
	return mask_text(text, out, cap, is_mobile);
}
