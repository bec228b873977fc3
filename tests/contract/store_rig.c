/* SPDX-License-Identifier: Apache-2.0 */
#include "contract/store_rig.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define UNTIL_US (20 * US_PER_S)

const struct store_kit *const store_kits[] = { &store_kit_fake, &store_kit_redis };
const unsigned store_kit_count = sizeof store_kits / sizeof store_kits[0];
struct store_rig store_rig_shared;

/* -- upcalls -- */

static struct rig_slot *upcall(void *ctx)
{
	struct rig_slot *slot = ctx;
	cr_assert_not(slot->in_downcall, "%s: an upcall inside a downcall", slot->rig->row);
	cr_assert_not(slot->is_closed, "%s: an upcall after on_closed", slot->rig->row);
	return slot;
}

static void on_state(void *ctx, bool is_up, const char *reason)
{
	struct rig_slot *slot = upcall(ctx);
	cr_assert_not_null(reason, "%s", slot->rig->row);
	cr_assert_neq(slot->is_up, is_up, "%s: state %d told twice", slot->rig->row, is_up);
	slot->is_up = is_up;
	slot->up_count += is_up;
}

static void copy_text(char out[RIG_TEXT], struct slice text)
{
	cr_assert_lt(text.len, (size_t)RIG_TEXT);
	snprintf(out, RIG_TEXT, "%.*s", SLICE_ARG(text));
}

static void on_read(void *ctx, const struct store_entry *entries, unsigned count, bool last)
{
	struct rig_slot *slot = upcall(ctx);
	for (unsigned i = 0; i < count; i++) {
		cr_assert_lt(slot->entry_count, (unsigned)RIG_ENTRIES);
		struct rig_entry *entry = &slot->entries[slot->entry_count++];
		*entry = (struct rig_entry){
			.key = entries[i].key,
			.origin = entries[i].origin,
			.attempt = entries[i].attempt,
			.ambiguous = entries[i].ambiguous,
			.in_doubt = entries[i].in_doubt,
			.resend = entries[i].resend,
			.reclaimed = entries[i].reclaimed,
			.is_malformed = entries[i].malformed != NULL,
			.is_held = true,
		};
		copy_text(entry->body, entries[i].body);
		copy_text(entry->state, entries[i].state);
	}
	slot->read_count += last;
}

static void on_begun(void *ctx, const enum begin_verdict *verdicts, const struct begin_note *notes, unsigned count)
{
	static const struct begin_note none = { .rule = PROTECTION_NONE };
	struct rig_slot *slot = upcall(ctx);
	for (unsigned i = 0; i < count; i++) {
		slot->notes[slot->verdict_count] = notes != NULL ? notes[i] : none;
		slot->verdicts[slot->verdict_count++] = verdicts[i];
	}
	slot->begun_sizes[slot->begun_count++ % 64] = count;
}

static struct rig_entry *find_held(struct rig_slot *slot, const struct entry_key *key)
{
	for (unsigned i = 0; i < slot->entry_count; i++) {
		if (slot->entries[i].is_held && entry_key_equal(&slot->entries[i].key, key))
			return &slot->entries[i];
	}
	return NULL;
}

static void on_settled(void *ctx, struct settlement *const *settlements, unsigned count)
{
	struct rig_slot *slot = upcall(ctx);
	for (unsigned i = 0; i < count; i++) {
		struct rig_settlement *mine = (struct rig_settlement *)(void *)settlements[i];
		cr_assert_not(mine->is_settled, "%s: settled twice", slot->rig->row);
		mine->is_settled = true;
		mine->fences = slot->fenced_count;
		struct rig_entry *entry = find_held(slot, &mine->settlement.key);
		if (entry != NULL)
			entry->is_held = false;
	}
	slot->settled_count += count;
}

