/* SPDX-License-Identifier: Apache-2.0 */

/* What BEGIN is asked about recipients, and what it says: lua/begin.lua has the words. Where no alert of a batch asks, they
 * are not written at all. A key that is of another type than it should be is told, once a minute. */

#include "store/redis_store_inner.h"

#include "base/check.h"
#include "base/number.h"

#include <stdio.h>

#define TELL_US   (60 * US_PER_S)
#define DAY_MS    (24 * 3600 * MS_PER_S)
#define MINUTE_MS (60 * MS_PER_S)

#define WORD_OCTETS_MAX (1 + MSISDN_DIGITS_MAX + 1)
#define LINE_OCTETS_MAX (48 + MSISDN_DIGITS_MAX)
#define KIND_OCTETS_MAX 64

/* Of the window that texts are remembered for; one that no alert asks for is any. */
static int64_t identical_span(const struct store_begin *items, unsigned count)
{
	int64_t span = 0;
	for (unsigned i = 0; i < count; i++)
		span = items[i].limits.identical_ms > span ? items[i].limits.identical_ms : span;
	return span > 0 ? span : DAY_MS;
}

/* Behind the opt-out list: two generations of each. */
static const struct kept {
	const char *what;
	int64_t span; /* 0 = as the alerts say */
} kepts[] = {
	{ "texts", 0 },
	{ "caps:day", DAY_MS },
	{ "caps:minute", MINUTE_MS },
};

_Static_assert(1 + 2 * sizeof kepts / sizeof kepts[0] == STORE_PROTECTION_KEYS, "begin.lua has them in this order");

void store_put_protection_keys(struct redis_store *store, struct command *command, const struct store_begin *items,
			       unsigned count)
{
	store_put_key(store, command, KEY_OPTOUT);
	for (unsigned i = 0; i < STORE_PROTECTION_KEYS - 1; i++) {
		int64_t span = kepts[i / 2].span != 0 ? kepts[i / 2].span : identical_span(items, count);
		store_put_generation(store, command, kepts[i / 2].what, span, i % 2);
	}
}

static void put_numbers(struct command *command, const struct store_begin *items, unsigned count)
{
	static _Thread_local char text[STORE_BATCH_MAX * WORD_OCTETS_MAX];
	struct buf buf = buf_over(text, sizeof text);
	for (unsigned i = 0; i < count; i++) {
		const struct protection_limits *limits = &items[i].limits;
		if (limits->heeds_optout && limits->is_exempt)
			buf_put_u8(&buf, '!');
		if (limits->heeds_optout)
			buf_put_slice(&buf, items[i].number);
		else
			buf_put_u8(&buf, '-');
		buf_put_u8(&buf, ' ');
	}
	CHECK(!buf.full);
	command_text(command, buf_slice(&buf));
}

static bool is_same_kind(const struct protection_limits *a, const struct protection_limits *b)
{
	return a->is_exempt == b->is_exempt && a->identical_ms == b->identical_ms && a->day_max == b->day_max &&
	       a->day_waits == b->day_waits && a->minute_max == b->minute_max;
}

/* Which of the kinds it is, one more where it is none of them; alerts of a class have the same, so that there are few. */
static unsigned kind_of(const struct protection_limits *limits, const struct protection_limits *kinds[],
			unsigned *count)
{
	for (unsigned i = 0; i < *count; i++) {
		if (is_same_kind(limits, kinds[i]))
			return i;
	}
	kinds[*count] = limits;
	return (*count)++;
}

static void put_kinds(struct command *command, const struct protection_limits *const kinds[], unsigned count)
{
	static _Thread_local char text[STORE_BATCH_MAX * KIND_OCTETS_MAX];
	struct buf buf = buf_over(text, sizeof text);
	for (unsigned i = 0; i < count; i++)
		buf_put_format(&buf, "%c %lld %u %c %u\n", kinds[i]->is_exempt ? '!' : '-',
			       (long long)kinds[i]->identical_ms, (unsigned)kinds[i]->day_max,
			       kinds[i]->day_waits ? 'w' : '-', (unsigned)kinds[i]->minute_max);
	CHECK(!buf.full);
	command_text(command, buf_slice(&buf));
}

