/* SPDX-License-Identifier: Apache-2.0 */

/* Parking: what waits for an account that is away, or that takes little, must not fill the memory that alerts of others need.
 * It waits in the store under the names of the accounts that may take it, urgent ones and the oldest first, and who has a
 * link and nothing left to send on it asks for it.
 *
 *   away for DOWN_PATIENCE_US ──► all that waits for it is parked, and what is read for it at once: under the names of all
 *                                 accounts of its route
 *   no parcel is free, and some account that an open route names takes submits and has none ──► accounts with more than their
 *                                 share park the rest: under their own names, since they do take it, and where its route has
 *                                 others under “NAME?” too
 *   an account takes submits and has few waiting ──► unpark
 *   an account does not, and others do ──► unpark “NAME?”
 *
 * What is parked under the name of an account that is in the configuration no more goes to whoever takes it. Nothing waits
 * there for ever: after PARK_MS it is routed anew. */

#include "base/check.h"
#include "pipeline/pipeline_inner.h"

#include <stdio.h>

/* Where this worker alone can't reach a carrier, or its links break again and again, others may send what it has in hand. */
#define OTHERS_PATIENCE_US (30 * US_PER_S)

#define PARK_NAME_OCTETS 72                   /* an account's name and more */
#define PARK_MS          (10 * 60 * MS_PER_S) /* … and up to as much more, so that not all come back at once */
#define LOOK_US          (250 * US_PER_MS)    /* between two questions where nothing is known to be parked */
#define AGAIN_US         (20 * US_PER_MS)     /* … and where something is */
#define WAITING_LEAST    64                   /* alerts of an account that should be at hand */
#define RELIEF_US        (20 * US_PER_MS)
#define RELIEF_MOST      512              /* alerts of an account at a time */
#define RELIEF_AGAIN     8                /* … that were put back before, where nobody is known to need the room */
#define SOUGHT_US        (600 * US_PER_S) /* an account that had an alert within that time may get another one any moment */
#define NAMED_US         US_PER_S         /* which accounts routes name is looked up as often */
#define STRANGERS_LEAST  4                /* names in a question that are kept for them, where there are any */
#define NOBODY           UINT8_MAX
#define ELSE             '?' /* behind the name of an account: others may take it too */
#define FREE_SHARE \
	8 /* memory is scarce where one of so many parcels is free: that is what intake keeps for each stream */
#define LANE_RANKS (UINT64_C(1) << 44) /* milliseconds since 1970, for the next 500 years */

/* -- away -- */

bool parking_makes_room(const struct pipeline *pipeline, const struct account *account, mono_us now)
{
	if (account->is_live || pipeline->is_draining)
		return false;
	if (account->is_gone)
		return true;
	/* Where no account takes anything nothing is read, and what was read may stay, unless others can send it. */
	return (pipeline->live != 0 || parking_others_may(account, now)) &&
	       now - account->down_since >= DOWN_PATIENCE_US;
}

bool parking_others_may(const struct account *account, mono_us now)
{
	bool is_long_down = account->presence == ACCOUNT_OPEN && !account->is_live &&
			    now - account->down_since >= OTHERS_PATIENCE_US;
	return binding_has_none(account, now) || is_long_down;
}

/* names: with commas between; absent where there was no memory for them. */
static void park(struct pipeline *pipeline, struct parcel *parcel, struct slice names, wall_ms now)
{
	wall_ms due = now + PARK_MS + (wall_ms)rng_below(&pipeline->rng, (uint64_t)PARK_MS);
	if (parcel->deadline != 0 && parcel->deadline < due)
		due = parcel->deadline;
	settling_later(pipeline, parcel, due);
	parcel->settlement.parked_on = names;
	parcel->settlement.park_rank = (uint64_t)parcel->lane * LANE_RANKS + parcel->origin.ms;
	if (names.at == NULL) /* nobody would ask for it */
		parcel->settlement.due_at = dispatch_back_by_and_by(pipeline, now);
	metrics_add_at(pipeline->metrics, METRIC_PARKED_TOTAL, parcel->account, 1);
}

static const char *name_of(const struct pipeline *pipeline, unsigned account)
{
	return pipeline->account_options[account].name;
}

/* The accounts that may take it. Of a long sms that has begun to arrive that is one. */
static uint64_t takers_of(const struct pipeline *pipeline, const struct parcel *parcel)
{
	uint64_t own = UINT64_C(1) << parcel->account;
	const struct route *route = parcel->accepted == 0 ? routing_find(pipeline, parcel) : NULL;
	return route != NULL ? own | (route->accounts_mask & pipeline->known) : own;
}

