/* SPDX-License-Identifier: Apache-2.0 */

/* Accounts with a rate are lent tokens by the store, shared with all other workers (flow/lease.h). Each turn asks for what
 * would leave if it had one: one question for all accounts, one under way at a time. Times are read from the clock here, and
 * where tokens are used: with the turn's time, which is older by what the turn took, tokens would begin too early and end too
 * late. */

#include "base/check.h"
#include "pipeline/pipeline_inner.h"

#define TURN_US   (5 * US_PER_MS) /* a token should be good for so long when it comes */
#define STRAND_US (2 * US_PER_S)  /* what lasts less is not worth a line in the log */
#define SLOWED_US (10 * US_PER_S) /* a change of a rate has reached everybody by then */
#define TELL_US   (60 * US_PER_S)

/* Segments that would leave now. Of what waits each counts as one: what a long sms needs more shows when it is begun. */
static uint32_t demand_of(const struct pipeline *pipeline, const struct account *account, mono_us now)
{
	if (!account->is_live || now < account->congestion.paused_until)
		return 0;
	uint32_t demand = account->reserved;
	for (unsigned lane = 0; lane < WAIT_LANES && !pipeline->is_draining; lane++)
		demand += account->lane_counts[lane];
	uint32_t room = dispatch_room(account, now);
	return (demand < room ? demand : room) + account->again;
}

/* Asks for so many, in blocks. Returns how many blocks. */
static unsigned ask(struct pipeline *pipeline, const struct account *account, uint32_t wanted, struct store_lease *asks)
{
	uint32_t rate = account->lease.rate_per_s, most = lease_block_most(rate);
	unsigned count = 0;
	for (; wanted > 0; count++) {
		uint32_t block = wanted < most ? wanted : most;
		asks[count] = (struct store_lease){
			.account = account->options->name,
			.rate_per_s = rate,
			.count = block,
			.earliest_us = pipeline->store_clock.way + TURN_US - lease_life(rate),
		};
		wanted -= block;
	}
	return count;
}

static void note_asked(struct pipeline *pipeline, unsigned count, bool is_under_way)
{
	mono_us now = pipeline_fresh(pipeline);
	unsigned blocks;
	for (unsigned i = 0; i < count; i += blocks) {
		struct lease *lease = &pipeline->accounts[pipeline->leasing[i]].lease;
		for (blocks = 1; i + blocks < count && pipeline->leasing[i + blocks] == pipeline->leasing[i];)
			blocks++;
		if (is_under_way)
			lease_asked(lease, blocks);
		else
			lease_lost(lease, now);
	}
}

void leasing_turn(struct pipeline *pipeline, struct now now)
{
	struct store_lease asks[STORE_LEASES_MAX];
	unsigned count = 0;
	if (pipeline->leasing_count > 0 || !pipeline->gauges.store_is_up)
		return;
	for (unsigned i = 0; i < pipeline->account_count && count + LEASE_ASK_BLOCKS <= STORE_LEASES_MAX; i++) {
		struct account *account = &pipeline->accounts[i];
		if (account->lease.rate_per_s == 0 || account->presence != ACCOUNT_OPEN)
			continue;
		uint32_t wanted = lease_wanted(&account->lease, demand_of(pipeline, account, now.mono),
					       pipeline->store_clock.way, now.mono);
		if (wanted == 0)
			continue;
		account->again = 0; /* its driver asks again until it has one */
		for (unsigned blocks = ask(pipeline, account, wanted, asks + count); blocks > 0; blocks--)
			pipeline->leasing[count++] = account->index;
	}
	if (count == 0)
		return;
	pipeline->leasing_asked_at = pipeline_fresh(pipeline);
	bool is_under_way = pipeline->store->ops->lease(pipeline->store, asks, count);
	pipeline->leasing_count = is_under_way ? count : 0;
	note_asked(pipeline, count, is_under_way);
}

/* -- the answer -- */

static bool is_due(mono_us *told_at, mono_us now)
{
	if (*told_at != 0 && now - *told_at < TELL_US)
		return false;
	*told_at = now;
	return true;
}

