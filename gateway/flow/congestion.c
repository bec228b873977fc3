/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/congestion.h"

#include <limits.h>
#include <stdbool.h>

#define GROWS_EACH      8 /* accepted segments, above the threshold */
#define SLOW            8 /* times as many */
#define THRESHOLD_LEAST 4

void congestion_init(struct congestion *congestion)
{
	*congestion = (struct congestion){ .window = CONGESTION_FIRST, .threshold = UINT_MAX };
}

static unsigned fresh(const struct congestion *congestion, unsigned out)
{
	return out > congestion->stale ? out - congestion->stale : 0;
}

unsigned congestion_room(const struct congestion *congestion, unsigned out, mono_us now)
{
	unsigned taken = fresh(congestion, out);
	if (now < congestion->paused_until || taken >= congestion->window)
		return 0;
	return congestion->window - taken;
}

/* An answer to what was out at the last cut. There are never more of these than what is out. */
static bool is_stale(struct congestion *congestion, unsigned out, mono_us sent_at)
{
	if (congestion->stale > out)
		congestion->stale = out;
	if (sent_at >= congestion->cut_at)
		return false;
	congestion->stale -= congestion->stale > 0;
	return true;
}

static void cut(struct congestion *congestion, unsigned out, mono_us now)
{
	congestion->accepted = 0;
	congestion->cut_at = now;
	congestion->stale = out - 1;
}

static unsigned half_of(unsigned out)
{
	return out / 2 > THRESHOLD_LEAST ? out / 2 : THRESHOLD_LEAST;
}

static void less_out(struct congestion *congestion, unsigned out, mono_us now)
{
	congestion->threshold = half_of(fresh(congestion, out));
	if (congestion->window > congestion->threshold)
		congestion->window = congestion->threshold;
	cut(congestion, out, now);
}

static void grow(struct congestion *congestion)
{
	bool is_fast = congestion->window < congestion->threshold;
	/* Where it was too much the last time it goes slowly. */
	unsigned each = congestion->window + 1 == congestion->ceiling ? SLOW * GROWS_EACH : GROWS_EACH;
	congestion->accepted += !is_fast;
	if (congestion->window == UINT_MAX || (!is_fast && congestion->accepted < each))
		return;
	congestion->accepted = 0;
	congestion->window++;
	if (congestion->window >= congestion->threshold)
		congestion->pause = 0;
}

void congestion_accepted(struct congestion *congestion, unsigned out, mono_us sent_at, mono_us now)
{
	if (is_stale(congestion, out, sent_at))
		return;
	if (now - sent_at >= CONGESTION_SLOW_US && congestion->window > THRESHOLD_LEAST)
		less_out(congestion, out, now);
	else if (fresh(congestion, out) >= congestion->window / 2) /* what is not used proves nothing */
		grow(congestion);
}

void congestion_throttled(struct congestion *congestion, unsigned out, mono_us sent_at, mono_us now)
{
	if (is_stale(congestion, out, sent_at))
		return;
	/* A pause that did not help says nothing of how much may be out when it is over. */
	if (congestion->pause == 0) {
		congestion->threshold = half_of(fresh(congestion, out));
		congestion->ceiling = fresh(congestion, out);
	}
	congestion->pause = congestion->pause == 0 ? CONGESTION_PAUSE_LEAST_US : 2 * congestion->pause;
	if (congestion->pause > CONGESTION_PAUSE_MOST_US)
		congestion->pause = CONGESTION_PAUSE_MOST_US;
	congestion->window = 1;
	cut(congestion, out, now);
	congestion_rest(congestion, congestion->pause, now);
}

void congestion_unanswered(struct congestion *congestion, unsigned out, mono_us sent_at, mono_us now)
{
	if (!is_stale(congestion, out, sent_at))
		less_out(congestion, out, now);
}

void congestion_refused(struct congestion *congestion, unsigned out, mono_us sent_at)
{
	is_stale(congestion, out, sent_at);
}

void congestion_rest(struct congestion *congestion, mono_us span_us, mono_us now)
{
	if (now + span_us > congestion->paused_until)
		congestion->paused_until = now + span_us;
}

void congestion_restart(struct congestion *congestion, unsigned out, mono_us now)
{
	mono_us paused_until = congestion->paused_until;
	congestion_init(congestion);
	congestion->paused_until = paused_until; /* for that the carrier has asked */
	congestion->window = 1;
	congestion->cut_at = now;
	congestion->stale = out;
}