static void put_limits(struct command *command, const struct store_begin *items, unsigned count)
{
	static _Thread_local char text[STORE_BATCH_MAX * LINE_OCTETS_MAX];
	const struct protection_limits *kinds[STORE_BATCH_MAX];
	unsigned kind_count = 0;
	struct buf buf = buf_over(text, sizeof text);
	for (unsigned i = 0; i < count; i++) {
		if (!protection_counts(&items[i].limits))
			continue;
		unsigned kind = kind_of(&items[i].limits, kinds, &kind_count);
		buf_put_format(&buf, "%u %u %016llx %c%.*s\n", i + 1, kind + 1, (unsigned long long)items[i].text_hash,
			       sms_class_name(items[i].sms_class)[0], SLICE_ARG(items[i].number));
	}
	CHECK(!buf.full);
	put_kinds(command, kinds, kind_count);
	command_text(command, buf_slice(&buf));
}

void store_put_protection(struct command *command, const struct store_begin *items, unsigned count)
{
	bool asks = false;
	for (unsigned i = 0; i < count && !asks; i++)
		asks = items[i].limits.heeds_optout || protection_counts(&items[i].limits);
	if (!asks)
		return;
	put_numbers(command, items, count);
	put_limits(command, items, count);
}

static enum protection_rule rule_of(char letter)
{
	switch (letter) {
	case 'o':
		return PROTECTION_OPTED_OUT;
	case 'i':
		return PROTECTION_IDENTICAL;
	case 'd':
		return PROTECTION_DAY_CAP;
	case 'm':
		return PROTECTION_MINUTE_CAP;
	case 'u':
		return PROTECTION_UNCHECKED;
	default:
		return PROTECTION_NONE;
	}
}

/* Takes “12m59000” off the text. */
static bool take_note(struct slice *text, struct begin_note *notes, unsigned count, unsigned *unread)
{
	uint64_t place, wait;
	size_t digits = 0;
	size_t end = 0;
	while (digits < text->len && text->at[digits] >= '0' && text->at[digits] <= '9')
		digits++;
	while (end < text->len && text->at[end] != ' ')
		end++;
	if (end <= digits || !number_parse((struct slice){ text->at, digits }, count, &place) || place == 0)
		return false;
	enum protection_rule rule = rule_of(text->at[digits]);
	if (rule == PROTECTION_NONE ||
	    !number_parse((struct slice){ text->at + digits + 1, end - digits - 1 }, INT64_MAX, &wait))
		return false;
	if (rule == PROTECTION_UNCHECKED) {
		if (wait == 0 || wait > STORE_PROTECTION_KEYS)
			return false;
		*unread |= 1u << (wait - 1);
		wait = 0;
	}
	struct begin_note *note = &notes[place - 1];
	if (note->rule == PROTECTION_NONE) /* of several the first one counts */
		*note = (struct begin_note){ .rule = rule, .wait_ms = (int64_t)wait };
	*text = (struct slice){ text->at + end, text->len - end };
	return true;
}

bool store_read_notes(struct slice text, struct begin_note *notes, unsigned count, unsigned *unread)
{
	memset(notes, 0, count * sizeof *notes);
	*unread = 0;
	while (text.len > 0) {
		bool is_next = *text.at == ' ';
		text = (struct slice){ text.at + 1, text.len - 1 };
		if (!is_next || !take_note(&text, notes, count, unread))
			return false;
	}
	return true;
}

static void tell_unread(struct redis_store *store, const char *key)
{
	struct log_line line;
	if (!log_begin(
		    &line, store->options->log, LOG_ERROR, "protection_unread",
		    "Redis has something else than a hash under a key that protects recipients: alerts that it is for "
		    "wait, "
		    "and critical ones go unchecked; find out who wrote it, and delete it or restore it from a backup"))
		return;
	log_text(&line, "key", slice_of(key));
	log_end(&line);
}

void store_tell_unread(struct redis_store *store, const struct store_begin *items, unsigned count, unsigned unread)
{
	mono_us now = loop_now(store->loop).mono;
	if (unread == 0 || (store->unread_told_at != 0 && now - store->unread_told_at < TELL_US))
		return;
	store->unread_told_at = now;
	if (unread & 1)
		tell_unread(store, store->keys[KEY_OPTOUT]);
	for (unsigned i = 0; i < STORE_PROTECTION_KEYS - 1; i++) {
		char name[STORE_NAME_OCTETS];
		int64_t span = kepts[i / 2].span != 0 ? kepts[i / 2].span : identical_span(items, count);
		snprintf(name, sizeof name, "%s:%s:%lld", store->options->tag, kepts[i / 2].what,
			 (long long)(store_generation(store, span) - i % 2));
		if (unread >> (i + 1) & 1)
			tell_unread(store, name);
	}
}
