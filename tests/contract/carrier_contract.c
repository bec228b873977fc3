/* SPDX-License-Identifier: Apache-2.0 */

/* The rules of port/carrier.h, each against every driver. */

#include "contract/carrier_rig.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct carrier_kit *const kits[] = { &carrier_kit_fake, &carrier_kit_tcp, &carrier_kit_tls,
						  &carrier_kit_http };

#define KIT_COUNT (sizeof kits / sizeof kits[0])

static struct carrier_rig rig;

static bool has_credit(struct carrier_rig *at, unsigned least)
{
	return carrier_rig_credit(at) >= least;
}

Test(carrier_contract, answers_taken_full_or_down_and_the_last_two_leave_no_trace)
{
	for (unsigned i = 0; i < KIT_COUNT; i++) {
		carrier_rig_start(&rig, kits[i], &(struct carrier_setup){ .window = 6 });
		carrier_rig_open_only(&rig);
		cr_assert_eq(carrier_rig_submit(&rig, 1), SUBMIT_DOWN, "%s", rig.row);
		cr_assert_eq(carrier_rig_credit(&rig), 0, "%s", rig.row);
		carrier_rig_until(&rig, rig_is_up, 0, "it comes up");
		carrier_rig_until(&rig, has_credit, 6, "all places are free");
		carrier_rig_submit_all(&rig, 100, 6);
		cr_assert_eq(carrier_rig_credit(&rig), 0, "%s", rig.row);
		cr_assert_eq(carrier_rig_submit(&rig, 2), SUBMIT_FULL, "%s", rig.row);
		unsigned credits = rig.credit_count;
		carrier_rig_until(&rig, rig_has_outcomes, 6, "all are answered");
		rig.kit->turn(&rig);
		cr_assert_gt(rig.credit_count, credits, "%s: no word that there is room again", rig.row);
		cr_assert_eq(carrier_rig_credit(&rig), 6, "%s", rig.row);
		carrier_rig_pass(&rig, 20 * US_PER_MS);
		cr_assert_eq(rig.outcome_count, 6, "%s: an outcome of what was not taken", rig.row);
		cr_assert_eq(rig.kit->accepted(&rig), 6, "%s", rig.row);
		for (unsigned k = 0; k < 6; k++) {
			const struct rig_outcome *outcome = carrier_rig_outcome(&rig, 100 + k);
			cr_assert_eq(outcome->outcome_class, OUTCOME_ACCEPTED, "%s", rig.row);
			cr_assert_neq(outcome->ref[0], '\0', "%s: accepted without a reference", rig.row);
		}
		carrier_rig_finish(&rig, US_PER_S);
	}
}

Test(carrier_contract, nothing_leaves_before_flush)
{
	for (unsigned i = 0; i < KIT_COUNT; i++) {
		carrier_rig_start(&rig, kits[i], &(struct carrier_setup){ .window = 4 });
		carrier_rig_open(&rig);
		cr_assert_eq(carrier_rig_submit(&rig, 1), SUBMIT_TAKEN, "%s", rig.row);
		cr_assert_eq(rig.kit->accepted(&rig), 0, "%s", rig.row);
		carrier_rig_flush(&rig);
		carrier_rig_until(&rig, rig_has_outcomes, 1, "it is answered");
		carrier_rig_finish(&rig, US_PER_S);
	}
}

