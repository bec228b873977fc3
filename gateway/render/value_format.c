/* SPDX-License-Identifier: Apache-2.0 */
#include "render/value_format.h"

#include "base/check.h"
#include "base/suggest.h"

#define TYPE(type) (1u << (type))
#define DAYS       (TYPE(TEMPLATE_DATE) | TYPE(TEMPLATE_DATETIME))
#define CLOCKS     (TYPE(TEMPLATE_TIME) | TYPE(TEMPLATE_DATETIME))
#define INSTANTS   TYPE(TEMPLATE_DATETIME)
#define NUMBERS    (TYPE(TEMPLATE_MONEY) | TYPE(TEMPLATE_NUMBER) | TYPE(TEMPLATE_INTEGER))

/* Patterns: Y year, M month, B month's name, D day, H hour, h hour of two digits, m minute of two digits; all else as
 * it stands. The Chinese word of a format is what one sees. */
struct row {
	const char *chinese;
	const char *english;
	unsigned types;
	const char *patterns[TEMPLATE_TONGUE_COUNT];
};

static const struct row rows[] = {
	{ "", "", 0, { "", "" } },
	{ "月日", "md", DAYS, { "D B", "M月D日" } },
	{ "年月日", "ymd", DAYS, { "B D, Y", "Y年M月D日" } },
	{ "年月", "ym", DAYS, { "B Y", "Y年M月" } },
	{ "月", "m", DAYS, { "B", "M月" } },
	{ "年", "y", DAYS, { "Y", "Y年" } },
	{ "时间", "time", CLOCKS, { "h:m", "h:m" } },
	{ "时分", "hm", CLOCKS, { "h:m", "H时m分" } },
	{ "月日时分", "mdhm", INSTANTS, { "h:m on D B", "M月D日H时m分" } },
	{ "年月日时分", "ymdhm", INSTANTS, { "h:m on B D, Y", "Y年M月D日H时m分" } },
	{ "千分", "grouped", NUMBERS, { "", "" } },
};

#define ROW_COUNT   (sizeof rows / sizeof rows[0])
#define ROW_GROUPED (ROW_COUNT - 1)

static const char *const own_patterns[TEMPLATE_TYPE_COUNT][TEMPLATE_TONGUE_COUNT] = {
	[TEMPLATE_DATE] = { "D B", "M月D日" },
	[TEMPLATE_TIME] = { "h:m", "h:m" },
	[TEMPLATE_DATETIME] = { "h:m on D B", "M月D日h:m" },
};

bool value_format_parse(enum template_type type, struct slice word, value_format *out, const char **nearest)
{
	const char *known[ROW_COUNT * 2];
	size_t count = 0;
	for (size_t i = 0; i < ROW_COUNT; i++) {
		if ((rows[i].types & TYPE(type)) == 0)
			continue;
		if (slice_is(word, rows[i].chinese) || slice_is(word, rows[i].english)) {
			*out = (value_format)i;
			return true;
		}
		known[count++] = rows[i].chinese;
		known[count++] = rows[i].english;
	}
	*nearest = suggest_nearest(word, known, count);
	return false;
}

void value_format_list(enum template_type type, struct buf *out)
{
	const char *comma = "";
	for (size_t i = 0; i < ROW_COUNT; i++) {
		if ((rows[i].types & TYPE(type)) == 0)
			continue;
		buf_put_text(out, comma);
		buf_put_text(out, rows[i].chinese);
		comma = ", ";
	}
}

size_t value_format_room(enum template_type type, const struct param_value *value)
{
	if (TYPE(type) & NUMBERS)
		return value->text.len * 2 + value->fraction.len + 5;
	if (TYPE(type) & (DAYS | CLOCKS))
		return 40;
	return value->text.len;
}

static void put_padded(struct buf *out, int value)
{
	const char digits[2] = { (char)('0' + value / 10 % 10), (char)('0' + value % 10) };
	buf_put(out, digits, sizeof digits);
}

/* Below 100 the general writer would do the same in more steps, and dates are in most texts. */
static void put_number(struct buf *out, int value)
{
	if (value >= 100)
		buf_put_uint(out, (uint64_t)value);
	else if (value >= 10)
		put_padded(out, value);
	else
		buf_put_u8(out, (uint8_t)('0' + value));
}

static void write_civil(const char *pattern, const struct civil *civil, struct buf *out)
{
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	for (; *pattern != '\0'; pattern++) {
		switch (*pattern) {
		case 'Y':
			put_number(out, civil->year);
			break;
		case 'M':
			put_number(out, civil->month);
			break;
		case 'B':
			CHECK(civil->month >= 1 && civil->month <= 12);
			buf_put(out, months[civil->month - 1], 3);
			break;
		case 'D':
			put_number(out, civil->day);
			break;
		case 'H':
			put_number(out, civil->hour);
			break;
		case 'h':
			put_padded(out, civil->hour);
			break;
		case 'm':
			put_padded(out, civil->minute);
			break;
		default:
			buf_put(out, pattern, 1);
		}
	}
}

/* Digits with a comma after every third from the right. */
static void put_grouped(struct buf *out, struct slice digits)
{
	for (size_t i = 0; i < digits.len; i++) {
		if (i > 0 && (digits.len - i) % 3 == 0)
			buf_put(out, ",", 1);
		buf_put(out, digits.at + i, 1);
	}
}

static void write_number(enum template_type type, bool is_grouped, const struct param_value *value, struct buf *out)
{
	if (value->is_negative)
		buf_put(out, "-", 1);
	if (is_grouped)
		put_grouped(out, value->text);
	else
		buf_put_slice(out, value->text);
	if (type == TEMPLATE_MONEY) {
		buf_put(out, ".", 1);
		buf_put_slice(out, value->fraction);
		buf_put(out, "00", 2 - value->fraction.len);
	} else if (value->fraction.len > 0) {
		buf_put(out, ".", 1);
		buf_put_slice(out, value->fraction);
	}
}

void value_format_write(enum template_type type, value_format format, enum template_tongue tongue,
			const struct param_value *value, struct buf *out)
{
	CHECK(format < ROW_COUNT);
	if (!value->is_given)
		return;
	if (TYPE(type) & NUMBERS)
		write_number(type, format == ROW_GROUPED, value, out);
	else if (TYPE(type) & (DAYS | CLOCKS))
		write_civil(format ? rows[format].patterns[tongue] : own_patterns[type][tongue], &value->civil, out);
	else
		buf_put_slice(out, value->text);
}