static void on_receipt_found(void *ctx, uint64_t token, struct slice value, uint8_t segment)
{
	struct rig_slot *slot = upcall(ctx);
	cr_assert_lt(slot->found_count, (unsigned)RIG_ENTRIES);
	struct rig_found *found = &slot->found[slot->found_count++];
	*found = (struct rig_found){ .token = token, .is_known = value.at != NULL, .segment = segment };
	copy_text(found->value, value);
}

static void on_recorded(void *ctx, uint64_t token, struct slice answers)
{
	struct rig_slot *slot = upcall(ctx);
	(void)token;
	slot->recorded_count++;
	slot->recorded_ok += answers.at != NULL;
	cr_assert_lt(answers.len, sizeof slot->answers);
	if (answers.at != NULL)
		memcpy(slot->answers, answers.at, answers.len);
	slot->answers[answers.len] = '\0';
}

static void on_leased(void *ctx, const struct store_grant *grants, unsigned count)
{
	struct rig_slot *slot = upcall(ctx);
	slot->leased_count++;
	slot->lease_was_lost = grants == NULL;
	for (unsigned i = 0; i < count && grants != NULL; i++)
		slot->grants[i] = grants[i];
}

static void on_bound(void *ctx, const unsigned *links, unsigned count)
{
	struct rig_slot *slot = upcall(ctx);
	slot->bound_count++;
	slot->bind_was_lost = links == NULL;
	for (unsigned i = 0; i < count && links != NULL; i++)
		slot->links[i] = links[i];
}

static void on_unparked(void *ctx, const struct store_unparked *answers, unsigned count, struct slice names)
{
	struct rig_slot *slot = upcall(ctx);
	slot->unparked_count++;
	slot->unpark_was_lost = answers == NULL;
	for (unsigned i = 0; i < count && answers != NULL; i++)
		slot->unparked[i] = answers[i];
	copy_text(slot->parked_names, names);
}

static void on_mo_recorded(void *ctx, struct slice answers)
{
	struct rig_slot *slot = upcall(ctx);
	slot->mo_recorded_count++;
	cr_assert_lt(answers.len, sizeof slot->answers);
	if (answers.at != NULL)
		memcpy(slot->answers, answers.at, answers.len);
	slot->answers[answers.len] = '\0';
}

static bool holds(void *ctx, const struct entry_key *key)
{
	return find_held(ctx, key) != NULL;
}

struct slice store_rig_member(const char *body, const char *name)
{
	char key[40];
	snprintf(key, sizeof key, "\"%s\":\"", name);
	const char *at = strstr(body, key);
	if (at == NULL)
		return (struct slice){ NULL, 0 };
	at += strlen(key);
	return (struct slice){ at, strcspn(at, "\"") };
}

static bool foresees(void *ctx, const struct store_entry *entry, struct store_withdrawal *out)
{
	static const struct {
		const char *name;
		enum withdrawal_kind kind;
	} cancels[] = { { "cancel", WITHDRAWAL_ID },
			{ "cancel_batch", WITHDRAWAL_BATCH },
			{ "cancel_subject", WITHDRAWAL_SUBJECT } };
	static char body[RIG_TEXT]; /* what out points to */
	upcall(ctx);
	if (entry->malformed != NULL)
		return false;
	copy_text(body, entry->body);
	*out = (struct store_withdrawal){
		.kind = WITHDRAWAL_SUPERSEDED,
		.name = store_rig_member(body, "id"),
		.template_name = store_rig_member(body, "template"),
		.subject = store_rig_member(body, "subject"),
	};
	for (unsigned i = 0; i < 3; i++) {
		struct slice named = store_rig_member(body, cancels[i].name);
		if (named.at == NULL)
			continue;
		out->kind = cancels[i].kind;
		out->name = out->subject = named;
		return true;
	}
	return strstr(body, "\"supersede\":true") != NULL;
}

static void on_pauses(void *ctx, const struct pause *pauses, unsigned count)
{
	(void)pauses;
	(void)count;
	upcall(ctx);
}

