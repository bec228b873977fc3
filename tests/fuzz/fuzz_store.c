/* SPDX-License-Identifier: Apache-2.0 */
/* The store against a Redis that answers anything in any order, whose connections come and go: the input is a list of steps. What the store
 * promises holds all the same: no upcall within a downcall, each BEGIN and SETTLE is answered once, BEGINs in order, a READ ends once, and it
 * can always be closed. A step may have the answer that Redis would give, so that the life of a store is gone through. */
#include "base/log.h"
#include "model/alert.h"
#include "redis_links.h"
#include "store/redis_store_inner.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

#define STEPS_MAX   400
#define BATCH       4
#define BEGINS_MAX  32
#define SETTLES_MAX 256

/* -- the pipeline -- */

static struct {
	struct store *store;
	bool in_downcall;
	bool is_up;
	bool is_closed;
	bool is_reading;
	bool is_adopting;
	unsigned begins[BEGINS_MAX]; /* sizes of those under way */
	unsigned begin_first, begin_count;
	unsigned settle_sizes[SETTLES_MAX]; /* of batches under way; 0 = it is none */
	unsigned leased, bound, unparked;   /* asked of the one under way; 0 = none is */
	unsigned noted;                     /* orders and opt-outs under way */
} life;

static struct settlement settlements[SETTLES_MAX][BATCH];
static struct redis_store_order orders[2];
static struct redis_store_optout optouts[2];
static bool is_order_busy[2], is_optout_busy[2];

static void upcall(void)
{
	CHECK(!life.in_downcall && !life.is_closed);
}

static void on_state(void *ctx, bool is_up, const char *reason)
{
	(void)ctx;
	upcall();
	CHECK(reason != NULL);
	life.is_up = is_up;
}

static void on_read(void *ctx, const struct store_entry *entries, unsigned count, bool last)
{
	(void)ctx;
	upcall();
	CHECK(!last || life.is_reading);
	for (unsigned i = 0; i < count; i++) {
		CHECK(entries[i].key.lane < LANE_COUNT && entries[i].origin.lane < LANE_COUNT);
		CHECK(entries[i].body.len <= ALERT_OCTETS_MAX && entries[i].body.at != NULL);
		CHECK(!entries[i].in_doubt || (entries[i].ambiguous && entries[i].reclaimed));
	}
	if (last)
		life.is_reading = false;
}

static void on_begun(void *ctx, const enum begin_verdict *verdicts, const struct begin_note *notes, unsigned count)
{
	(void)ctx;
	upcall();
	CHECK(life.begin_count > 0 && life.begins[life.begin_first] == count);
	life.begin_first = (life.begin_first + 1) % BEGINS_MAX;
	life.begin_count--;
	for (unsigned i = 0; i < count; i++) {
		CHECK(verdicts[i] <= BEGIN_LOST);
		CHECK(notes == NULL || (notes[i].rule < PROTECTION_COUNT && notes[i].wait_ms >= 0));
	}
}

static void on_settled(void *ctx, struct settlement *const *done, unsigned count)
{
	(void)ctx;
	upcall();
	CHECK(count >= 1 && count <= BATCH);
	size_t place = (size_t)(done[0] - &settlements[0][0]) / BATCH;
	CHECK(place < SETTLES_MAX && life.settle_sizes[place] == count);
	for (unsigned i = 0; i < count; i++)
		CHECK(done[i] == &settlements[place][i]);
	life.settle_sizes[place] = 0;
}

static void on_receipt_found(void *ctx, uint64_t token, struct slice value, uint8_t segment)
{
	(void)ctx;
	(void)segment;
	upcall();
	CHECK(token == 7 && (value.at != NULL || value.len == 0));
}

static void on_recorded(void *ctx, uint64_t token, struct slice answers)
{
	(void)ctx;
	upcall();
	CHECK((token == 7 && answers.at == NULL) || token == 8);
	CHECK(answers.at == NULL || answers.len <= BATCH);
}