Test(carrier_contract, classes_are_the_table_s)
{
	static const struct {
		const char *name;
		enum peer_act act;
		enum outcome_class want;
	} rows[] = {
		{ "accepted", PEER_ACCEPT, OUTCOME_ACCEPTED },     { "slowly", PEER_SLOWLY, OUTCOME_ACCEPTED },
		{ "throttled", PEER_THROTTLE, OUTCOME_THROTTLED }, { "temporary", PEER_TEMPORARY, OUTCOME_TEMPORARY },
		{ "rejected", PEER_REJECT, OUTCOME_REJECTED },     { "odd status", PEER_ODD_STATUS, OUTCOME_REJECTED },
		{ "swallowed", PEER_SWALLOW, OUTCOME_UNKNOWN },
	};
	for (unsigned i = 0; i < KIT_COUNT; i++) {
		carrier_rig_start(&rig, kits[i], &(struct carrier_setup){ .window = 4 });
		carrier_rig_open(&rig);
		for (unsigned row = 0; row < sizeof rows / sizeof rows[0]; row++) {
			rig.kit->tell(&rig, rows[row].act);
			carrier_rig_submit_all(&rig, row, 1);
			carrier_rig_until(&rig, rig_has_outcomes, row + 1, rows[row].name);
			const struct rig_outcome *outcome = carrier_rig_outcome(&rig, row);
			cr_assert_eq(outcome->outcome_class, rows[row].want, "%s, %s: %s", rig.row, rows[row].name,
				     outcome_class_name(outcome->outcome_class));
			bool is_said = rows[row].want != OUTCOME_ACCEPTED && rows[row].want != OUTCOME_UNKNOWN;
			cr_assert_eq(outcome->native_code != 0, is_said, "%s, %s: native code %u", rig.row,
				     rows[row].name, (unsigned)outcome->native_code);
		}
		carrier_rig_finish(&rig, US_PER_S);
	}
}

Test(carrier_contract, without_an_answer_it_is_unknown_and_a_late_one_comes_once)
{
	for (unsigned i = 0; i < KIT_COUNT; i++) {
		carrier_rig_start(&rig, kits[i], &(struct carrier_setup){ .window = 5 });
		carrier_rig_open(&rig);
		rig.kit->tell(&rig, PEER_LATE);
		carrier_rig_submit_all(&rig, 50, 5);
		carrier_rig_until(&rig, rig_has_outcomes, 5, "the deadline has come");
		for (unsigned k = 0; k < 5; k++)
			cr_assert_eq(carrier_rig_outcome(&rig, 50 + k)->outcome_class, OUTCOME_UNKNOWN, "%s", rig.row);
		cr_assert_eq(carrier_rig_credit(&rig), 5, "%s: the places are not free again", rig.row);
		cr_assert_eq(rig.late_count, 0, "%s", rig.row);
		rig.kit->tell(&rig, PEER_ACCEPT);
		if (kits[i]->is_http) {
			carrier_rig_pass(&rig, 500 * US_PER_MS);
			cr_assert_eq(rig.late_count, 0, "%s", rig.row);
			cr_assert_eq(rig.outcome_count, 5, "%s", rig.row);
			carrier_rig_finish(&rig, US_PER_S);
			continue;
		}
		carrier_rig_submit_all(&rig, 60, 2); /* their numbers must not be taken for those of the late ones */
		carrier_rig_until(&rig, rig_has_lates, 5, "late answers have come");
		carrier_rig_pass(&rig, 50 * US_PER_MS);
		cr_assert_eq(rig.late_count, 5, "%s", rig.row);
		cr_assert_eq(rig.outcome_count, 7, "%s: a late answer came as an outcome too", rig.row);
		bool seen[5] = { false };
		for (unsigned k = 0; k < 5; k++) {
			unsigned place = (unsigned)(rig.lates[k].token - 50);
			cr_assert(place < 5 && !seen[place], "%s: late answer to %u", rig.row, 50 + place);
			seen[place] = true;
			cr_assert_eq(rig.lates[k].outcome_class, OUTCOME_ACCEPTED, "%s", rig.row);
			cr_assert_neq(rig.lates[k].ref[0], '\0', "%s", rig.row);
		}
		carrier_rig_finish(&rig, US_PER_S);
	}
}