static void on_fenced(void *ctx)
{
	struct rig_slot *slot = upcall(ctx);
	slot->fenced_count++;
	slot->is_adopting = false;
}

static void on_restored(void *ctx)
{
	struct rig_slot *slot = upcall(ctx);
	slot->restored_count++;
	slot->is_adopting = false;
	for (unsigned i = 0; i < slot->entry_count; i++)
		slot->entries[i].is_held = false;
	for (unsigned i = 0; i < slot->in_flight_count; i++) {
		struct rig_entry *entry = &slot->entries[slot->in_flight[i]];
		struct settlement settlement = {
			.key = entry->key,
			.origin = entry->origin,
			.id = store_rig_member(entry->body, "id"),
			.kind = SETTLE_LATER,
			.body = slice_of(entry->body),
			.ambiguous = true,
			.due_at = slot->in_flight_due,
		};
		entry->is_held = true;
		slot->store->ops->reassert(slot->store, &settlement, 1);
	}
}

static void on_orphans(void *ctx)
{
	upcall(ctx)->orphan_count++;
}

static void on_adopted(void *ctx, bool more)
{
	struct rig_slot *slot = upcall(ctx);
	cr_assert(slot->is_adopting, "%s: an adoption is over that nobody asked for", slot->rig->row);
	slot->is_adopting = false;
	slot->adopted_count++;
	slot->adopt_more = more;
}

static void on_closed(void *ctx)
{
	upcall(ctx)->is_closed = true;
}

/* -- life -- */

void store_rig_start(struct store_rig *rig, const struct store_kit *kit)
{
	signal(SIGPIPE, SIG_IGN); /* as the gateway does */
	memset(rig, 0, sizeof *rig);
	rig->kit = kit;
	rig->row = kit->name;
	for (unsigned i = 0; i < RIG_SLOTS; i++)
		rig->slots[i].rig = rig;
	kit->start(rig);
}

void store_rig_finish(struct store_rig *rig)
{
	for (unsigned i = 0; i < RIG_SLOTS; i++) {
		if (rig->slots[i].is_open)
			store_rig_close(rig, i, US_PER_S);
	}
	rig->kit->finish(rig);
}

void store_rig_open(struct store_rig *rig, unsigned number, const struct store_setup *setup)
{
	static const struct store_events events = {
		.on_state = on_state,
		.on_read = on_read,
		.on_begun = on_begun,
		.on_settled = on_settled,
		.on_receipt_found = on_receipt_found,
		.on_recorded = on_recorded,
		.on_mo_recorded = on_mo_recorded,
		.on_leased = on_leased,
		.on_unparked = on_unparked,
		.on_bound = on_bound,
		.holds = holds,
		.foresees = foresees,
		.on_pauses = on_pauses,
		.on_fenced = on_fenced,
		.on_restored = on_restored,
		.on_orphans = on_orphans,
		.on_adopted = on_adopted,
		.on_closed = on_closed,
	};
	struct rig_slot *slot = &rig->slots[number];
	memset(slot, 0, sizeof *slot);
	slot->rig = rig;
	rig->kit->make(rig, number, setup);
	slot->is_open = true;
	slot->in_downcall = true;
	slot->store->ops->open(slot->store, &events, slot);
	slot->in_downcall = false;
	store_rig_until(rig, number, rig_is_up, 0, "the store is up");
}

static bool is_closed(struct rig_slot *slot, unsigned ignored)
{
	(void)ignored;
	return slot->is_closed;
}

void store_rig_close(struct store_rig *rig, unsigned number, mono_us grace_us)
{
	struct rig_slot *slot = &rig->slots[number];
	slot->is_frozen = false;
	slot->in_downcall = true;
	slot->store->ops->close(slot->store, grace_us);
	slot->in_downcall = false;
	store_rig_until(rig, number, is_closed, 0, "the store is closed");
	for (unsigned i = 0; i < 20; i++)
		rig->kit->turn(rig);
	slot->in_downcall = true;
	slot->store->ops->destroy(slot->store);
	slot->in_downcall = false;
	slot->store = NULL;
	slot->is_open = false;
}

