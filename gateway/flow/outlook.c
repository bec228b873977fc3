/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/outlook.h"

#include "base/check.h"

/* What no forecast has. */
#define NO_ETA (-1.0)

const char *outlook_name(enum outlook outlook)
{
	static const char *const names[OUTLOOK_COUNT] = {
		[OUTLOOK_UNKNOWN] = "unknown", [OUTLOOK_EMPTY] = "empty", [OUTLOOK_KEEPS_UP] = "keeps_up",
		[OUTLOOK_CLEARS] = "clears",   [OUTLOOK_STAYS] = "stays",
	};
	CHECK((unsigned)outlook < OUTLOOK_COUNT);
	return names[outlook];
}

static struct forecast forecast(enum outlook outlook, double eta_s)
{
	return (struct forecast){ outlook, eta_s };
}

/* per_s: by which it gets shorter. */
static struct forecast clears(double waiting, double per_s)
{
	/* Also where it is so little that the quotient would be no number. */
	if (!(per_s > 0) || waiting > per_s * OUTLOOK_MOST_S)
		return forecast(OUTLOOK_STAYS, NO_ETA);
	return forecast(OUTLOOK_CLEARS, waiting / per_s);
}

struct forecast outlook_of_heap(double waiting, double per_s)
{
	if (!(waiting > 0))
		return forecast(OUTLOOK_EMPTY, 0);
	if (per_s < 0)
		return forecast(OUTLOOK_UNKNOWN, NO_ETA);
	if (waiting <= per_s * OUTLOOK_BRISK_S)
		return forecast(OUTLOOK_KEEPS_UP, waiting / per_s);
	return clears(waiting, per_s);
}

struct forecast outlook_of_queue(uint64_t waiting, const struct trend *trend, mono_us now)
{
	if (waiting == 0)
		return forecast(OUTLOOK_EMPTY, 0);
	struct trend_rates rates = trend_rates(trend, now);
	double count = (double)waiting;
	if (!rates.is_known)
		return forecast(OUTLOOK_UNKNOWN, NO_ETA);
	/* A lane of few entries is empty now and then; a single one that is seen in work is no backlog either. */
	bool was_empty = trend_was_empty(trend);
	double may_wait_s = was_empty ? (double)TREND_SPAN_US / US_PER_S : OUTLOOK_BRISK_S;
	if (count <= rates.left_per_s * may_wait_s)
		return forecast(OUTLOOK_KEEPS_UP, count / rates.left_per_s);
	if (was_empty)
		return forecast(OUTLOOK_UNKNOWN, NO_ETA);
	return clears(count, rates.left_per_s - rates.added_per_s);
}