static void on_mo_recorded(void *ctx, struct slice answers)
{
	(void)ctx;
	upcall();
	CHECK(answers.at == NULL || answers.len == 1);
}

static bool holds(void *ctx, const struct entry_key *key)
{
	(void)ctx;
	upcall();
	return key->seq % 2 == 1;
}

static bool foresees(void *ctx, const struct store_entry *entry, struct store_withdrawal *out)
{
	(void)ctx;
	upcall();
	*out = (struct store_withdrawal){ .kind = WITHDRAWAL_ID, .name = SLICE("a-1") };
	return entry->body.len % 2 == 1;
}

static void on_pauses(void *ctx, const struct pause *pauses, unsigned count)
{
	(void)ctx;
	upcall();
	CHECK(count <= STORE_PAUSES_MAX);
	for (unsigned i = 0; i < count; i++)
		CHECK(pauses[i].kind < PAUSE_KIND_COUNT && memchr(pauses[i].name, '\0', PAUSE_NAME_OCTETS) != NULL);
}

static void on_fenced(void *ctx)
{
	(void)ctx;
	upcall();
}

static void on_restored(void *ctx)
{
	static const struct settlement mine = { .key = { 5, 1, LANE_NORMAL },
						.origin = { 5, 1, LANE_NORMAL },
						.kind = SETTLE_LATER,
						.id = SLICE("a-1"),
						.state = SLICE("s"),
						.body = SLICE("{}") };
	(void)ctx;
	upcall();
	life.store->ops->reassert(life.store, &mine, 1);
}

static void on_leased(void *ctx, const struct store_grant *grants, unsigned count)
{
	(void)ctx;
	(void)grants;
	upcall();
	CHECK(life.leased == count);
	life.leased = 0;
}

static void on_bound(void *ctx, const unsigned *granted, unsigned count)
{
	(void)ctx;
	(void)granted;
	upcall();
	CHECK(life.bound == count);
	life.bound = 0;
}

static void on_unparked(void *ctx, const struct store_unparked *answers, unsigned count, struct slice names)
{
	(void)ctx;
	(void)answers;
	upcall();
	CHECK(life.unparked == count && (names.at != NULL || names.len == 0));
	life.unparked = 0;
}

static void on_orphans(void *ctx)
{
	(void)ctx;
	upcall();
}

static void on_adopted(void *ctx, bool more)
{
	(void)ctx;
	(void)more;
	upcall();
	life.is_adopting = false;
}

static void on_closed(void *ctx)
{
	(void)ctx;
	upcall();
	life.is_closed = true;
}

static void on_ordered(struct redis_store_order *order, const struct account_answer *noted, const struct err_at *why)
{
	CHECK(is_order_busy[order - orders] && (noted != NULL || why->text[0] != '\0'));
	is_order_busy[order - orders] = false;
}

static void on_optout(struct redis_store_optout *order, const struct optout_answer *noted, const struct err_at *why)
{
	CHECK(is_optout_busy[order - optouts] && (noted != NULL || why->text[0] != '\0'));
	is_optout_busy[order - optouts] = false;
}

/* -- steps -- */

struct input {
	const uint8_t *at;
	size_t left;
};

static uint8_t take(struct input *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->at++;
}

static struct slice take_piece(struct input *input)
{
	size_t len = take(input);
	len = len < input->left ? len : input->left;
	struct slice piece = { (const char *)input->at, len };
	input->at += len;
	input->left -= len;
	return piece;
}