struct entry_key store_rig_add(struct store_rig *rig, enum lane lane, const char *id)
{
	char body[RIG_TEXT];
	snprintf(body, sizeof body, "{\"id\":\"%s\",\"template\":\"t\"}", id);
	rig->added++;
	return rig->kit->add(rig, lane, body, false);
}

struct entry_key store_rig_add_body(struct store_rig *rig, enum lane lane, const char *body)
{
	rig->added++;
	return rig->kit->add(rig, lane, body, false);
}

void store_rig_until(struct store_rig *rig, unsigned number,
		     bool (*condition)(struct rig_slot *slot, unsigned argument), unsigned argument, const char *what)
{
	mono_us give_up = rig->kit->now(rig) + UNTIL_US;
	while (!condition(&rig->slots[number], argument)) {
		cr_assert_lt(rig->kit->now(rig), give_up, "%s: slot %u waited in vain until %s (%u)", rig->row, number,
			     what, argument);
		rig->kit->turn(rig);
	}
}

void store_rig_pass(struct store_rig *rig, mono_us span_us)
{
	mono_us end = rig->kit->now(rig) + span_us;
	while (rig->kit->now(rig) < end)
		rig->kit->turn(rig);
}

/* -- conditions -- */

bool rig_is_up(struct rig_slot *slot, unsigned ignored)
{
	(void)ignored;
	return slot->is_up;
}

bool rig_has_reads(struct rig_slot *slot, unsigned count)
{
	return slot->read_count >= count;
}

bool rig_has_entries(struct rig_slot *slot, unsigned count)
{
	return slot->entry_count >= count;
}

bool rig_has_begun(struct rig_slot *slot, unsigned count)
{
	return slot->begun_count >= count;
}

bool rig_has_settled(struct rig_slot *slot, unsigned count)
{
	return slot->settled_count >= count;
}

bool rig_has_fences(struct rig_slot *slot, unsigned count)
{
	return slot->fenced_count >= count;
}

bool rig_has_orphans(struct rig_slot *slot, unsigned count)
{
	return slot->orphan_count >= count;
}

bool rig_has_adopted(struct rig_slot *slot, unsigned count)
{
	return slot->adopted_count >= count;
}

bool rig_has_found(struct rig_slot *slot, unsigned count)
{
	return slot->found_count >= count;
}

bool rig_has_recorded(struct rig_slot *slot, unsigned count)
{
	return slot->recorded_count >= count;
}

bool rig_has_recorded_mo(struct rig_slot *slot, unsigned count)
{
	return slot->mo_recorded_count >= count;
}

/* -- calls -- */

static void flush(struct rig_slot *slot)
{
	slot->store->ops->flush(slot->store);
	slot->in_downcall = false;
}

void store_rig_read(struct store_rig *rig, unsigned number, unsigned each_lane, bool may_wait)
{
	struct rig_slot *slot = &rig->slots[number];
	struct store_quota quota;
	for (unsigned lane = 0; lane < LANE_COUNT; lane++)
		quota.count[lane] = each_lane;
	cr_assert_not(slot->store->ops->is_reading(slot->store), "%s", rig->row);
	slot->in_downcall = true;
	slot->store->ops->read(slot->store, &quota, may_wait);
	cr_assert(slot->store->ops->is_reading(slot->store), "%s", rig->row);
	flush(slot);
}

static unsigned collect_begun(const struct rig_slot *slot, struct entry_key *begun)
{
	unsigned count = 0;
	for (unsigned i = 0; i < slot->entry_count; i++) {
		if (slot->entries[i].is_held && slot->entries[i].ambiguous)
			begun[count++] = slot->entries[i].key;
	}
	return count;
}

