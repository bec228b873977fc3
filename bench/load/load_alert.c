/* SPDX-License-Identifier: Apache-2.0 */
#include "load_alert.h"

#include "load_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARAMS_MAX 8

struct load_template {
	const char *name;
	struct load_value params[PARAMS_MAX]; /* up to the first without a name */
};

#define PLACES "人民大街12号|解放路88号3栋|朝阳小区5号楼|长江街101号|和平里7单元|松江路36号"

#define VALUE(name, kind, low, high)                          \
	{                                                     \
		name, LOAD_VALUE_##kind, low, high, NULL, 100 \
	}
#define MAYBE(name, kind, low, high, percent)                     \
	{                                                         \
		name, LOAD_VALUE_##kind, low, high, NULL, percent \
	}
#define WORDS(name, words, percent)                         \
	{                                                   \
		name, LOAD_VALUE_WORD, 0, 0, words, percent \
	}

static const struct load_template templates[] = {
	{ "balance", { VALUE("date", DATE, 0, 0), VALUE("balance", MONEY, 100, 9999) } },
	{ "low_balance",
	  { VALUE("date", DATE, 0, 0), VALUE("balance", MONEY, 10, 1999), VALUE("threshold", MONEY, 2000, 2000),
	    MAYBE("account", DIGITS, 10, 10, 60) } },
	{ "overdue",
	  { VALUE("month", DATE, -60, -31), VALUE("amount", MONEY, 1000, 99999), VALUE("days", INTEGER, 1, 60),
	    VALUE("deadline", DATE, 3, 10) } },
	{ "cutoff_warning", { VALUE("amount", MONEY, 5000, 99999), VALUE("cut_at", DATETIME, 30, 30) } },
	{ "cutoff_done", { VALUE("amount", MONEY, 5000, 99999), VALUE("cut_at", DATETIME, -5, 0) } },
	{ "power_restored", { VALUE("restored_at", DATETIME, -10, 0) } },
	{ "monthly_bill",
	  { VALUE("month", DATE, -31, -28), VALUE("kwh", INTEGER, 30, 900), VALUE("amount", MONEY, 1500, 60000),
	    MAYBE("deadline", DATE, 10, 20, 80) } },
	{ "payment_received",
	  { VALUE("paid_at", DATETIME, -30, -1), VALUE("amount", MONEY, 5000, 50000),
	    VALUE("balance", MONEY, 5000, 80000), WORDS("channel", "app|wechat|alipay|bank|counter", 90) } },
	{ "phone_binding",
	  { VALUE("account", DIGITS, 10, 10), VALUE("code", DIGITS, 6, 6), VALUE("minutes", INTEGER, 5, 5) } },
	{ "work_order_expiring",
	  { { "order", LOAD_VALUE_DIGITS, 10, 10, "GD", 100 },
	    WORDS("kind", "repair|complaint|inquiry|application", 100),
	    VALUE("deadline", DATETIME, 30, 240),
	    WORDS("place", PLACES, 70) } },
};

static const char *const lane_names[LOAD_LANE_COUNT] = { "urgent", "normal", "bulk" };

const char *load_lane_name(enum load_lane lane)
{
	return lane_names[lane];
}

const struct load_template *load_alert_template(const char *name)
{
	for (size_t i = 0; i < sizeof templates / sizeof templates[0]; i++) {
		if (strcmp(templates[i].name, name) == 0)
			return &templates[i];
	}
	return NULL;
}

const char *load_alert_template_name(size_t index)
{
	return index < sizeof templates / sizeof templates[0] ? templates[index].name : NULL;
}

/* Octets gathered in a caller's room. The table above decides how long an alert gets, so one that does not fit is a bug. */
struct text {
	char *at;
	size_t len;
};

static void put(struct text *text, const char *octets, size_t len)
{
	if (text->len + len >= LOAD_ALERT_CAP)
		abort();
	memcpy(text->at + text->len, octets, len);
	text->len += len;
	text->at[text->len] = '\0';
}

