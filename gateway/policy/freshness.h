/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/policy.h"

#include <stdbool.h>

/* The rules of time: nothing stale goes out, nothing goes out early. Each rule returns true and fills out where it
 * decides. Reasons: “expired” (expires_at has come), “too_old” (older than the template's max_age), “never_in_time”
 * (not_before lies at or after the end of its use), “not_before”.
 *
 * A clock of a producer that runs ahead must not make old facts look young for ever, nor refuse good ones: an as_of up
 * to FRESHNESS_SKEW_MS in the future stands as it is, one further ahead is taken as now. */

#define FRESHNESS_SKEW_MS (10 * 60 * (int64_t)MS_PER_S)

/* The instant from which on the sms is of no use: the earlier of expires_at and as_of + max_age; 0 = never. At that
 * very instant it is already too late. For store gates, carriers' validity and the last look before octets are
 * written. */
wall_ms freshness_deadline(const struct policy_facts *facts);

/* EXPIRED at or after expires_at. */
bool freshness_expired(const struct policy_facts *facts, struct judgement *out);

/* EXPIRED at or after as_of + max_age. */
bool freshness_too_old(const struct policy_facts *facts, struct judgement *out);

/* EXPIRED where not_before is still to come and lies at or after the deadline: to wait would be in vain. */
bool freshness_never_in_time(const struct policy_facts *facts, struct judgement *out);

/* WAIT until not_before. */
bool freshness_early(const struct policy_facts *facts, struct judgement *out);
