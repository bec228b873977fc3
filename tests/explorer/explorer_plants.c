/* SPDX-License-Identifier: Apache-2.0 */
#include "explorer/explorer_plants.h"

#include "base/check.h"

#include <stdlib.h>
#include <string.h>

static const struct explorer_plant plants[] = {
	{ "adopt_without_fence", SCRIPT_ADOPT, "redis.call('HDEL', KEYS[1], ARGV[2])\n", "", "basic:34=1" },
	{ "adopt_forgets_intents", SCRIPT_ADOPT, "redis.call('HGET', KEYS[2], ARGV[2]) or ''", "''", "basic:26=1" },
	{ "adopt_without_own_intents", SCRIPT_ADOPT, "redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])\n", "",
	  "basic:4=9,15=1,18=3,29=3,43=4,54=4,63=4,72=3" },
	{ "adopt_drops_the_rest", SCRIPT_ADOPT,
	  "redis.call('HSET', KEYS[3], prefix .. lane .. '|' .. to, entries[left][1])\n", "", "basic:17=1" },
	{ "adopt_keeps_the_range", SCRIPT_ADOPT, "redis.call('HDEL', KEYS[3], all[i])\n", "", "basic:32=1" },
	{ "adopt_takes_too_much", SCRIPT_ADOPT, "      to = entries[left][1]\n", "", "basic:17=1" },
	{ "begin_without_fence", SCRIPT_BEGIN, "if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then", "if false then",
	  "basic:22=11" },
	{ "begin_without_intents", SCRIPT_BEGIN, "redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])\n", "", "basic:26=1" },
	{ "begin_without_origin", SCRIPT_BEGIN, "and known and known ~= origin then", "and known then", "basic:-" },
	{ "begin_forgets_its_batch", SCRIPT_BEGIN, " or first[id]", "", "basic:5=11" },
	{ "begin_without_before", SCRIPT_BEGIN, "redis.call('EXISTS', KEYS[4]) == 1 and", "false and",
	  "generations:35=11" },
	{ "begin_without_gone", SCRIPT_BEGIN, "decide(tonumber(ARGV[at]), 'X')", "", "superseded:82=10" },
	{ "begin_without_batches", SCRIPT_BEGIN,
	  "if b > 0 then withdraw_by_name(KEYS[13 + age], batches, b, batches + b) end", "", "paused:20=7" },
	{ "begin_without_order", SCRIPT_BEGIN, "if a_ms ~= by_ms then return a_ms < by_ms end",
	  "if a_ms ~= by_ms then return true end", "superseded:17=1,28=8,38=5,78=6" },
	{ "begin_without_optouts", SCRIPT_BEGIN, "redis.call('EXISTS', KEYS[15]) == 1", "false",
	  "spared:17=2,28=8,38=4" },
	{ "begin_without_places", SCRIPT_BEGIN,
	  "for _, limit in ipairs(places) do take_place(limit.hash, limit.at, one.origin, now) end", "",
	  "spared:17=2,28=11,38=4" },
	{ "begin_without_first_place", SCRIPT_BEGIN, "if cap then write_fresh(caps, cap, value) end", "",
	  "spared:3=1,5=4,10=2,14=5,20=8,25=1,57=5" },
	{ "begin_counts_twice", SCRIPT_BEGIN, "if one.origin == origin then return 0 end", "", "spared:17=2" },
	{ "begin_forgets_older", SCRIPT_BEGIN, "hash.kept[at] or hash.older[at] or ''", "hash.kept[at] or ''",
	  "spared:2=14,4=8,16=3,25=2,32=4,37=3,40=2,44=9" },
	{ "claim_drops_ranges", SCRIPT_CLAIM, "'COUNT', 1) == 0 then", "'COUNT', 1) >= 0 then", "basic:29=8" },
	{ "claim_without_range", SCRIPT_CLAIM, ", ARGV[1] .. '|' .. lane .. '|' .. last, from)", ")", "basic:-" },
	{ "claim_without_cursor", SCRIPT_CLAIM, "'@' .. lane, last, ARGV[1]", "ARGV[1]", "basic:-" },
	{ "drop_held_without_bodies", SCRIPT_DROP_HELD, "redis.call('HDEL', KEYS[2], origin)\n", "", "held:17=1,28=3" },
	{ "resend_without_zrem", SCRIPT_RESEND, "redis.call('ZREM', KEYS[1], origin)\n", "", "held:-" },
	{ "resend_without_mark", SCRIPT_RESEND, "'ambiguous', '1'", "'ambiguous', '0'",
	  "held:21=19,25=9,44=6,47=2,57=3" },
	{ "drop_held_without_totals", SCRIPT_DROP_HELD, "redis.call('HINCRBY', KEYS[4], 'dead', #events)\n", "",
	  "held:17=1,28=3" },
	{ "heartbeat_without_claims", SCRIPT_HEARTBEAT, "redis.call('HKEYS', KEYS[3])", "{}",
	  "basic:0=1,1=4,3=4,6=5,15=7,17=3,20=3,21=3" },
	{ "late_without_doubt", SCRIPT_LATE, "state.doubts > 1", "false", "unanswered:10=4,38=4,46=7" },
	{ "move_without_zrem", SCRIPT_MOVE, "redis.call('ZREM', KEYS[1], origin)\n", "", "basic:17=1,28=10" },
	{ "move_without_bodies", SCRIPT_MOVE, "redis.call('HDEL', KEYS[2], origin)\n", "", "basic:17=1,28=10" },
	{ "move_without_mark", SCRIPT_MOVE, "'ambiguous', ambiguous", "'ambiguous', '0'",
	  "unanswered:17=2,28=10,38=4" },
	{ "owned_of_one_lane", SCRIPT_OWNED, "if string.sub(all[i], 1, #prefix) == prefix then",
	  "if string.sub(all[i], 1, #prefix + 1) == prefix .. '1' then", "unanswered:14=2,18=5,26=3,46=6" },
	{ "requeue_without_xdel", SCRIPT_REQUEUE, "redis.call('XDEL', KEYS[1], ARGV[at])\n", "",
	  "requeued:17=2,28=4,38=7" },
	{ "requeue_without_total", SCRIPT_REQUEUE, "redis.call('HINCRBY', KEYS[3], 'requeued', #events)\n", "",
	  "requeued:17=2,28=4" },
	{ "resume_without_due", SCRIPT_RESUME, "if tonumber(due) > now then", "if false then",
	  "paused:1=11,13=11,17=2,18=4,21=2,28=4,29=6,31=10" },
	{ "settle_without_fence", SCRIPT_SETTLE, "if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then",
	  "if false then", "requeued:20=13,34=12,46=10,50=14,73=3,78=6,81=6" },
	{ "settle_without_held_body", SCRIPT_SETTLE, "redis.call('HSET', KEYS[9], ARGV[at], ", "tostring(", "held:-" },
	{ "settle_each_without_held", SCRIPT_SETTLE_EACH, "redis.call('ZADD', KEYS[9], now, origin)\n", "",
	  "held:17=2,28=5,38=1" },
	{ "settle_without_later_body", SCRIPT_SETTLE, "redis.call('HSET', KEYS[6], origin, ", "tostring(origin, ",
	  "basic:-" },
	{ "settle_without_events", SCRIPT_SETTLE, "if ARGV[2] ~= '' then", "if false then", "basic:17=1,28=10,38=4" },
	{ "settle_without_pause", SCRIPT_SETTLE, "redis.call('HEXISTS', KEYS[7], pause) == 1", "true",
	  "paused:0=3,3=4,5=10,11=8,15=5,33=13,37=8,38=11" },
	{ "settle_counts_twice", SCRIPT_SETTLE, "ARGV[7 + 2 * i])", "2 * ARGV[7 + 2 * i])", "basic:-" },
	{ "settle_each_without_look", SCRIPT_SETTLE_EACH,
	  "local is_found = redis.call('XDEL', KEYS[10 + lane], id) == 1",
	  "local is_found = redis.call('XDEL', KEYS[10 + lane], id) >= 0", "basic:4=1,20=1,27=7,39=5" },
	{ "settle_each_without_events", SCRIPT_SETTLE_EACH, "if event ~= '' then", "if false then",
	  "basic:17=1,28=10,38=4" },
	{ "settle_each_without_fence", SCRIPT_SETTLE_EACH,
	  "if not restores and redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then", "if false then",
	  "crowd:2=9,17=6,36=19,70=12,78=5,91=3,116=1" },
	{ "settle_each_without_owner", SCRIPT_SETTLE_EACH, "closing ~= 'accepted' and is_anothers(lane, id)", "false",
	  "basic:10=5" },
	{ "settle_each_waits_on", SCRIPT_SETTLE_EACH, "due = 0", "due = due",
	  "paused:3=5,15=1,31=5,34=4,37=12,43=9,47=7,55=3" },
	{ "sign_off_without_ranges", SCRIPT_SIGN_OFF, "kept = kept + 1", "kept = kept", "alone:33=5,36=4,40=5,42=8" },
	{ "withdraw_without_first", SCRIPT_WITHDRAW, "for at = 3, #ARGV, 3 do", "for at = 6, #ARGV, 3 do",
	  "basic:7=4,8=8,18=7" },
	{ "withdraw_goes_back", SCRIPT_WITHDRAW, "return a ~= b and is_outdone(b, a)",
	  "return a ~= b and is_outdone(a, b)", "superseded:17=1,28=8,38=5" },
};

const struct explorer_plant *explorer_plants(unsigned *count)
{
	*count = sizeof plants / sizeof plants[0];
	return plants;
}

bool explorer_plant_load(const struct explorer_plant *plant, struct explorer_redis *redis)
{
	struct slice text = script_sources[plant->script].text;
	size_t from = strlen(plant->from);
	size_t to = strlen(plant->to);
	const char *at = memmem(text.at, text.len, plant->from, from);
	if (at == NULL)
		return false;
	size_t before = (size_t)(at - text.at);
	if (memmem(at + 1, text.len - before - 1, plant->from, from) != NULL)
		return false;
	char *spoilt = malloc(text.len - from + to + 1);
	CHECK(spoilt != NULL);
	memcpy(spoilt, text.at, before);
	memcpy(spoilt + before, plant->to, to);
	memcpy(spoilt + before + to, at + from, text.len - before - from);
	spoilt[text.len - from + to] = '\0';
	explorer_redis_load(redis, plant->script, spoilt);
	free(spoilt);
	return true;
}
