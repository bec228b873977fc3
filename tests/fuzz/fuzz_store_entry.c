/* SPDX-License-Identifier: Apache-2.0 */
/* An answer of Redis to a READ, from its octets to alerts: entries of streams, with whatever fields somebody gave them. What is wrong with an
 * entry is told, and then what it held comes along as text; else its octets are those of one field, and decode as alerts do. The first
 * octet chooses the lane. */
#include "base/check.h"
#include "decode/alert_decode.h"
#include "decode/alert_glance.h"
#include "store/redis_store_inner.h"
#include "store/refusal.h"

#include <stdalign.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

#define MORE_OCTETS (256u * 1024u)

static alignas(max_align_t) char block[2048];

static void check_alert(struct slice body)
{
	static char memory[8192];
	struct arena arena;
	struct alert alert;
	struct err_at at = { .err = ERR_OK };
	const struct decode_options options = { .country = country_find(SLICE("CN")) };
	arena_init(&arena, memory, sizeof memory, 65536);
	enum err err = alert_decode(body, &options, &arena, &alert, &at);
	CHECK(err == at.err && (err == ERR_OK || at.text[0] != '\0'));
	arena_fini(&arena);
}

/* An entry means the same however it was told of: a field that is not there is not made up. */
static void check_entry(enum lane lane, const struct reply *reply)
{
	struct store_entry entry;
	if (!store_read_entry(lane, reply, &entry))
		return;
	CHECK(entry.key.lane == lane && entry.origin.lane < LANE_COUNT);
	CHECK(entry.body.len <= ALERT_OCTETS_MAX);
	CHECK(!entry.reclaimed && !entry.in_doubt && !entry.adopted && entry.crashes == 0);
	if (lane != LANE_READY) {
		CHECK(entry_key_equal(&entry.key, &entry.origin) && entry.attempt == 0);
		CHECK(!entry.ambiguous && !entry.resend && entry.state.at == NULL);
	}
	if (entry.malformed != NULL) {
		CHECK(entry.malformed[0] != '\0');
		return;
	}
	const struct reply *fields = reply_at(reply, 1);
	unsigned same = 0;
	for (size_t i = 0; i + 1 < fields->count; i += 2)
		same += reply_text_at(fields, i + 1).at == entry.body.at && slice_is(reply_text_at(fields, i), "alert");
	CHECK(same == 1 && entry.body.at != NULL);
	check_alert(entry.body);
}

static void walk(enum lane lane, const struct reply *reply, unsigned depth)
{
	const struct refusal *refusal = refusal_of(reply);
	CHECK((refusal != NULL) == (reply->type == REPLY_ERROR) && depth < 16);
	CHECK(refusal == NULL || refusal->text[0] != '\0');
	check_entry(lane, reply);
	for (size_t i = 0; i < reply->count; i++)
		walk(lane, reply->elements[i], depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct arena arena;
	if (len < 2)
		return 0;
	arena_init(&arena, block, sizeof block, MORE_OCTETS);
	redisReader *reader = reply_reader_create(&arena);
	CHECK(reader != NULL);
	bool is_good = redisReaderFeed(reader, (const char *)octets + 1, len - 1) == REDIS_OK;
	while (is_good) {
		void *reply = NULL;
		is_good = redisReaderGetReply(reader, &reply) == REDIS_OK && reply != NULL;
		if (is_good)
			walk((enum lane)(octets[0] % LANE_COUNT), reply, 0);
		arena_reset(&arena);
	}
	redisReaderFree(reader);
	arena_fini(&arena);
	return 0;
}
