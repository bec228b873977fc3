/* SPDX-License-Identifier: Apache-2.0 */

/* What protects recipients, as the contract of the port has it: the list of those who opted out, and what went to a number
 * or with a text within a span. It forgets nothing; spans decide what counts. */

#include "fakes/queue_model.h"

#include "base/buf.h"
#include "base/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define DAY_MS     (24 * 3600 * MS_PER_S)
#define MINUTE_MS  (60 * MS_PER_S)
#define LOG_OCTETS 16384
#define FIELD_MAX  64
#define LIMITS_MAX 3
#define TIMES_MAX  256

/* One limit of one alert. */
struct limit {
	enum protection_rule rule;
	char field[FIELD_MAX];
	int64_t span;
	unsigned most;
	bool waits;
};

static unsigned limits_of(const struct store_begin *item, struct limit out[LIMITS_MAX])
{
	const struct protection_limits *limits = &item->limits;
	unsigned count = 0;
	if (limits->identical_ms > 0) {
		out[count] = (struct limit){ PROTECTION_IDENTICAL, "", limits->identical_ms, 1, false };
		snprintf(out[count++].field, FIELD_MAX, "text %" PRIx64, item->text_hash);
	}
	if (limits->day_max > 0) {
		out[count] = (struct limit){ PROTECTION_DAY_CAP, "", DAY_MS, limits->day_max, limits->day_waits };
		snprintf(out[count++].field, FIELD_MAX, "number %d %.*s", item->sms_class, SLICE_ARG(item->number));
	}
	if (limits->minute_max > 0) {
		out[count] = (struct limit){ PROTECTION_MINUTE_CAP, "", MINUTE_MS, limits->minute_max, true };
		snprintf(out[count++].field, FIELD_MAX, "number %d %.*s", item->sms_class, SLICE_ARG(item->number));
	}
	return count;
}

/* One that went, in a text “ms:origin …”. at moves behind it. False at the end. */
static bool next_sent(const char **at, int64_t *ms, struct slice *origin)
{
	if (**at == '\0')
		return false;
	char *colon;
	*ms = strtoll(*at, &colon, 10);
	size_t len = strcspn(++colon, " ");
	*origin = (struct slice){ colon, len };
	*at = colon + len + (colon[len] == ' ');
	return true;
}

static const char *sent_of(struct queue_model *model, const struct limit *limit)
{
	const struct text_row *row = text_table_find(model->sent, slice_of(limit->field));
	return row != NULL ? row->value.at : "";
}

/* How long a limit has the alert wait; 0 where it has a place, or there is one. */
static int64_t wait_of(struct queue_model *model, const struct limit *limit, const char *origin)
{
	int64_t within[TIMES_MAX];
	unsigned count = 0;
	int64_t ms;
	struct slice whose;
	for (const char *at = sent_of(model, limit); next_sent(&at, &ms, &whose);) {
		int64_t ago = ms > model->now ? ms - model->now : model->now - ms;
		if (ago >= limit->span)
			continue;
		if (slice_is(whose, origin))
			return 0;
		if (count < TIMES_MAX)
			within[count++] = ms;
	}
	if (count < limit->most || model->plant == PLANT_CAP_FORGOTTEN)
		return 0;
	int64_t wait = within[count - limit->most] + limit->span - model->now;
	return wait < 1 ? 1 : wait > limit->span ? limit->span : wait;
}

/* One place each, as of when it was begun last. */
static void note_sent(struct queue_model *model, const struct limit *limit, const char *origin)
{
	char text[LOG_OCTETS];
	struct buf buf = buf_over(text, sizeof text);
	int64_t ms;
	struct slice whose;
	for (const char *at = sent_of(model, limit); next_sent(&at, &ms, &whose);) {
		int64_t ago = ms > model->now ? ms - model->now : model->now - ms;
		if (ago < DAY_MS && !slice_is(whose, origin))
			buf_put_format(&buf, "%" PRId64 ":%.*s ", ms, SLICE_ARG(whose));
	}
	buf_put_format(&buf, "%" PRId64 ":%s", model->now, origin);
	CHECK(!buf.full);
	text_row_set(text_table_take(model->sent, slice_of(limit->field)), buf_slice(&buf));
}

static enum begin_verdict keep_limits(struct queue_model *model, const struct store_begin *item,
				      struct begin_note *note)
{
	struct limit limits[LIMITS_MAX];
	bool has_place[LIMITS_MAX] = { false };
	char origin[ENTRY_KEY_OCTETS];
	unsigned count = limits_of(item, limits);
	entry_key_format(&item->origin, origin);
	for (unsigned i = 0; i < count; i++) {
		int64_t wait = wait_of(model, &limits[i], origin);
		has_place[i] = wait == 0;
		if (wait == 0)
			continue;
		if (note->rule == PROTECTION_NONE)
			*note = (struct begin_note){ limits[i].rule, wait };
		if (!item->limits.is_exempt) {
			*note = (struct begin_note){ limits[i].rule, wait };
			return limits[i].waits ? BEGIN_NOT_YET : BEGIN_SUPPRESSED;
		}
	}
	for (unsigned i = 0; i < count; i++) {
		if (has_place[i])
			note_sent(model, &limits[i], origin);
	}
	return BEGIN_GO;
}

enum begin_verdict queue_model_protect(struct queue_model *model, const struct store_begin *item,
				       struct begin_note *note)
{
	*note = (struct begin_note){ .rule = PROTECTION_NONE };
	if (item->limits.heeds_optout && model->plant != PLANT_OPTOUT_FORGOTTEN &&
	    text_table_find(model->opted_out, item->number) != NULL) {
		*note = (struct begin_note){ .rule = PROTECTION_OPTED_OUT };
		if (!item->limits.is_exempt)
			return BEGIN_SUPPRESSED;
	}
	return keep_limits(model, item, note);
}