void parking_put(struct pipeline *pipeline, struct parcel *parcel, struct now now)
{
	uint64_t takers = takers_of(pipeline, parcel);
	size_t len = 0;
	for (uint64_t left = takers; left != 0; left &= left - 1)
		len += strlen(name_of(pipeline, (unsigned)__builtin_ctzll(left))) + 1;
	char *octets = arena_alloc(&parcel->arena, len);
	struct buf names = buf_over(octets, octets != NULL ? len : 0);
	for (uint64_t left = takers; left != 0; left &= left - 1) {
		if (names.len > 0)
			buf_put_u8(&names, ',');
		buf_put_text(&names, name_of(pipeline, (unsigned)__builtin_ctzll(left)));
	}
	park(pipeline, parcel, octets != NULL ? buf_slice(&names) : (struct slice){ NULL, 0 }, now.wall);
}

/* -- narrow -- */

static bool is_scarce(const struct pipeline *pipeline)
{
	return pipeline->pool.free_count <= pipeline->pool.count / FREE_SHARE;
}

static bool takes_more(const struct account *account, mono_us now)
{
	return account->is_live && dispatch_room(account, now) > 0;
}

/* Under its own name; and where others may take it, under one by which they find it should it go away. */
static struct slice own_names(const struct pipeline *pipeline, struct parcel *parcel)
{
	struct slice name = slice_of(name_of(pipeline, parcel->account));
	uint64_t takers = takers_of(pipeline, parcel);
	if ((takers & (takers - 1)) == 0)
		return name;
	size_t len = 2 * name.len + 2;
	char *octets = arena_alloc(&parcel->arena, len);
	if (octets == NULL)
		return name;
	struct buf names = buf_over(octets, len);
	buf_put_slice(&names, name);
	buf_put_u8(&names, ',');
	buf_put_slice(&names, name);
	buf_put_u8(&names, ELSE);
	return buf_slice(&names);
}

/* The newest of the least urgent go first. What is begun stays: it is in doubt until it is settled. again: of these, at most so
 * many that were put back before. */
static void park_excess(struct pipeline *pipeline, struct account *account, unsigned count, unsigned again, wall_ms now)
{
	unsigned parked = 0;
	for (unsigned lane = WAIT_LANES; lane-- > 0;) {
		struct list *link = account->lanes[lane].prev;
		while (link != &account->lanes[lane] && parked < count) {
			struct parcel *parcel = LIST_ITEM(link, struct parcel, link);
			link = link->prev;
			bool is_back = parcel->key.lane == LANE_READY;
			if (parcel->begun_index != PARCEL_NOT_BEGUN || (is_back && again == 0))
				continue;
			again -= is_back;
			dispatch_unqueue(pipeline, parcel);
			park(pipeline, parcel, own_names(pipeline, parcel), now);
			parked++;
		}
	}
}

/* What an account may keep in memory: its share, and what leaves in a second at its present pace. */
static unsigned may_keep(const struct account *account, unsigned share)
{
	return share > account->pace ? share : account->pace;
}

/* The accounts that an alert could be for now. */
static uint64_t named_by_routes(struct pipeline *pipeline, struct now now)
{
	if (pipeline->named_at == 0 || now.mono - pipeline->named_at >= NAMED_US) {
		pipeline->named_at = now.mono;
		pipeline->named =
			route_open_accounts(pipeline->options->routes, now.wall, pipeline->options->render.zone);
	}
	return pipeline->named;
}

static bool is_sought(const struct account *account, mono_us now)
{
	return account->parked > 0 || now - account->queued_at < SOUGHT_US;
}

/* Somebody could send and has nothing, while others fill all memory with what they can't send now. Whether what follows in the
 * queue is for that account nobody knows before it is read. An account that no open route names gets nothing of it. One that has
 * had nothing for long may: for its sake all that is new goes aside, but what was aside before only bit by bit, since that comes
 * back every few minutes. */