static void begin(uint8_t how)
{
	struct store_begin items[BATCH];
	const struct entry_key begun = { .ms = 4, .seq = how, .lane = LANE_BULK };
	unsigned count = 1 + how % BATCH;
	for (unsigned i = 0; i < count; i++)
		items[i] = (struct store_begin){
			.key = { .ms = 5, .seq = i, .lane = (enum lane)(how / 4 % LANE_COUNT) },
			.origin = { .ms = 5, .seq = i, .lane = LANE_NORMAL },
			.id = SLICE("a-1"),
			.template_name = SLICE("t"),
			.subject = how & 16 ? SLICE("s") : (struct slice){ NULL, 0 },
			.batch = how & 32 ? SLICE("b") : (struct slice){ NULL, 0 },
			.reclaimed = how & 64,
			.limits = { .heeds_optout = how & 128, .minute_max = how & 128 ? 1 : 0, .day_waits = how & 1 },
			.number = SLICE("8613900000001"),
		};
	if (!life.is_up || life.begin_count == BEGINS_MAX)
		return;
	life.in_downcall = true;
	if (life.store->ops->begin(life.store, items, count, &begun, how & 1))
		life.begins[(life.begin_first + life.begin_count++) % BEGINS_MAX] = count;
	life.in_downcall = false;
}

static void settle(uint8_t how)
{
	static const struct store_receipt_key receipt = { .carrier_ref = SLICE("r1"), .segment = 1 };
	struct settlement *batch[BATCH];
	unsigned count = 1 + how % BATCH;
	unsigned place = 0;
	while (place < SETTLES_MAX && life.settle_sizes[place] > 0)
		place++;
	if (place == SETTLES_MAX)
		return;
	for (unsigned i = 0; i < count; i++) {
		bool is_dead = how / 4 % 4 == SETTLE_DEAD;
		settlements[place][i] = (struct settlement){
			.key = { .ms = 5, .seq = i, .lane = (enum lane)(how / 16 % LANE_COUNT) },
			.origin = { .ms = 5, .seq = i, .lane = LANE_NORMAL },
			.kind = (enum settle_kind)(how / 4 % 4),
			.closing = is_dead ? CLOSING_DEAD : CLOSING_ACCEPTED,
			.event = SLICE("{}"),
			.reason = SLICE("x: y"),
			.body = SLICE("{}"),
			.state = SLICE("s"),
			.is_shared = how & 64,
			.id = SLICE("a-1"),
			.account = "cmcc",
			.receipt_keys = &receipt,
			.receipt_key_count = how & 128 ? 1 : 0,
			.receipt_value = SLICE("v"),
		};
		batch[i] = &settlements[place][i];
	}
	life.settle_sizes[place] = count;
	life.in_downcall = true;
	life.store->ops->settle(life.store, batch, count);
	life.in_downcall = false;
}

static void record(uint8_t how)
{
	static const struct store_receipt sought = { .account = "cmcc", .carrier_ref = SLICE("r1"), .token = 7 };
	static const struct mo phone = { .from = SLICE("13900000001"), .to = SLICE("1069"), .octets = SLICE("TD") };
	static const struct store_mo message = { .account = "cmcc",
						 .mo = &phone,
						 .at = SLICE("2026-02-13T08:00:00Z"),
						 .number = SLICE("8613900000001"),
						 .keyword = SLICE("TD") };
#define EVENT(final)                                                                                                \
	{                                                                                                           \
		.account = "cmcc", .carrier_ref = { "r1", 2 }, .state = (final), .head = { "\"event\":\"x\"", 11 }, \
		.tail = { ",\"at\":\"x\"", 9 }, .more = { "", 0 },                                                  \
		.ref = { "\"r1\"",                                                                                  \
			 4 }                                                                                        \
	}
	static const struct store_receipt_event events[2] = { EVENT(MESSAGE_STATE_DELIVERED),
							      EVENT(MESSAGE_STATE_UNDELIVERABLE) };
#undef EVENT
	if (!life.is_up)
		return;
	life.in_downcall = true;
	if (how % 3 == 0)
		(void)life.store->ops->find_receipt(life.store, &sought);
	else if (how % 3 == 1)
		(void)life.store->ops->record(life.store, &events[how / 4 % 2], 1, 8);
	else
		(void)life.store->ops->record_mo(life.store, &message, 1);
	life.in_downcall = false;
}

