/* SPDX-License-Identifier: Apache-2.0 */

/* An alert that makes a worker crash would do so for ever, and with each crash put the alerts beside it in doubt. Each
 * worker leaves a crumb for the entry that it has in hand; the next start counts it (store/store_suspects.c). That alone
 * proves little, since a process may be killed at any time with any entry in hand. So one that was in hand twice is taken
 * alone, when nothing else is under way, and one that was in hand a third time is a dead letter. */

#include "base/check.h"
#include "pipeline/pipeline_inner.h"

#define POISON_CRASHES 3

static void put_away(struct pipeline *pipeline, struct parcel *parcel)
{
	list_remove(&parcel->link);
	dispatch_forget(pipeline, parcel);
}

/* Keeps what the entry brought until its turn comes; false where there is no memory. */
static bool keep(struct parcel *parcel, const struct store_entry *entry)
{
	struct store_entry *kept = arena_alloc(&parcel->arena, sizeof *kept);
	if (kept == NULL)
		return false;
	*kept = *entry;
	kept->body = arena_copy(&parcel->arena, entry->body);
	kept->state = arena_copy(&parcel->arena, entry->state);
	parcel->kept = kept;
	return kept->body.at != NULL || entry->body.at == NULL;
}

bool poison_takes(struct pipeline *pipeline, struct parcel *parcel, const struct store_entry *entry)
{
	if (entry->crashes < STORE_SUSPECT_CRASHES)
		return false;
	if (entry->crashes >= POISON_CRASHES || !keep(parcel, entry)) {
		parcel->body = arena_copy(&parcel->arena, entry->body);
		settling_dead(pipeline, parcel, "poison", NULL,
			      "three workers died with this alert in hand, the last one with nothing else; look at it, "
			      "and at what they left, before it is tried again");
		return true;
	}
	struct log_line line;
	if (log_begin(&line, pipeline->log, LOG_WARN, "suspect",
		      "two workers died with this alert in hand; it is tried once more, alone")) {
		char origin[ENTRY_KEY_OCTETS];
		size_t len = entry_key_format(&entry->origin, origin);
		log_text(&line, "entry", (struct slice){ origin, len });
		log_end(&line);
	}
	list_push(&pipeline->suspects, &parcel->link);
	return true;
}

bool poison_is_near(const struct pipeline *pipeline)
{
	return !list_empty(&pipeline->suspects) || pipeline->suspect != NULL;
}

bool poison_may_begin(const struct pipeline *pipeline, const struct parcel *parcel)
{
	if (!poison_is_near(pipeline))
		return true;
	/* What is in doubt must go first; of the rest only the suspect, in its turn. */
	return pipeline->suspect != NULL ? parcel == pipeline->suspect : parcel->begun_index != PARCEL_NOT_BEGUN;
}

/* Begun alerts that are not suspects themselves. */
static unsigned others_begun(const struct pipeline *pipeline)
{
	unsigned suspects = 0;
	for (struct list *link = pipeline->suspects.next; link != &pipeline->suspects; link = link->next)
		suspects += LIST_ITEM(link, struct parcel, link)->begun_index != PARCEL_NOT_BEGUN;
	return pipeline->begun_count - suspects;
}

void poison_turn(struct pipeline *pipeline)
{
	if (pipeline->suspect != NULL && pipeline->suspect->generation != pipeline->suspect_generation)
		pipeline->suspect = NULL; /* it did no harm */
	if (pipeline->suspect != NULL || list_empty(&pipeline->suspects) || pipeline->is_draining)
		return;
	if (others_begun(pipeline) > 0 || pipeline->begins_under_way > 0 || pipeline->settling_count > 0 ||
	    pipeline->settles_under_way > 0)
		return;
	struct parcel *parcel = LIST_ITEM(pipeline->suspects.next, struct parcel, link);
	list_remove(&parcel->link);
	pipeline->suspect = parcel;
	pipeline->suspect_generation = parcel->generation;
	prepare_parcel(pipeline, parcel, parcel->kept);
}

void poison_let_go(struct pipeline *pipeline)
{
	while (!list_empty(&pipeline->suspects))
		put_away(pipeline, LIST_ITEM(pipeline->suspects.next, struct parcel, link));
}