static void relieve(struct pipeline *pipeline, struct now now)
{
	if (!is_scarce(pipeline) || now.mono < pipeline->relieved_at + RELIEF_US)
		return;
	pipeline->relieved_at = now.mono;
	unsigned holders = 0, idle = 0, sought = 0;
	uint64_t named = named_by_routes(pipeline, now);
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		const struct account *account = &pipeline->accounts[i];
		unsigned waiting = dispatch_waiting(account);
		bool is_idle =
			waiting == 0 && account->reserved == 0 && (named >> i & 1) && takes_more(account, now.mono);
		holders += waiting > 0;
		idle += is_idle;
		sought += is_idle && is_sought(account, now.mono);
	}
	if (holders == 0 || idle == 0)
		return;
	unsigned share = pipeline->pool.count / (2 * (holders + idle));
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		struct account *account = &pipeline->accounts[i];
		unsigned waiting = dispatch_waiting(account), keeps = may_keep(account, share);
		unsigned excess = waiting > keeps ? waiting - keeps : 0;
		park_excess(pipeline, account, excess < RELIEF_MOST ? excess : RELIEF_MOST,
			    sought > 0 ? RELIEF_MOST : RELIEF_AGAIN, now.wall);
	}
}

/* -- back -- */

/* How many more an account has a use for. Where memory is scarce, and one that has some may just have parked the rest, only one
 * that has none gets a few: intake keeps parcels for them. */
static unsigned wanted_by(const struct account *account, mono_us now)
{
	unsigned waiting = dispatch_waiting(account);
	if (!account->is_live)
		return 0;
	if (is_scarce(account->pipeline))
		return waiting == 0 ? WAITING_LEAST : 0;
	unsigned room = dispatch_room(account, now);
	unsigned at_hand = room > WAITING_LEAST ? room : WAITING_LEAST;
	if (waiting >= at_hand / 2)
		return 0;
	unsigned wanted = at_hand - waiting;
	return wanted < STORE_UNPARK_MAX ? wanted : STORE_UNPARK_MAX;
}

/* The most that any account has a use for. */
static unsigned wanted_by_any(const struct pipeline *pipeline, mono_us now)
{
	unsigned most = 0;
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		unsigned wanted = wanted_by(&pipeline->accounts[i], now);
		most = wanted > most ? wanted : most;
	}
	return most;
}

/* Of what waits for an account. Where it takes nothing others may; who they are shows when it is routed anew. */
static unsigned wanted_of(const struct pipeline *pipeline, const struct account *account, mono_us now)
{
	if (account->is_live)
		return account->parked > 0 ? wanted_by(account, now) : 0;
	return account->parked_else > 0 ? wanted_by_any(pipeline, now) : 0;
}

static mono_us due_of(const struct pipeline *pipeline, const struct account *account, mono_us now)
{
	return account->unparked_at + (wanted_of(pipeline, account, now) > 0 ? AGAIN_US : LOOK_US);
}

static mono_us strangers_due(const struct pipeline *pipeline, mono_us now)
{
	if (pipeline->strangers_len == 0)
		return INT64_MAX;
	return pipeline->strangers_at + (wanted_by_any(pipeline, now) > 0 ? AGAIN_US : LOOK_US);
}

static bool is_known(const struct pipeline *pipeline, struct slice name)
{
	if (name.len > 0 && name.at[name.len - 1] == ELSE)
		name.len--;
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		if (pipeline->accounts[i].presence != ACCOUNT_ABSENT && slice_is(name, name_of(pipeline, i)))
			return true;
	}
	return false;
}

/* Keeps the names of accounts that are not there. */
static void note_strangers(struct pipeline *pipeline, struct slice names)
{
	struct buf kept = buf_over(pipeline->strangers, sizeof pipeline->strangers);
	while (names.len > 0) {
		struct slice name = slice_cut(&names, ',');
		if (is_known(pipeline, name) || kept.len + name.len + 1 > sizeof pipeline->strangers)
			continue;
		if (kept.len > 0)
			buf_put_u8(&kept, ',');
		buf_put_slice(&kept, name);
	}
	pipeline->strangers_len = kept.len;
}

static bool may_ask(const struct pipeline *pipeline)
{
	return pipeline->unparking_count == 0 && pipeline->gauges.store_is_up && !pipeline->is_draining &&
	       !pipeline->is_paused && !poison_is_near(pipeline);
}

/* account: NOBODY for a stranger's. */
static void add_ask(struct pipeline *pipeline, struct store_unpark *asks, const char *name, unsigned account,
		    bool is_else, unsigned count)
{
	unsigned at = pipeline->unparking_count++;
	pipeline->unparking[at] = (struct unparking){ (uint8_t)account, is_else };
	asks[at] = (struct store_unpark){ .account = name, .count = count };
	if (account != NOBODY && !is_else)
		asks[at].sent = pipeline->accounts[account].untold;
}