static void ask(uint8_t how)
{
	static const struct store_lease leases[2] = { { "cmcc", 100, 10, -5 }, { "b", 1, 1, 0 } };
	static const struct store_bind binds[2] = { { "cmcc", 4, 2, 1 }, { "b", 1, 1, 0 } };
	static const struct store_unpark unparks[2] = { { "cmcc", 4, 2 }, { "b", 0, 0 } };
	unsigned count = 1 + how / 4 % 2;
	if (!life.is_up)
		return;
	life.in_downcall = true;
	if (how % 4 == 0 && life.leased == 0 && life.store->ops->lease(life.store, leases, count))
		life.leased = count;
	else if (how % 4 == 1 && life.bound == 0 && life.store->ops->bind(life.store, binds, count))
		life.bound = count;
	else if (how % 4 == 2 && life.unparked == 0 && life.store->ops->unpark(life.store, unparks, count))
		life.unparked = count;
	life.in_downcall = false;
}

static void withdraw(uint8_t how)
{
	const struct store_withdrawal withdrawal = {
		.kind = (enum withdrawal_kind)(how % 4),
		.name = SLICE("a-1"),
		.template_name = SLICE("t"),
		.subject = SLICE("s"),
		.origin = { .ms = 6, .seq = how, .lane = LANE_URGENT },
	};
	const struct store_late late = { .key = { .origin = { .ms = 5, .seq = 1, .lane = LANE_NORMAL } },
					 .account = "cmcc",
					 .carrier_ref = SLICE("r1"),
					 .at = SLICE("2026-02-13T08:00:00Z") };
	life.in_downcall = true;
	if (how & 8)
		life.store->ops->settle_late(life.store, &late);
	else
		life.store->ops->withdraw(life.store, &withdrawal);
	life.in_downcall = false;
}

static void note(uint8_t how)
{
	unsigned place = how / 2 % 2;
	life.in_downcall = true;
	if (how & 1 && !is_order_busy[place]) {
		orders[place] = (struct redis_store_order){ .change = { .account = "cmcc",
									.is_tps = how & 4,
									.has_tps = how & 8,
									.tps = 5,
									.stance = (enum account_stance)(how / 16 % 3),
									.who = "li",
									.reason = "x" },
							    .done = on_ordered };
		is_order_busy[place] = redis_store_order(life.store, &orders[place]);
	} else if (!(how & 1) && !is_optout_busy[place]) {
		optouts[place] =
			(struct redis_store_optout){ .order = { .verb = (enum optout_verb)(how / 4 % 3),
								.number = { .digits = "8613900000001", .len = 13 },
								.who = "li",
								.reason = "x" },
						     .done = on_optout };
		is_optout_busy[place] = redis_store_optout(life.store, &optouts[place]);
	}
	life.in_downcall = false;
}

static void read_or_adopt(uint8_t how)
{
	static const struct store_quota quota = { { 2, 3, 0, 4 } };
	life.in_downcall = true;
	if (how & 1) {
		if (life.is_up && !life.is_adopting)
			life.is_adopting = life.store->ops->adopt(life.store, 1 + how / 2, NULL, 0);
	} else if (life.is_up && !life.is_reading) {
		life.is_reading = true;
		life.store->ops->read(life.store, &quota, how & 2);
	}
	life.in_downcall = false;
}

static void turn(void)
{
	for (unsigned i = 0; i < LINKS; i++) {
		if (links[i].broken != NULL)
			go_down(&links[i], links[i].broken);
	}
	if (member != NULL)
		member->turn(member->ctx, __wrap_loop_now(NULL));
	if (member != NULL)
		(void)member->next_deadline(member->ctx);
}