Test(carrier_contract, a_broken_link_tells_each_outcome_once_and_comes_back)
{
	static const struct {
		const char *name;
		enum peer_act act;
		bool may_leave; /* what was not flushed goes out with the last words */
	} rows[] = {
		{ "reset", PEER_BREAK, false },
		{ "closed", PEER_CLOSE, true }, /* it may have read on before it closed */
		{ "garbage", PEER_GARBAGE, true },
	};
	for (unsigned i = 0; i < KIT_COUNT; i++) {
		for (unsigned row = 0; row < sizeof rows / sizeof rows[0]; row++) {
			carrier_rig_start(&rig, kits[i], &(struct carrier_setup){ .window = 7 });
			carrier_rig_open(&rig);
			rig.kit->tell(&rig, PEER_SWALLOW);
			carrier_rig_submit_all(&rig, 10, 3);
			while (rig.kit->accepted(&rig) < 3)
				rig.kit->turn(&rig);
			/* These two are not flushed. */
			cr_assert_eq(carrier_rig_submit(&rig, 20), SUBMIT_TAKEN, "%s", rig.row);
			cr_assert_eq(carrier_rig_submit(&rig, 21), SUBMIT_TAKEN, "%s", rig.row);
			rig.kit->tell(&rig, rows[row].act);
			carrier_rig_until(&rig, rig_is_down, 0, rows[row].name);
			carrier_rig_until(&rig, rig_has_outcomes, 5, "all outcomes were told");
			for (unsigned k = 0; k < 3; k++)
				cr_assert_eq(carrier_rig_outcome(&rig, 10 + k)->outcome_class, OUTCOME_UNKNOWN,
					     "%s, %s", rig.row, rows[row].name);
			for (unsigned k = 0; k < 2; k++) {
				const struct rig_outcome *outcome = carrier_rig_outcome(&rig, 20 + k);
				bool is_clean = outcome->outcome_class == OUTCOME_TEMPORARY;
				bool is_unknown = outcome->outcome_class == OUTCOME_UNKNOWN;
				cr_assert(is_clean || (is_unknown && rows[row].may_leave), "%s, %s: %s", rig.row,
					  rows[row].name, outcome_class_name(outcome->outcome_class));
				cr_assert_eq(outcome->native_code, 0, "%s, %s", rig.row, rows[row].name);
			}
			rig.kit->tell(&rig, PEER_ACCEPT);
			carrier_rig_until(&rig, rig_is_up, 0, "it is up again");
			carrier_rig_submit_all(&rig, 30, 7);
			carrier_rig_until(&rig, rig_has_outcomes, 12, "it works again");
			unsigned long accepted = rig.kit->accepted(&rig);
			cr_assert(accepted == 10 || (rows[row].may_leave && accepted <= 12), "%s, %s: %lu", rig.row,
				  rows[row].name, accepted);
			carrier_rig_finish(&rig, US_PER_S);
			cr_assert_eq(rig.outcome_count, 12, "%s, %s", rig.row, rows[row].name);
		}
	}
}

