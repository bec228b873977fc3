/* SPDX-License-Identifier: Apache-2.0 */
#include "contract/carrier_rig.h"
#include "fakes/fake_carrier.h"
#include "fakes/fake_memory.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* Long after the response deadline of a second. */
#define LATE_US (2 * US_PER_S)

struct inner {
	struct fake_env env;
	struct smsc_mood mood;
	struct smsc_model *smsc;
};

static struct inner *inner_of(struct carrier_rig *rig)
{
	return rig->inner;
}

static void start(struct carrier_rig *rig, const struct carrier_setup *setup)
{
	struct inner *inner = fake_memory_take(1, sizeof *inner);
	rig->inner = inner;
	fake_env_init(&inner->env, 1700000000000);
	inner->mood = (struct smsc_mood){
		.latency_max_us = US_PER_MS,
		.late_us = LATE_US,
		.refuses_links = setup->is_absent,
		.refuses_credentials = setup->is_refused,
		.sends_receipts = setup->wants_receipts,
		.receipt_delay_max_us = 10 * US_PER_MS,
	};
	inner->smsc = smsc_model_create(&inner->mood, 1);
	struct fake_carrier_options options = {
		.name = "fake",
		.smsc = inner->smsc,
		.env = &inner->env,
		.window = rig->window,
		.late_max = 64,
		.response_timeout_us = US_PER_S,
		.reconnect_max_us = 50 * US_PER_MS,
		.seed = 1,
	};
	rig->carrier = fake_carrier_create(&options);
}

static void turn(struct carrier_rig *rig)
{
	struct inner *inner = inner_of(rig);
	fake_env_pass(&inner->env, US_PER_MS);
	fake_carrier_act(rig->carrier, inner->env.now.mono);
	fake_carrier_turn(rig->carrier, inner->env.now.mono);
}

static void tell(struct carrier_rig *rig, enum peer_act act)
{
	static const enum smsc_fate fates[] = {
		[PEER_ACCEPT] = SMSC_ACCEPT,  [PEER_SLOWLY] = SMSC_ACCEPT,     [PEER_LATE] = SMSC_LATE,
		[PEER_SWALLOW] = SMSC_SILENT, [PEER_THROTTLE] = SMSC_THROTTLE, [PEER_TEMPORARY] = SMSC_TEMPORARY,
		[PEER_REJECT] = SMSC_REJECT,  [PEER_ODD_STATUS] = SMSC_REJECT,
	};
	struct smsc_mood *mood = &inner_of(rig)->mood;
	if (act == PEER_UNBIND) {
		fake_carrier_unbind(rig->carrier);
	} else if (act > PEER_UNBIND || act == PEER_BREAK || act == PEER_CLOSE) {
		fake_carrier_break(rig->carrier);
	} else {
		memset(mood->weights, 0, sizeof mood->weights);
		mood->weights[fates[act]] = 1;
		mood->latency_max_us = act == PEER_SLOWLY ? 100 * US_PER_MS : US_PER_MS;
	}
}

static unsigned long accepted(struct carrier_rig *rig)
{
	return (unsigned long)inner_of(rig)->smsc->accepted;
}

static unsigned long receipts_answered(struct carrier_rig *rig)
{
	const struct smsc_model *smsc = inner_of(rig)->smsc;
	unsigned long done = 0;
	for (unsigned i = 0; i < smsc->receipt_count; i++)
		done += smsc->receipts[i].state == SMSC_RECEIPT_DONE;
	return done;
}

static mono_us now(struct carrier_rig *rig)
{
	return inner_of(rig)->env.now.mono;
}

static void finish(struct carrier_rig *rig)
{
	smsc_model_destroy(inner_of(rig)->smsc);
	free(rig->inner);
}

const struct carrier_kit carrier_kit_fake = {
	.name = "fake",
	.start = start,
	.turn = turn,
	.tell = tell,
	.accepted = accepted,
	.receipts_answered = receipts_answered,
	.now = now,
	.finish = finish,
};