static void step(struct input *input)
{
	static const struct slice by_itself = { NULL, 0 };
	uint8_t op = take(input);
	struct redis_link *link = &links[op >> 4 & 1];
	switch (op & 15) {
	case 0:
		come_up(&links[0]);
		come_up(&links[1]);
		break;
	case 1:
	case 2: /* all that waits there, as Redis would */
		for (unsigned i = link->count; i > 0; i--)
			answer(link, by_itself);
		break;
	case 3:
		answer(link, by_itself);
		break;
	case 4:
	case 5:
	case 6:
		answer(link, take_piece(input));
		break;
	case 7:
		go_down(link, "the network");
		break;
	case 8:
		read_or_adopt(take(input));
		break;
	case 9:
		begin(take(input));
		break;
	case 10:
		settle(take(input));
		break;
	case 11:
		record(take(input));
		break;
	case 12:
		ask(take(input));
		break;
	case 13:
		withdraw(take(input));
		break;
	case 14:
		note(take(input));
		break;
	default:
		clock_us += (mono_us)take(input) * 100000;
	}
	turn();
}

/* However it was left, it closes within its grace. */
static void end(void)
{
	for (unsigned i = 0; i < LINKS; i++) {
		if (links[i].broken != NULL)
			go_down(&links[i], links[i].broken);
	}
	life.in_downcall = true;
	life.store->ops->close(life.store, US_PER_S);
	life.in_downcall = false;
	for (unsigned i = 0; i < 8 && !life.is_closed; i++) {
		clock_us += US_PER_S;
		turn();
	}
	CHECK(life.is_closed);
	life.store->ops->destroy(life.store);
}

static void no_line(void *ctx, enum log_level level, struct slice line)
{
	(void)ctx;
	(void)level;
	CHECK(line.len > 0 && line.at[line.len - 1] == '\n');
}

static struct now log_now(void *ctx)
{
	(void)ctx;
	return __wrap_loop_now(NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static struct log log = { .least = LOG_DEBUG, .write = no_line, .now = log_now };
	static const struct store_events events = {
		.on_state = on_state,
		.on_read = on_read,
		.on_begun = on_begun,
		.on_settled = on_settled,
		.on_receipt_found = on_receipt_found,
		.on_recorded = on_recorded,
		.on_mo_recorded = on_mo_recorded,
		.holds = holds,
		.foresees = foresees,
		.on_pauses = on_pauses,
		.on_fenced = on_fenced,
		.on_restored = on_restored,
		.on_leased = on_leased,
		.on_bound = on_bound,
		.on_unparked = on_unparked,
		.on_orphans = on_orphans,
		.on_adopted = on_adopted,
		.on_closed = on_closed,
	};
	static const struct redis_store_options options = {
		.tag = "{hongyan}",
		.instance = "gw",
		.nonce = 1,
		.adopts_instance = true,
		.heartbeat_us = 5 * US_PER_S,
		.dead_after_us = 30 * US_PER_S,
		.stale_after_us = 10 * US_PER_S,
		.balance_us = US_PER_S,
		.chore_rest_us = 10 * US_PER_S,
		.seen_window_ms = 86400000,
		.withdrawal_window_ms = 86400000,
		.receipt_window_ms = 86400000,
		.events_retention_ms = 3600000,
		.mo_retention_ms = 3600000,
		.mo_repeat_window_ms = 120000,
		.outcome_octets = 4096,
		.log = &log,
	};
	struct input input = { octets, len };
	memset(&life, 0, sizeof life);
	memset(is_order_busy, 0, sizeof is_order_busy);
	memset(is_optout_busy, 0, sizeof is_optout_busy);
	link_count = 0;
	clock_us = 1000 * US_PER_S;
	life.store = redis_store_create(NULL, &options);
	CHECK(life.store != NULL && link_count == LINKS);
	life.store->ops->open(life.store, &events, NULL);
	for (unsigned i = 0; i < STEPS_MAX && input.left > 0; i++)
		step(&input);
	end();
	return 0;
}