/* It is asked on the link that lives, or that comes back, and says so once; nothing is told twice where the answer comes too. */
Test(carrier_contract, what_is_unanswered_is_asked_for)
{
	static const struct {
		const char *name;
		enum peer_act before, after;
		unsigned want_lates; /* of each submit */
	} rows[] = {
		{ "swallowed", PEER_SWALLOW, PEER_ACCEPT, 1 },
		{ "lost with the link", PEER_SWALLOW, PEER_BREAK, 1 },
		{ "answered late as well", PEER_LATE, PEER_ACCEPT, 2 },
	};
	for (unsigned i = 0; i < KIT_COUNT; i++) {
		for (unsigned row = 0; kits[i]->can_ask && row < sizeof rows / sizeof rows[0]; row++) {
			carrier_rig_start(&rig, kits[i],
					  &(struct carrier_setup){ .window = 6, .asks = true, .wants_receipts = true });
			carrier_rig_open(&rig);
			carrier_rig_until(&rig, has_credit, 6, "all links are up");
			rig.kit->tell(&rig, rows[row].before);
			carrier_rig_submit_all(&rig, 10, 6);
			while (rig.kit->accepted(&rig) < 6)
				rig.kit->turn(&rig);
			rig.kit->tell(&rig, rows[row].after);
			carrier_rig_until(&rig, rig_has_lates, 6 * rows[row].want_lates, rows[row].name);
			carrier_rig_until(&rig, has_credit, 6, "all places are free");
			carrier_rig_pass(&rig, 100 * US_PER_MS);
			cr_assert_eq(rig.outcome_count, 6, "%s, %s", rig.row, rows[row].name);
			cr_assert_eq(rig.late_count, 6 * rows[row].want_lates, "%s, %s", rig.row, rows[row].name);
			unsigned queried = 0;
			for (unsigned k = 0; k < rig.late_count; k++) {
				queried += rig.lates[k].is_queried;
				cr_assert_eq(rig.lates[k].outcome_class, OUTCOME_ACCEPTED, "%s", rig.row);
				for (unsigned other = 0; other < k; other++)
					cr_assert_eq(strcmp(rig.lates[k].ref, rig.lates[other].ref) == 0,
						     rig.lates[k].token == rig.lates[other].token,
						     "%s, %s: one id, one message", rig.row, rows[row].name);
			}
			cr_assert_eq(queried, 6, "%s, %s: %u", rig.row, rows[row].name, queried);
			cr_assert_eq(rig.kit->accepted(&rig), 6, "%s", rig.row);
			carrier_rig_finish(&rig, US_PER_S);
		}
	}
}

Test(carrier_contract, a_carrier_that_unbinds_still_answers_what_it_has)
{
	for (unsigned i = 0; i < KIT_COUNT; i++) {
		if (kits[i]->is_http)
			continue;
		carrier_rig_start(&rig, kits[i], &(struct carrier_setup){ .window = 5 });
		carrier_rig_open(&rig);
		rig.kit->tell(&rig, PEER_SLOWLY);
		carrier_rig_submit_all(&rig, 1, 5);
		while (rig.kit->accepted(&rig) < 5)
			rig.kit->turn(&rig);
		rig.kit->tell(&rig, PEER_UNBIND);
		carrier_rig_until(&rig, rig_is_down, 0, "it says that it takes no more");
		cr_assert_eq(carrier_rig_submit(&rig, 9), SUBMIT_DOWN, "%s", rig.row);
		carrier_rig_until(&rig, rig_has_outcomes, 5, "all were answered");
		for (unsigned k = 1; k <= 5; k++)
			cr_assert_eq(carrier_rig_outcome(&rig, k)->outcome_class, OUTCOME_ACCEPTED, "%s", rig.row);
		carrier_rig_until(&rig, rig_is_up, 0, "it is up again");
		carrier_rig_finish(&rig, US_PER_S);
	}
}

Test(carrier_contract, close_tells_all_outcomes_and_is_last)
{
	static const struct {
		const char *name;
		enum peer_act act;
		mono_us grace_us;
		enum outcome_class want;
	} rows[] = {
		{ "answers within grace", PEER_SLOWLY, 5 * US_PER_S, OUTCOME_ACCEPTED },
		{ "no grace", PEER_SWALLOW, 0, OUTCOME_UNKNOWN },
		{ "silence longer than grace", PEER_SWALLOW, 50 * US_PER_MS, OUTCOME_UNKNOWN },
	};
	for (unsigned i = 0; i < KIT_COUNT; i++) {
		for (unsigned row = 0; row < sizeof rows / sizeof rows[0]; row++) {
			carrier_rig_start(&rig, kits[i], &(struct carrier_setup){ .window = 4 });
			carrier_rig_open(&rig);
			while (carrier_rig_credit(&rig) < 4)
				rig.kit->turn(&rig);
			rig.kit->tell(&rig, rows[row].act);
			carrier_rig_submit_all(&rig, 1, 4);
			while (rig.kit->accepted(&rig) < 4)
				rig.kit->turn(&rig);
			carrier_rig_finish(&rig, rows[row].grace_us);
			cr_assert_eq(rig.outcome_count, 4, "%s, %s: %u outcomes", rig.row, rows[row].name,
				     rig.outcome_count);
			for (unsigned k = 1; k <= 4; k++)
				cr_assert_eq(carrier_rig_outcome(&rig, k)->outcome_class, rows[row].want, "%s, %s: %s",
					     rig.row, rows[row].name,
					     outcome_class_name(carrier_rig_outcome(&rig, k)->outcome_class));
		}
	}
}

