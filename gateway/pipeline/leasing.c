/* SPDX-License-Identifier: Apache-2.0 */

/* Accounts with a rate are lent tokens by the store, shared with all other workers (flow/lease.h). Each turn asks for what
 * would leave if it had one: one question for all accounts, one under way at a time. */

#include "base/check.h"
#include "pipeline/pipeline_inner.h"

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

void leasing_turn(struct pipeline *pipeline, struct now now)
{
	struct store_lease asks[STORE_LEASES_MAX];
	unsigned count = 0;
	if (pipeline->leasing_count > 0 || !pipeline->gauges.store_is_up)
		return;
	for (unsigned i = 0; i < pipeline->account_count && count < STORE_LEASES_MAX; i++) {
		struct account *account = &pipeline->accounts[i];
		if (account->lease.rate_per_s == 0 || account->presence != ACCOUNT_OPEN)
			continue;
		uint32_t wanted = lease_wanted(&account->lease, demand_of(pipeline, account, now.mono), now.mono);
		if (wanted == 0)
			continue;
		account->again = 0; /* its driver asks again until it has one */
		pipeline->leasing[count] = account->index;
		asks[count++] = (struct store_lease){
			.account = account->options->name,
			.rate_per_s = account->lease.rate_per_s,
			.count = wanted,
		};
	}
	if (count == 0)
		return;
	if (pipeline->store->ops->lease(pipeline->store, asks, count))
		pipeline->leasing_count = count;
	for (unsigned i = 0; i < count; i++) {
		struct lease *lease = &pipeline->accounts[pipeline->leasing[i]].lease;
		if (pipeline->leasing_count > 0)
			lease_asked(lease, now.mono);
		else
			lease_lost(lease, now.mono);
	}
}

void leasing_on_leased(void *ctx, const struct store_grant *grants, unsigned count)
{
	struct pipeline *pipeline = ctx;
	mono_us now = pipeline_now(pipeline).mono;
	CHECK(count == pipeline->leasing_count);
	pipeline->leasing_count = 0;
	for (unsigned i = 0; i < count; i++) {
		struct lease *lease = &pipeline->accounts[pipeline->leasing[i]].lease;
		if (grants == NULL)
			lease_lost(lease, now);
		else
			lease_granted(lease, grants[i].count, grants[i].delay_us, grants[i].wait_us, now);
	}
}

mono_us leasing_next_at(const struct pipeline *pipeline, struct account *account, mono_us now)
{
	uint32_t demand = demand_of(pipeline, account, now);
	return demand == 0 ? INT64_MAX : lease_next_at(&account->lease, demand, now);
}
