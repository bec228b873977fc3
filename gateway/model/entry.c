/* SPDX-License-Identifier: Apache-2.0 */
#include "model/entry.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/number.h"

static const char *const lane_names[LANE_COUNT] = {
	[LANE_URGENT] = "urgent",
	[LANE_NORMAL] = "normal",
	[LANE_BULK] = "bulk",
	[LANE_READY] = "ready",
};

const char *lane_name(enum lane lane)
{
	CHECK((unsigned)lane < LANE_COUNT);
	return lane_names[lane];
}

bool lane_parse(struct slice name, enum lane *out)
{
	for (unsigned i = 0; i < LANE_COUNT; i++) {
		if (slice_is(name, lane_names[i])) {
			*out = (enum lane)i;
			return true;
		}
	}
	return false;
}

static void put_id(struct buf *buf, const struct entry_key *key)
{
	buf_put_uint(buf, key->ms);
	buf_put_u8(buf, '-');
	buf_put_uint(buf, key->seq);
}

size_t entry_id_format(const struct entry_key *key, char *out)
{
	struct buf buf = buf_over(out, ENTRY_ID_OCTETS);
	put_id(&buf, key);
	out[buf.len] = '\0';
	return buf.len;
}

size_t entry_key_format(const struct entry_key *key, char *out)
{
	struct buf buf = buf_over(out, ENTRY_KEY_OCTETS);
	put_id(&buf, key);
	buf_put_u8(&buf, '@');
	buf_put_text(&buf, lane_name(key->lane));
	out[buf.len] = '\0';
	return buf.len;
}

static void put_base36(struct buf *buf, uint64_t value)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	char octets[13]; /* 36^13 > 2^64 */
	size_t at = sizeof octets;
	do {
		octets[--at] = digits[value % 36];
		value /= 36;
	} while (value);
	buf_put(buf, octets + at, sizeof octets - at);
}

size_t entry_key_format_short(const struct entry_key *key, char *out)
{
	struct buf buf = buf_over(out, ENTRY_SHORT_OCTETS);
	put_base36(&buf, key->ms);
	buf_put_u8(&buf, '.');
	put_base36(&buf, key->seq);
	buf_put(&buf, lane_name(key->lane), 1);
	out[buf.len] = '\0';
	return buf.len;
}

bool entry_id_parse(struct slice text, enum lane lane, struct entry_key *out)
{
	struct slice behind = text;
	uint64_t ms;
	uint64_t seq;
	if (!number_parse(slice_cut(&behind, '-'), UINT64_MAX, &ms) || !number_parse(behind, UINT64_MAX, &seq))
		return false;
	*out = (struct entry_key){ .ms = ms, .seq = seq, .lane = lane };
	return true;
}

bool entry_key_parse(struct slice text, struct entry_key *out)
{
	struct slice name = text;
	struct slice id = slice_cut(&name, '@');
	enum lane lane;
	return lane_parse(name, &lane) && entry_id_parse(id, lane, out);
}