Test(carrier_contract, it_can_be_closed_without_a_peer_and_destroyed_unopened)
{
	for (unsigned i = 0; i < KIT_COUNT; i++) {
		carrier_rig_start(&rig, kits[i], &(struct carrier_setup){ .is_absent = true });
		carrier_rig_open_only(&rig);
		carrier_rig_pass(&rig, 100 * US_PER_MS);
		cr_assert_eq(carrier_rig_submit(&rig, 1), SUBMIT_DOWN, "%s", rig.row);
		cr_assert_not(rig_is_up(&rig, 0), "%s", rig.row);
		carrier_rig_finish(&rig, 0);
		cr_assert_eq(rig.outcome_count, 0, "%s", rig.row);

		carrier_rig_start(&rig, kits[i], &(struct carrier_setup){ .is_absent = true });
		rig.carrier->ops->destroy(rig.carrier);
		rig.kit->finish(&rig);
	}
}

static bool is_refused(struct carrier_rig *rig_, unsigned ignored)
{
	(void)ignored;
	return rig_->state_count > 0 && rig_->state == CARRIER_REFUSED;
}

Test(carrier_contract, refused_credentials_stop_the_account)
{
	for (unsigned i = 0; i < KIT_COUNT; i++) {
		carrier_rig_start(&rig, kits[i], &(struct carrier_setup){ .is_refused = true });
		carrier_rig_open_only(&rig);
		if (kits[i]->is_http) {
			carrier_rig_until(&rig, rig_is_up, 0, "its host answers");
			carrier_rig_submit_all(&rig, 7, 1);
		}
		carrier_rig_until(&rig, is_refused, 0, "it says that it is refused");
		carrier_rig_pass(&rig, 200 * US_PER_MS);
		cr_assert_eq(rig.state, CARRIER_REFUSED, "%s", rig.row);
		cr_assert_eq(carrier_rig_submit(&rig, 1), SUBMIT_DOWN, "%s", rig.row);
		carrier_rig_finish(&rig, 0);
	}
}

static bool peer_has_answers(struct carrier_rig *rig_, unsigned count)
{
	return rig_->kit->receipts_answered(rig_) >= count;
}

static void receipt_done(unsigned index, bool durable)
{
	rig.in_downcall = true;
	rig.carrier->ops->receipt_done(rig.carrier, rig.receipts[index].token, durable);
	rig.in_downcall = false;
	carrier_rig_flush(&rig);
}

