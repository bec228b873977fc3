/* SPDX-License-Identifier: Apache-2.0 */
#include "store/held_alerts.h"

#include "base/number.h"
#include "model/entry.h"
#include "store/reply.h"

#include <stdio.h>

#define NO_MORE    ((struct slice){ NULL, 0 })
#define LIMIT_MOST 65536 /* alerts held in one and the same ms; a settle has 512 */

enum err held_alerts_count(struct redis_ask *ask, uint64_t *out, struct err_at *at)
{
	redis_ask_begin(ask, "ZCARD");
	redis_ask_key(ask, ":held", NO_MORE);
	return redis_ask_count(ask, out, at);
}

/* A score is a whole number of ms; whatever else is there counts as the epoch. */
static wall_ms read_since(struct slice score)
{
	uint64_t since;
	return number_parse(score, INT64_MAX, &since) ? (wall_ms)since : 0;
}

/* Up to the next line's end; rest moves behind it. Absent where there is none. */
static struct slice next_line(struct slice *rest)
{
	const char *end = rest->len ? memchr(rest->at, '\n', rest->len) : NULL;
	if (end == NULL)
		return (struct slice){ NULL, 0 };
	struct slice line = { rest->at, (size_t)(end - rest->at) };
	*rest = (struct slice){ end + 1, rest->len - line.len - 1 };
	return line;
}

/* “attempt\nambiguous\nstate\nbody”. */
static void unpack(struct held_alert *alert, struct slice packed)
{
	struct entry_key origin;
	struct slice rest = packed;
	uint64_t attempt = 0;
	bool is_whole = number_parse(next_line(&rest), UINT32_MAX, &attempt);
	is_whole = is_whole && next_line(&rest).at != NULL && next_line(&rest).at != NULL;
	alert->is_usable = is_whole && rest.len > 0 && entry_key_parse(alert->origin, &origin);
	alert->attempt = (uint32_t)attempt;
	alert->alert = is_whole ? rest : packed;
}

/* True where a member comes behind the place: sets of one score are in the order of their octets. */
static bool is_behind(const struct held_alerts_place *place, wall_ms since, struct slice origin)
{
	if (since != place->since)
		return since > place->since;
	return slice_compare(origin, slice_of(place->origin)) > 0;
}

/* Whatever else somebody put there would not fit, or end early. */
static bool is_ours(struct slice origin)
{
	return origin.len > 0 && origin.len <= HELD_ORIGIN_OCTETS_MAX && memchr(origin.at, '\0', origin.len) == NULL;
}

/* Keeps the origin in the page: the answer that it lies in is gone with the next question. */
static void add_member(struct held_alerts_page *page, struct slice origin, wall_ms since)
{
	char *kept = page->origins[page->count];
	memcpy(kept, origin.at, origin.len);
	kept[origin.len] = '\0';
	page->alerts[page->count++] = (struct held_alert){ .origin = { kept, origin.len }, .since = since };
}

static void ask_members(struct redis_ask *ask, const struct held_alerts_place *place, unsigned limit)
{
	redis_ask_begin(ask, "ZRANGEBYSCORE");
	redis_ask_key(ask, ":held", NO_MORE);
	if (place->origin[0])
		redis_ask_add_int(ask, place->since);
	else
		redis_ask_add_word(ask, "-inf");
	redis_ask_add_word(ask, "+inf");
	redis_ask_add_word(ask, "WITHSCORES");
	redis_ask_add_word(ask, "LIMIT");
	redis_ask_add_int(ask, 0);
	redis_ask_add_int(ask, limit);
}

/* Asks for alerts from the place's own ms on, more and more of them, until some lie behind it: a batch may be held in one
 * and the same ms. */