static void ask_protection(const struct store_rig *rig, const char *body, struct store_begin *item)
{
	item->number = store_rig_member(body, "to");
	item->sms_class = SMS_CLASS_NOTICE;
	if (item->number.len == 0)
		return;
	(void)sms_class_parse(store_rig_member(body, "class"), &item->sms_class);
	item->limits = rig->limits[item->sms_class];
	struct slice text = store_rig_member(body, "text");
	for (size_t i = 0; i < text.len; i++)
		item->text_hash = item->text_hash * 31 + (unsigned char)text.at[i];
}

bool store_rig_begin(struct store_rig *rig, unsigned number, const unsigned *places, unsigned count)
{
	static struct entry_key begun[RIG_ENTRIES];
	static struct store_begin items[RIG_ENTRIES];
	struct rig_slot *slot = &rig->slots[number];
	unsigned begun_count = collect_begun(slot, begun);
	for (unsigned i = 0; i < count; i++) {
		struct rig_entry *entry = &slot->entries[places[i]];
		items[i] = (struct store_begin){
			.key = entry->key,
			.origin = entry->origin,
			.id = store_rig_member(entry->body, "id"),
			.template_name = store_rig_member(entry->body, "template"),
			.subject = store_rig_member(entry->body, "subject"),
			.batch = store_rig_member(entry->body, "batch"),
			.reclaimed = entry->reclaimed,
		};
		ask_protection(rig, entry->body, &items[i]);
	}
	slot->in_downcall = true;
	bool taken = slot->store->ops->begin(slot->store, items, count, begun, begun_count);
	flush(slot);
	memset(items, 0xEE, count * sizeof *items); /* copied */
	memset(begun, 0xEE, begun_count * sizeof *begun);
	for (unsigned i = 0; taken && i < count; i++)
		slot->entries[places[i]].ambiguous = true; /* begun and not settled: may have been sent */
	return taken;
}

void store_rig_settle(struct store_rig *rig, unsigned number, const unsigned *places, unsigned count,
		      const struct settlement *like)
{
	static struct settlement *batch[STORE_BATCH_MAX];
	struct rig_slot *slot = &rig->slots[number];
	for (unsigned i = 0; i < count; i++) {
		cr_assert_lt(slot->settlement_count, (unsigned)RIG_ENTRIES);
		struct rig_settlement *mine = &slot->settlements[slot->settlement_count++];
		const struct rig_entry *entry = &slot->entries[places[i]];
		char origin[ENTRY_KEY_OCTETS];
		entry_key_format(&entry->origin, origin);
		mine->settlement = *like;
		mine->settlement.key = entry->key;
		mine->settlement.origin = entry->origin;
		memcpy(mine->body, entry->body, sizeof mine->body);
		mine->settlement.body = slice_of(mine->body);
		if (like->id.len > 0)
			mine->settlement.id = store_rig_member(mine->body, "id");
		if (like->kind != SETTLE_LATER) {
			snprintf(mine->event, sizeof mine->event, "{\"of\":\"%s\",\"event\":\"%s\"}", origin,
				 like->kind == SETTLE_HOLD ? "held" : closing_name(like->closing));
			mine->settlement.event = slice_of(mine->event);
		}
		batch[i] = &mine->settlement;
	}
	slot->in_downcall = true;
	slot->store->ops->settle(slot->store, batch, count);
	flush(slot);
	memset(batch, 0, sizeof batch); /* the array is copied, the settlements are borrowed */
}

bool store_rig_adopt(struct store_rig *rig, unsigned number, unsigned count)
{
	static struct entry_key begun[RIG_ENTRIES];
	struct rig_slot *slot = &rig->slots[number];
	unsigned begun_count = collect_begun(slot, begun);
	slot->in_downcall = true;
	bool taken = slot->store->ops->adopt(slot->store, count, begun, begun_count);
	slot->is_adopting = slot->is_adopting || taken;
	flush(slot);
	return taken;
}