/* Of an account that takes nothing it is asked how much is parked, for those who look, and for what others may take. Where not
 * all find a place in the question, the next one begins with those that did not. */
static void ask_about_accounts(struct pipeline *pipeline, struct store_unpark *asks, char (*names)[PARK_NAME_OCTETS],
			       mono_us now)
{
	unsigned most = STORE_LEASES_MAX - (pipeline->strangers_len > 0 ? STRANGERS_LEAST : 0);
	unsigned first = pipeline->unpark_first, seen = 0;
	for (; seen < pipeline->account_count && pipeline->unparking_count + 2 <= most; seen++) {
		struct account *account = &pipeline->accounts[(first + seen) % pipeline->account_count];
		if (account->presence == ACCOUNT_ABSENT || now < due_of(pipeline, account, now))
			continue;
		unsigned wanted = wanted_of(pipeline, account, now);
		account->unparked_at = now;
		add_ask(pipeline, asks, account->options->name, account->index, false, account->is_live ? wanted : 0);
		if (account->is_live)
			continue;
		char *name = names[pipeline->unparking_count];
		snprintf(name, PARK_NAME_OCTETS, "%s%c", account->options->name, ELSE);
		add_ask(pipeline, asks, name, account->index, true, wanted);
	}
	pipeline->unpark_first = (first + seen) % pipeline->account_count;
}

static void ask(struct pipeline *pipeline, struct now now)
{
	struct store_unpark asks[STORE_LEASES_MAX];
	char names[STORE_LEASES_MAX][PARK_NAME_OCTETS];
	ask_about_accounts(pipeline, asks, names, now.mono);
	struct slice strangers = { pipeline->strangers,
				   now.mono < strangers_due(pipeline, now.mono) ? 0 : pipeline->strangers_len };
	while (strangers.len > 0 && pipeline->unparking_count < STORE_LEASES_MAX) {
		struct slice stranger = slice_cut(&strangers, ',');
		char *name = names[pipeline->unparking_count];
		snprintf(name, PARK_NAME_OCTETS, "%.*s", SLICE_ARG(stranger));
		pipeline->strangers_at = now.mono;
		add_ask(pipeline, asks, name, NOBODY, false, wanted_by_any(pipeline, now.mono));
	}
	if (pipeline->unparking_count > 0 &&
	    !pipeline->store->ops->unpark(pipeline->store, asks, pipeline->unparking_count))
		pipeline->unparking_count = 0;
	for (unsigned i = 0; i < pipeline->unparking_count; i++) {
		if (asks[i].sent > 0)
			pipeline->accounts[pipeline->unparking[i].account].untold -= asks[i].sent;
	}
}

void parking_on_unparked(void *ctx, const struct store_unparked *answers, unsigned count, struct slice names)
{
	struct pipeline *pipeline = ctx;
	CHECK(count == pipeline->unparking_count);
	pipeline->unparking_count = 0;
	for (unsigned i = 0; i < count && answers != NULL; i++) {
		if (pipeline->unparking[i].account == NOBODY)
			continue;
		struct account *account = &pipeline->accounts[pipeline->unparking[i].account];
		if (pipeline->unparking[i].is_else) {
			account->parked_else = answers[i].left;
			continue;
		}
		account->parked = answers[i].left;
		metrics_set_at(pipeline->metrics, METRIC_PARKED, account->index, (int64_t)answers[i].left);
		metrics_set_at(pipeline->metrics, METRIC_ACCOUNT_SENT, account->index, (int64_t)answers[i].sent);
	}
	if (answers != NULL)
		note_strangers(pipeline, names);
}

void parking_turn(struct pipeline *pipeline, struct now now)
{
	if (pipeline->is_draining)
		return;
	relieve(pipeline, now);
	if (may_ask(pipeline))
		ask(pipeline, now);
}

mono_us parking_next_deadline(const struct pipeline *pipeline, mono_us now)
{
	mono_us deadline = may_ask(pipeline) ? strangers_due(pipeline, now) : INT64_MAX;
	for (unsigned i = 0; i < pipeline->account_count && may_ask(pipeline); i++) {
		const struct account *account = &pipeline->accounts[i];
		mono_us at = due_of(pipeline, account, now);
		if (account->presence != ACCOUNT_ABSENT && at < deadline)
			deadline = at;
	}
	return deadline;
}