static void put_word(struct text *text, const char *word)
{
	put(text, word, strlen(word));
}

static void put_member(struct text *text, const char *name, const char *value)
{
	put_word(text, text->at[text->len - 1] == '{' ? "\"" : ",\"");
	put_word(text, name);
	put_word(text, "\":\"");
	put_word(text, value);
	put_word(text, "\"");
}

static void put_params(struct text *text, const struct load_template *template, uint64_t *random, int64_t now_s)
{
	put_word(text, ",\"params\":{");
	for (const struct load_value *param = template->params; param < template->params + PARAMS_MAX; param++) {
		char value[128];
		if (param->name == NULL)
			break;
		bool is_given = load_value_random(random) % 100 < param->given_percent;
		uint64_t own = load_value_random(random);
		if (!is_given)
			continue;
		load_value_format(param, own, now_s, value, sizeof value);
		put_member(text, param->name, value);
	}
	put_word(text, "}");
}

/* Eleven digits that no other alert has: the leads take turns, and behind a lead the multiplication by a number prime to
 * 10^8 visits each of the 10^8 rests once. */
static void put_number(uint64_t number, uint64_t seed, char out[12])
{
	static const char *const leads[] = { "134", "135", "136", "137", "138", "139", "147", "150", "151", "152",
					     "157", "158", "159", "178", "182", "183", "184", "187", "188", "198" };
	const size_t count = sizeof leads / sizeof leads[0];
	uint64_t rest = (number / count * 48271u + seed % 100000000u) % 100000000u;
	memcpy(out, leads[number % count], 3);
	for (int i = 10; i >= 3; i--, rest /= 10)
		out[i] = (char)('0' + rest % 10);
	out[11] = '\0';
}

static void put_decimal(uint64_t number, char out[24])
{
	char digits[20];
	size_t len = 0;
	do {
		digits[len++] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	for (size_t i = 0; i < len; i++)
		out[i] = digits[len - 1 - i];
	out[len] = '\0';
}

size_t load_alert_format(const struct load_alert_plan *plan, uint64_t number, int64_t now_ms, char out[LOAD_ALERT_CAP],
			 enum load_lane *lane)
{
	static const enum load_lane mix[10] = { LOAD_LANE_NORMAL, LOAD_LANE_BULK,  LOAD_LANE_NORMAL, LOAD_LANE_URGENT,
						LOAD_LANE_NORMAL, LOAD_LANE_BULK,  LOAD_LANE_NORMAL, LOAD_LANE_NORMAL,
						LOAD_LANE_BULK,   LOAD_LANE_NORMAL };
	const size_t count = sizeof templates / sizeof templates[0];
	const struct load_template *template = plan->template != NULL ? plan->template : &templates[number % count];
	uint64_t random = plan->seed + number * 0xD1342543DE82EF95u;
	struct text text = { .at = out };
	char word[96], digits[24], phone[12];

	put_decimal(number, digits);
	put_number(number, plan->seed, phone);
	put_word(&text, "{\"id\":\"");
	put_word(&text, plan->id_prefix);
	put_word(&text, digits);
	put_word(&text, "\"");
	put_member(&text, "to", phone);
	put_member(&text, "template", template->name);
	put_params(&text, template, &random, now_ms / 1000);
	if (plan->template == NULL && load_value_random(&random) % 20 == 0)
		put_member(&text, "locale", "en");
	load_value_instant(now_ms, word);
	put_member(&text, "as_of", word);
	if (plan->supersedes) {
		snprintf(word, sizeof word, "account:22%s", digits);
		put_member(&text, "subject", word);
		put_word(&text, ",\"supersede\":true");
	}
	put_word(&text, "}");
	*lane = plan->is_mixed ? mix[number / count % 10] : plan->lane;
	return text.len;
}