static enum err read_members(struct redis_ask *ask, const struct held_alerts_place *place,
			     struct held_alerts_page *page, struct err_at *at)
{
	page->count = 0;
	page->is_last = false;
	for (unsigned limit = 2 * HELD_ALERTS_PAGE; page->count == 0 && !page->is_last; limit *= 2) {
		const struct reply *reply;
		ask_members(ask, place, limit);
		enum err err = redis_ask_run(ask, &reply, at);
		if (err != ERR_OK)
			return err;
		size_t got = reply->type == REPLY_ARRAY ? reply->count / 2 : 0;
		size_t i = 0;
		for (; i < got && page->count < HELD_ALERTS_PAGE; i++) {
			struct slice origin = reply_text_at(reply, 2 * i);
			wall_ms since = read_since(reply_text_at(reply, 2 * i + 1));
			if (is_ours(origin) && is_behind(place, since, origin))
				add_member(page, origin, since);
		}
		page->is_last = i == got && (got < limit || limit > LIMIT_MOST);
	}
	return ERR_OK;
}

static enum err read_bodies(struct redis_ask *ask, struct held_alerts_page *page, struct err_at *at)
{
	const struct reply *reply;
	if (page->count == 0)
		return ERR_OK;
	redis_ask_begin(ask, "HMGET");
	redis_ask_key(ask, ":held:bodies", NO_MORE);
	for (unsigned i = 0; i < page->count; i++)
		redis_ask_add(ask, page->alerts[i].origin);
	enum err err = redis_ask_run(ask, &reply, at);
	for (unsigned i = 0; err == ERR_OK && i < page->count; i++)
		unpack(&page->alerts[i], reply_text_at(reply, i));
	return err;
}

enum err held_alerts_read(struct redis_ask *ask, struct held_alerts_place *place, struct held_alerts_page *out,
			  struct err_at *at)
{
	enum err err = read_members(ask, place, out, at);
	if (err == ERR_OK)
		err = read_bodies(ask, out, at);
	if (err != ERR_OK || out->count == 0)
		return err;
	const struct held_alert *last = &out->alerts[out->count - 1];
	place->since = last->since;
	snprintf(place->origin, sizeof place->origin, "%s", last->origin.at);
	return ERR_OK;
}

enum err held_alerts_find(struct redis_ask *ask, struct slice origin, struct held_alerts_page *out, struct err_at *at)
{
	const struct reply *reply;
	out->count = 0;
	out->is_last = true;
	if (!is_ours(origin))
		return ERR_OK;
	redis_ask_begin(ask, "ZSCORE");
	redis_ask_key(ask, ":held", NO_MORE);
	redis_ask_add(ask, origin);
	enum err err = redis_ask_run(ask, &reply, at);
	if (err != ERR_OK || reply->type != REPLY_TEXT)
		return err;
	add_member(out, origin, read_since(reply->text));
	return read_bodies(ask, out, at);
}

void held_alerts_resend_begin(struct redis_ask *ask)
{
	redis_ask_begin_script(ask, SCRIPT_RESEND, 3);
	redis_ask_key(ask, ":held", NO_MORE);
	redis_ask_key(ask, ":held:bodies", NO_MORE);
	redis_ask_key(ask, ":ready", NO_MORE);
}

void held_alerts_resend_add(struct redis_ask *ask, const struct held_alert *alert)
{
	redis_ask_add(ask, alert->origin);
}

void held_alerts_drop_begin(struct redis_ask *ask)
{
	redis_ask_begin_script(ask, SCRIPT_DROP_HELD, 5);
	redis_ask_key(ask, ":held", NO_MORE);
	redis_ask_key(ask, ":held:bodies", NO_MORE);
	redis_ask_key(ask, ":dead", NO_MORE);
	redis_ask_key(ask, ":totals", NO_MORE);
	redis_ask_key(ask, ":events", NO_MORE);
	redis_ask_add_word(ask, HELD_ALERTS_REASON);
}

void held_alerts_drop_add(struct redis_ask *ask, const struct held_alert *alert, struct slice event)
{
	redis_ask_add(ask, alert->origin);
	redis_ask_add(ask, event);
}