/* An account that is lent tokens and can use none would send nothing, and nobody would know why. */
static void note_late(struct account *account, uint32_t count, uint32_t late, mono_us now)
{
	struct pipeline *pipeline = account->pipeline;
	struct log_line line;
	metrics_add_at(pipeline->metrics, METRIC_TOKENS_LEASED, account->index, count);
	metrics_add_at(pipeline->metrics, METRIC_TOKENS_LATE, account->index, late);
	if (late < count)
		account->late_since = 0;
	else if (account->late_since == 0)
		account->late_since = now;
	if (account->late_since == 0 || now - account->late_since < STRAND_US || !is_due(&account->late_told_at, now) ||
	    !log_begin(
		    &line, pipeline->log, LOG_ERROR, "tokens_late",
		    "Redis takes so long to answer that tokens of the account's rate (tps) are too old when they come: "
		    "it sends nothing"))
		return;
	log_text(&line, "account", slice_of(account->options->name));
	log_uint(&line, "way_ms", (uint64_t)(pipeline->store_clock.way / US_PER_MS));
	log_end(&line);
}

/* Another gateway has a lower rate for the account. While a change goes round that is as it should be. */
static void note_slowed(struct account *account, uint32_t rate_per_s, mono_us now)
{
	struct log_line line;
	if (rate_per_s >= account->lease.rate_per_s)
		account->slowed_since = 0;
	else if (account->slowed_since == 0)
		account->slowed_since = now;
	if (account->slowed_since == 0 || now - account->slowed_since < SLOWED_US ||
	    !is_due(&account->slowed_told_at, now) ||
	    !log_begin(&line, account->pipeline->log, LOG_WARN, "rates_differ",
		       "another gateway has a lower rate (tps) for the account, which is in force for all"))
		return;
	log_text(&line, "account", slice_of(account->options->name));
	log_uint(&line, "tps", account->lease.rate_per_s);
	log_uint(&line, "tps_in_force", rate_per_s);
	log_end(&line);
}

static void take_grant(struct account *account, const struct store_grant *grant, mono_us now)
{
	const struct store_clock *clock = &account->pipeline->store_clock;
	/* Asked again so early that the next answer is made when they said. */
	mono_us wait = grant->wait_us > clock->way ? grant->wait_us - clock->way : 0;
	struct lease_grant lent = { .rate_per_s = grant->rate_per_s, .count = grant->count, .wait_us = wait };
	if (lent.count > 0 && clock->is_known) {
		mono_us instant = grant->at_us + grant->delay_us;
		lent.from = instant + clock->high;
		lent.until = instant + clock->low + lease_life(grant->rate_per_s);
	}
	bool had_rate = account->lease.rate_per_s > 0;
	uint32_t late = lease_granted(&account->lease, &lent, now);
	if (!had_rate || lent.count == 0)
		return;
	note_late(account, lent.count, late, now);
	note_slowed(account, lent.rate_per_s, now);
}

/* What Redis refuses has no time. */
static void note_clock(struct pipeline *pipeline, const struct store_grant *grants, mono_us now)
{
	if (grants != NULL && grants[0].at_us > 0)
		store_clock_note(&pipeline->store_clock, pipeline->leasing_asked_at, grants[0].at_us, now);
}

void leasing_on_leased(void *ctx, const struct store_grant *grants, unsigned count)
{
	struct pipeline *pipeline = ctx;
	mono_us now = pipeline_fresh(pipeline);
	CHECK(count == pipeline->leasing_count);
	pipeline->leasing_count = 0;
	note_clock(pipeline, grants, now);
	for (unsigned i = 0; i < count; i++) {
		struct account *account = &pipeline->accounts[pipeline->leasing[i]];
		if (grants == NULL)
			lease_lost(&account->lease, now);
		else
			take_grant(account, &grants[i], now);
	}
}

mono_us leasing_next_at(const struct pipeline *pipeline, struct account *account, mono_us now)
{
	uint32_t demand = demand_of(pipeline, account, now);
	return demand == 0 ? INT64_MAX : lease_next_at(&account->lease, demand, pipeline->store_clock.way, now);
}
