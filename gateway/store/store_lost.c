/* SPDX-License-Identifier: Apache-2.0 */

/* Entries that are ours and that the pipeline has not seen: of a READ or an adoption whose answer was lost, or read by
 * somebody who did not claim. Their ranges wait on a list of lost ones; the pipeline fetches them by adopt, when it has
 * room, like those of a dead consumer. */

#include "store/redis_store_inner.h"

#include "base/check.h"
#include "base/number.h"

#include <stdlib.h>

void store_range_lost(struct redis_store *store, const struct entry_key *to)
{
	for (unsigned i = 0; i < store->lost_count; i++) {
		if (entry_key_equal(&store->lost[i].to, to))
			return;
	}
	const struct claim *claim = claims_ending(&store->claims, to);
	/* With the list full the range stays idle, and is found again at the next READ. */
	if (claim == NULL || store->lost_count == STORE_LOST_MAX)
		return;
	store->lost[store->lost_count++] = (struct lost_range){ .after = claim->from, .to = claim->to };
	/* It must not be given back while its entries come. */
	struct claim *known = claims_ending(&store->claims, to);
	known->outstanding++;
	store->events->on_orphans(store->ctx);
}

static void on_owned(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	store->is_looking = false;
	/* may_have_lost stays set: the next connection asks again. */
	if (reply == NULL || store_script_failed(store, reply)) {
		redis_link_break(store->main, "Redis does not tell which entries are ours");
		return;
	}
	store->may_have_lost = false;
	for (size_t i = 0; reply->type == REPLY_ARRAY && i + 2 < reply->count; i += 3) {
		uint64_t lane;
		struct entry_key from;
		struct entry_key to;
		if (!number_parse(reply_text_at(reply, i), LANE_COUNT, &lane) || lane == 0 ||
		    !entry_id_parse(reply_text_at(reply, i + 1), (enum lane)(lane - 1), &from) ||
		    !entry_id_parse(reply_text_at(reply, i + 2), (enum lane)(lane - 1), &to))
			continue;
		if (claims_ending(&store->claims, &to) != NULL)
			continue;
		if (claims_add(&store->claims, &from, &to, 0) != ERR_OK) {
			store->may_have_lost = true;
			redis_link_break(store->main, "out of memory");
			return;
		}
		store_range_lost(store, &to);
	}
	/* One that had not lost its answer was answered before this; none is taken while we ask. */
	if (store->is_adopting) {
		store->is_adopting = false;
		store->events->on_adopted(store->ctx, store->lost_count > 0 || store->orphan_is_fenced);
	}
	store_come_up(store);
}

void store_look_for_lost(struct redis_store *store)
{
	struct command *command = &store->scratch;
	store_call_begin_script(store, command, SCRIPT_OWNED, 1);
	store_put_key(store, command, KEY_CLAIMS);
	command_word(command, store->consumer);
	store->is_looking = redis_link_send(store->main, command_octets(command), 0, on_owned, store);
}

static void end_range(struct redis_store *store)
{
	struct entry_key to = store->lost[0].to;
	claims_settled(&store->claims, &to);
	store->lost_count--;
	memmove(store->lost, store->lost + 1, store->lost_count * sizeof *store->lost);
}

static void on_fetched(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	store_note_answer(&store->fetch_max, reply != NULL);
	if (reply == NULL)
		return; /* is_adopting stays set until the ranges were asked for again */
	store->is_adopting = false;
	if (reply->type == REPLY_ARRAY && store->lost_count > 0) {
		struct lost_range *range = &store->lost[0];
		struct claim *claim = claims_ending(&store->claims, &range->to);
		enum lane lane = range->to.lane;
		if (claim != NULL)
			claim->outstanding += store_deliver(store, lane, reply, true);
		bool is_more = reply->count == store->fetch_count &&
			       entry_id_parse(reply_text_at(reply->elements[reply->count - 1], 0), lane, &range->after);
		if (!is_more)
			end_range(store);
	}
	store->events->on_adopted(store->ctx, store->lost_count > 0 || store->orphan_is_fenced);
}

bool store_fetch_lost(struct redis_store *store, unsigned count)
{
	struct command *command = &store->scratch;
	const struct lost_range *range = &store->lost[0];
	char after[ENTRY_ID_OCTETS + 1] = "(";
	char to[ENTRY_ID_OCTETS];
	size_t after_len = 1 + entry_id_format(&range->after, after + 1);
	size_t to_len = entry_id_format(&range->to, to);
	command_begin(command);
	command_word(command, "XRANGE");
	command_word(command, store->keys[(unsigned)KEY_LANE + range->to.lane]);
	command_text(command, (struct slice){ after, after_len });
	command_text(command, (struct slice){ to, to_len });
	command_word(command, "COUNT");
	command_int(command, count);
	store->fetch_count = count;
	store->is_adopting = redis_link_send(store->main, command_octets(command), 0, on_fetched, store);
	return store->is_adopting;
}