Test(carrier_contract, a_receipt_waits_for_its_answer_and_comes_again_without_one)
{
	for (unsigned i = 0; i < KIT_COUNT; i++) {
		carrier_rig_start(&rig, kits[i], &(struct carrier_setup){ .window = 3, .wants_receipts = true });
		carrier_rig_open(&rig);
		carrier_rig_submit_all(&rig, 1, 2);
		carrier_rig_until(&rig, rig_has_outcomes, 2, "both are answered");
		carrier_rig_until(&rig, rig_has_receipts, 2, "both receipts are here");
		carrier_rig_pass(&rig, 50 * US_PER_MS);
		cr_assert_eq(rig.kit->receipts_answered(&rig), 0, "%s: answered before it is durable", rig.row);
		for (unsigned k = 0; k < 2; k++) {
			cr_assert_eq(rig.receipts[k].state, MESSAGE_STATE_DELIVERED, "%s", rig.row);
			bool is_known = strcmp(rig.receipts[k].ref, rig.outcomes[0].ref) == 0 ||
					strcmp(rig.receipts[k].ref, rig.outcomes[1].ref) == 0;
			cr_assert(is_known, "%s: receipt of %s", rig.row, rig.receipts[k].ref);
		}
		receipt_done(0, true);
		receipt_done(1, false);
		carrier_rig_until(&rig, rig_has_receipts, 3, "the one that is not durable comes again");
		cr_assert_str_eq(rig.receipts[2].ref, rig.receipts[1].ref, "%s", rig.row);
		receipt_done(2, true);
		carrier_rig_until(&rig, peer_has_answers, 2, "the peer has both answers");
		carrier_rig_finish(&rig, US_PER_S);
	}
}

Test(carrier_contract, a_receipt_of_a_link_that_has_gone_is_not_answered)
{
	for (unsigned i = 0; i < KIT_COUNT; i++) {
		if (kits[i]->is_http)
			continue;
		carrier_rig_start(&rig, kits[i], &(struct carrier_setup){ .window = 3, .wants_receipts = true });
		carrier_rig_open(&rig);
		carrier_rig_submit_all(&rig, 1, 1);
		carrier_rig_until(&rig, rig_has_receipts, 1, "the receipt is here");
		rig.kit->tell(&rig, PEER_BREAK);
		carrier_rig_until(&rig, rig_is_down, 0, "the link is gone");
		receipt_done(0, true);
		receipt_done(0, true); /* and a token that names nothing any more */
		carrier_rig_until(&rig, rig_is_up, 0, "it is up again");
		carrier_rig_until(&rig, rig_has_receipts, 2, "the receipt comes again");
		receipt_done(0, true);
		cr_assert_eq(rig.kit->receipts_answered(&rig), 0, "%s", rig.row);
		receipt_done(1, true);
		carrier_rig_until(&rig, peer_has_answers, 1, "the peer has its answer");
		carrier_rig_finish(&rig, US_PER_S);
	}
}

static void rest(bool rests)
{
	rig.in_downcall = true;
	rig.carrier->ops->rest(rig.carrier, rests);
	rig.in_downcall = false;
}

static void retry(void)
{
	rig.in_downcall = true;
	rig.carrier->ops->retry(rig.carrier);
	rig.in_downcall = false;
}

static bool has_turned(struct carrier_rig *rig_, unsigned state_count)
{
	return rig_->state_count > state_count;
}

Test(carrier_contract, a_carrier_rests_and_comes_back)
{
	for (unsigned i = 0; i < KIT_COUNT; i++) {
		carrier_rig_start(&rig, kits[i], &(struct carrier_setup){ .window = 3 });
		carrier_rig_open(&rig);
		rig.kit->tell(&rig, PEER_SLOWLY);
		carrier_rig_submit_all(&rig, 1, 3);
		rest(true);
		rest(true);
		cr_assert_eq(carrier_rig_submit(&rig, 9), SUBMIT_DOWN, "%s: it takes submits at rest", rig.row);
		cr_assert_eq(carrier_rig_credit(&rig), 0, "%s", rig.row);
		carrier_rig_until(&rig, rig_is_down, 0, "it says that it is down");
		carrier_rig_until(&rig, rig_has_outcomes, 3, "what was out is answered");
		for (uint64_t token = 1; token <= 3; token++)
			cr_assert_eq(carrier_rig_outcome(&rig, token)->outcome_class, OUTCOME_ACCEPTED, "%s", rig.row);
		unsigned state_count = rig.state_count;
		carrier_rig_pass(&rig, 300 * US_PER_MS);
		cr_assert_eq(rig.state_count, state_count, "%s: it came back by itself", rig.row);
		cr_assert_eq(carrier_rig_submit(&rig, 9), SUBMIT_DOWN, "%s", rig.row);
		rest(false);
		carrier_rig_until(&rig, rig_is_up, 0, "it is up again");
		rig.kit->tell(&rig, PEER_ACCEPT);
		carrier_rig_submit_all(&rig, 4, 1);
		carrier_rig_until(&rig, rig_has_outcomes, 4, "it works again");
		cr_assert_eq(rig.kit->accepted(&rig), 4, "%s", rig.row);
		carrier_rig_finish(&rig, US_PER_S);
	}
}

