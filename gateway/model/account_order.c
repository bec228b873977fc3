/* SPDX-License-Identifier: Apache-2.0 */
#include "model/account_order.h"

#include "base/check.h"
#include "base/number.h"
#include "base/utf8.h"

#define STATE_PREFIX SLICE("state:")
#define TPS_PREFIX   SLICE("tps:")
#define AGAIN_PREFIX SLICE("again:")

static const char *const stances[ACCOUNT_STANCE_COUNT] = {
	[ACCOUNT_RUNS] = "runs",
	[ACCOUNT_PAUSED] = "paused",
	[ACCOUNT_DRAINED] = "drained",
};

const char *account_stance_name(enum account_stance stance)
{
	CHECK((unsigned)stance < ACCOUNT_STANCE_COUNT);
	return stances[stance];
}

const struct account_order *account_order_find(const struct account_order *orders, unsigned count, const char *name)
{
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(orders[i].name, name) == 0)
			return &orders[i];
	}
	return NULL;
}

/* The order about an account, a new one where there is none yet; NULL where there is no place. */
static struct account_order *order_of(struct slice name, struct account_order *orders, unsigned *count, unsigned most)
{
	if (name.len == 0 || name.len > ACCOUNT_NAME_MAX || memchr(name.at, '\0', name.len) != NULL)
		return NULL;
	for (unsigned i = 0; i < *count; i++) {
		if (slice_is(name, orders[i].name))
			return &orders[i];
	}
	if (*count == most)
		return NULL;
	struct account_order *order = &orders[(*count)++];
	*order = (struct account_order){ .stance = ACCOUNT_RUNS };
	memcpy(order->name, name.at, name.len);
	return order;
}

static bool read_stance(struct account_order *order, struct slice value)
{
	struct slice word = slice_cut(&value, ' ');
	unsigned stance = ACCOUNT_PAUSED;
	while (stance < ACCOUNT_STANCE_COUNT && !slice_is(word, stances[stance]))
		stance++;
	if (stance == ACCOUNT_STANCE_COUNT)
		return false;
	order->stance = (enum account_stance)stance;
	order->note = pause_note_read(slice_cut(&value, '\t'));
	size_t len = utf8_whole(value.at, value.len < ACCOUNT_REASON_MAX ? value.len : ACCOUNT_REASON_MAX);
	if (len > 0)
		memcpy(order->reason, value.at, len);
	return true;
}

static bool read_tps(struct account_order *order, struct slice value)
{
	uint64_t tps;
	if (!number_parse(slice_cut(&value, ' '), ACCOUNT_TPS_MAX, &tps))
		return false;
	order->has_tps = true;
	order->tps = (uint32_t)tps;
	order->tps_note = pause_note_read(slice_cut(&value, '\t'));
	return true;
}

static bool read_again(struct account_order *order, struct slice value)
{
	uint64_t again;
	if (!number_parse(value, INT64_MAX, &again))
		return false;
	order->again = (wall_ms)again;
	return true;
}

bool account_order_read(struct slice field, struct slice value, struct account_order *orders, unsigned *count,
			unsigned most)
{
	static const struct {
		struct slice prefix;
		bool (*read)(struct account_order *order, struct slice value);
	} fields[] = { { STATE_PREFIX, read_stance }, { TPS_PREFIX, read_tps }, { AGAIN_PREFIX, read_again } };
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		size_t skipped = fields[i].prefix.len;
		if (!slice_starts(field, fields[i].prefix))
			continue;
		struct slice name = { field.at + skipped, field.len - skipped };
		struct account_order *order = order_of(name, orders, count, most);
		return order != NULL && fields[i].read(order, value);
	}
	return false;
}