void store_rig_lease(struct store_rig *rig, unsigned number, const struct store_lease *asks, unsigned count)
{
	struct rig_slot *slot = &rig->slots[number];
	slot->in_downcall = true;
	bool taken = slot->store->ops->lease(slot->store, asks, count);
	flush(slot);
	cr_assert(taken, "%s", rig->row);
}

void store_rig_bind(struct store_rig *rig, unsigned number, const struct store_bind *asks, unsigned count)
{
	struct rig_slot *slot = &rig->slots[number];
	slot->in_downcall = true;
	bool taken = slot->store->ops->bind(slot->store, asks, count);
	flush(slot);
	cr_assert(taken, "%s", rig->row);
}

void store_rig_unpark(struct store_rig *rig, unsigned number, const struct store_unpark *asks, unsigned count)
{
	struct rig_slot *slot = &rig->slots[number];
	slot->in_downcall = true;
	bool taken = slot->store->ops->unpark(slot->store, asks, count);
	flush(slot);
	cr_assert(taken, "%s", rig->row);
}

void store_rig_adopt_all(struct store_rig *rig, unsigned number)
{
	struct rig_slot *slot = &rig->slots[number];
	mono_us give_up = rig->kit->now(rig) + UNTIL_US;
	do {
		unsigned before = slot->adopted_count;
		while (!store_rig_adopt(rig, number, 100)) {
			cr_assert_lt(rig->kit->now(rig), give_up, "%s: slot %u has nothing to adopt, %u entries",
				     rig->row, number, slot->entry_count);
			rig->kit->turn(rig);
		}
		store_rig_until(rig, number, rig_has_adopted, before + 1, "the adoption is over");
	} while (slot->adopt_more);
}

void store_rig_read_all(struct store_rig *rig, unsigned number, unsigned count)
{
	struct rig_slot *slot = &rig->slots[number];
	while (slot->entry_count < count) {
		unsigned before = slot->read_count;
		store_rig_read(rig, number, 64, true);
		store_rig_until(rig, number, rig_has_reads, before + 1, "the READ is over");
	}
	cr_assert_eq(slot->entry_count, count, "%s: %u entries", rig->row, slot->entry_count);
}

/* -- checks -- */

struct rig_entry *store_rig_entry(struct store_rig *rig, unsigned number, const struct entry_key *key)
{
	struct rig_slot *slot = &rig->slots[number];
	struct rig_entry *found = NULL;
	char text[ENTRY_KEY_OCTETS];
	entry_key_format(key, text);
	for (unsigned i = 0; i < slot->entry_count; i++) {
		if (!entry_key_equal(&slot->entries[i].key, key))
			continue;
		cr_assert_null(found, "%s: slot %u was told %s twice", rig->row, number, text);
		found = &slot->entries[i];
	}
	cr_assert_not_null(found, "%s: slot %u was not told %s", rig->row, number, text);
	return found;
}

void store_rig_expect_events(struct store_rig *rig, const char *text, unsigned want)
{
	const char *events = rig->kit->events(rig);
	unsigned lines = 0;
	for (const char *line = events; *line != '\0';) {
		size_t len = strcspn(line, "\n");
		lines += memmem(line, len, text, strlen(text)) != NULL;
		line += len + (line[len] == '\n');
	}
	cr_assert_eq(lines, want, "%s: %u events with %s, want %u; all:\n%s", rig->row, lines, text, want, events);
}

void store_rig_expect_balance(struct store_rig *rig)
{
	uint64_t closed = 0;
	for (unsigned i = 0; i < CLOSING_COUNT; i++)
		closed += rig->kit->total(rig, (enum closing)i);
	cr_assert_eq(rig->added, rig->kit->depth(rig) + closed, "%s: %u added, %u there, %u closed", rig->row,
		     rig->added, rig->kit->depth(rig), (unsigned)closed);
	if (rig->kit->drift != NULL)
		cr_assert_eq(rig->kit->drift(rig), 0, "%s: %lld are left over", rig->row,
			     (long long)rig->kit->drift(rig));
}