/* Nothing that is up is touched, and at rest nothing comes of it. */
Test(carrier_contract, a_retry_does_no_harm)
{
	for (unsigned i = 0; i < KIT_COUNT; i++) {
		carrier_rig_start(&rig, kits[i], &(struct carrier_setup){ .window = 3 });
		carrier_rig_open_only(&rig);
		retry();
		carrier_rig_until(&rig, rig_is_up, 0, "it comes up");
		cr_assert_eq(rig.carrier->ops->again_at(rig.carrier), 0, "%s", rig.row);
		unsigned state_count = rig.state_count;
		carrier_rig_submit_all(&rig, 1, 2);
		retry();
		carrier_rig_until(&rig, rig_has_outcomes, 2, "what was out is answered");
		for (uint64_t token = 1; token <= 2; token++)
			cr_assert_eq(carrier_rig_outcome(&rig, token)->outcome_class, OUTCOME_ACCEPTED, "%s", rig.row);
		cr_assert_eq(rig.state_count, state_count, "%s", rig.row);
		rest(true);
		retry();
		carrier_rig_until(&rig, rig_is_down, 0, "it rests");
		retry();
		carrier_rig_pass(&rig, 100 * US_PER_MS);
		cr_assert_eq(rig.state, CARRIER_DOWN, "%s", rig.row);
		cr_assert_eq(rig.carrier->ops->again_at(rig.carrier), 0, "%s", rig.row);
		carrier_rig_finish(&rig, US_PER_S);
	}
}

/* Whatever it was about when it was told. */
Test(carrier_contract, a_rest_may_begin_and_end_at_any_time)
{
	for (unsigned i = 0; i < KIT_COUNT; i++) {
		carrier_rig_start(&rig, kits[i], &(struct carrier_setup){ .window = 3 });
		carrier_rig_open_only(&rig);
		rest(true); /* not even connected */
		carrier_rig_pass(&rig, 100 * US_PER_MS);
		cr_assert_not(rig_is_up(&rig, 0), "%s", rig.row);
		rest(false);
		carrier_rig_until(&rig, rig_is_up, 0, "it comes up");
		rest(true); /* and back before anybody could notice */
		rest(false);
		carrier_rig_pass(&rig, 50 * US_PER_MS);
		carrier_rig_until(&rig, rig_is_up, 0, "it is up");
		for (unsigned k = 0; k < 5; k++) {
			unsigned told = rig.state_count;
			rest(true);
			carrier_rig_until(&rig, has_turned, told, "it says that it rests");
			rest(false); /* its links are just unbinding */
			carrier_rig_until(&rig, rig_is_up, 0, "it is up once more");
		}
		carrier_rig_submit_all(&rig, 1, 2);
		rest(true);
		rig.kit->tell(&rig, PEER_BREAK);
		carrier_rig_until(&rig, rig_has_outcomes, 2, "what was out has its outcome");
		carrier_rig_pass(&rig, 100 * US_PER_MS);
		cr_assert_eq(rig.state, CARRIER_DOWN, "%s", rig.row);
		carrier_rig_finish(&rig, US_PER_S);
		cr_assert_eq(rig.outcome_count, 2, "%s", rig.row);
	}
}
