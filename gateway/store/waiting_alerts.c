/* SPDX-License-Identifier: Apache-2.0 */
#include "store/waiting_alerts.h"

#include "base/number.h"
#include "store/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_MORE              ((struct slice){ NULL, 0 })
#define PAGE                 256
#define CURSOR_OCTETS        24
#define WORDS_BEFORE_ACCOUNT 6

struct search {
	struct redis_ask *ask;
	const struct slice *needles;
	unsigned needle_count;
	const struct entry_key *origin; /* NULL = none */
	waiting_alerts_visit *visit;
	void *ctx;
	struct err_at *at;
};

static bool has_needle(const struct search *search, struct slice text)
{
	for (unsigned i = 0; i < search->needle_count; i++) {
		const struct slice *needle = &search->needles[i];
		if (text.len > 0 && memmem(text.at, text.len, needle->at, needle->len) != NULL)
			return true;
	}
	return false;
}

static bool is_wanted(const struct search *search, const struct entry_key *origin, struct slice text)
{
	const struct entry_key *want = search->origin;
	return (want != NULL && want->ms == origin->ms && want->seq == origin->seq) || has_needle(search, text);
}

/* -- lanes -- */

static const char *key_of(enum lane lane, char out[static 32])
{
	snprintf(out, 32, lane == LANE_READY ? ":%s" : ":alerts:%s", lane_name(lane));
	return out;
}

/* How far the lane has been handed out; ms 0 where nobody has read of it. */
static enum err read_cursor(const struct search *search, enum lane lane, struct entry_key *out)
{
	const struct reply *reply;
	char field[8];
	snprintf(field, sizeof field, "@%d", (int)lane + 1);
	redis_ask_begin(search->ask, "HGET");
	redis_ask_key(search->ask, ":claims", NO_MORE);
	redis_ask_add_word(search->ask, field);
	enum err err = redis_ask_run(search->ask, &reply, search->at);
	*out = (struct entry_key){ .ms = 0 };
	if (err == ERR_OK && reply->type == REPLY_TEXT && !entry_id_parse(reply->text, lane, out))
		*out = (struct entry_key){ .ms = 0 };
	return err;
}

/* Of what an alert was about when it came to wait (pipeline/events.c, events_state) the account: the seventh word, up to a comma. */
static struct slice account_of(struct slice state)
{
	for (unsigned i = 0; i < WORDS_BEFORE_ACCOUNT; i++)
		slice_cut(&state, ' ');
	struct slice word = slice_cut(&state, ' ');
	return slice_cut(&word, ',');
}

static void visit_entry(const struct search *search, enum lane lane, const struct entry_key *cursor,
			const struct reply *entry)
{
	struct waiting_alert found = { .place = WAITING_ON_LANE };
	const struct reply *fields = reply_at(entry, 1);
	struct entry_key key;
	uint64_t attempt;
	if (!entry_id_parse(reply_text_at(entry, 0), lane, &key))
		return;
	found.origin = key;
	for (size_t i = 0; fields != NULL && i + 1 < fields->count; i += 2) {
		struct slice name = reply_text_at(fields, i);
		struct slice value = reply_text_at(fields, i + 1);
		if (slice_is(name, "alert"))
			found.alert = value;
		else if (slice_is(name, "origin") && !entry_key_parse(value, &found.origin))
			found.origin = key;
		else if (slice_is(name, "attempt") && number_parse(value, UINT32_MAX, &attempt))
			found.attempt = (uint32_t)attempt;
		else if (slice_is(name, "state"))
			found.account = account_of(value);
		else if (slice_is(name, "ambiguous"))
			found.may_be_sent = slice_is(value, "1");
	}
	if (entry_id_compare(&key, cursor) <= 0)
		found.place = WAITING_IN_WORK;
	if (is_wanted(search, &found.origin, found.alert))
		search->visit(search->ctx, &found);
}

static enum err search_lane(const struct search *search, enum lane lane)
{
	char name[32];
	char from[ENTRY_ID_OCTETS + 1] = "-";
	struct entry_key cursor;
	enum err err = read_cursor(search, lane, &cursor);
	for (bool more = true; err == ERR_OK && more;) {
		const struct reply *reply;
		redis_ask_begin(search->ask, "XRANGE");
		redis_ask_key(search->ask, key_of(lane, name), NO_MORE);
		redis_ask_add_word(search->ask, from);
		redis_ask_add_word(search->ask, "+");
		redis_ask_add_word(search->ask, "COUNT");
		redis_ask_add_int(search->ask, PAGE);
		err = redis_ask_run(search->ask, &reply, search->at);
		more = err == ERR_OK && reply_at(reply, PAGE - 1) != NULL;
		for (size_t i = 0; err == ERR_OK && reply_at(reply, i) != NULL; i++) {
			visit_entry(search, lane, &cursor, reply_at(reply, i));
			snprintf(from, sizeof from, "(%.*s", SLICE_ARG(reply_text_at(reply_at(reply, i), 0)));
		}
	}
	return err;
}

/* -- what waits, and what is held: hashes of origin → “attempt, mark, state, alert”, a line each -- */

static bool read_body(struct slice origin, struct slice packed, struct waiting_alert *out)
{
	uint64_t attempt = 0;
	bool is_good =
		entry_key_parse(origin, &out->origin) && number_parse(slice_cut(&packed, '\n'), UINT32_MAX, &attempt);
	out->may_be_sent = slice_is(slice_cut(&packed, '\n'), "1");
	out->account = account_of(slice_cut(&packed, '\n'));
	out->alert = packed;
	out->attempt = (uint32_t)attempt;
	return is_good;
}

/* When it comes back; 0 = nobody knows any more. */
static enum err read_due(const struct search *search, const struct entry_key *origin, wall_ms *out)
{
	const struct reply *reply;
	char name[ENTRY_KEY_OCTETS];
	uint64_t due = 0;
	redis_ask_begin(search->ask, "ZSCORE");
	redis_ask_key(search->ask, ":later", NO_MORE);
	redis_ask_add(search->ask, (struct slice){ name, entry_key_format(origin, name) });
	enum err err = redis_ask_run(search->ask, &reply, search->at);
	if (err == ERR_OK && reply->type == REPLY_TEXT && !number_parse(reply->text, INT64_MAX, &due))
		due = 0;
	*out = (wall_ms)due;
	return err;
}

/* Those of a page are asked for anew, one by one: what is found is borrowed from an answer, and the next question ends it. */
static enum err visit_found(const struct search *search, const char *bodies, enum waiting_place place,
			    const struct entry_key *origin)
{
	const struct reply *reply;
	char name[ENTRY_KEY_OCTETS];
	struct waiting_alert found = { .place = place };
	enum err err = place == WAITING_LATER ? read_due(search, origin, &found.due) : ERR_OK;
	if (err != ERR_OK)
		return err;
	struct slice member = { name, entry_key_format(origin, name) };
	redis_ask_begin(search->ask, "HGET");
	redis_ask_key(search->ask, bodies, NO_MORE);
	redis_ask_add(search->ask, member);
	err = redis_ask_run(search->ask, &reply, search->at);
	if (err == ERR_OK && reply->type == REPLY_TEXT && read_body(member, reply->text, &found))
		search->visit(search->ctx, &found);
	return err;
}

/* Those of a page that are wanted. found: room for as many as the page has. */
static unsigned pick(const struct search *search, const struct reply *pairs, struct entry_key *found)
{
	unsigned count = 0;
	for (size_t i = 0; pairs != NULL && i + 1 < pairs->count; i += 2)
		count += entry_key_parse(reply_text_at(pairs, i), &found[count]) &&
			 is_wanted(search, &found[count], reply_text_at(pairs, i + 1));
	return count;
}

/* One page, and where the next one begins. */
static enum err search_page(const struct search *search, const char *bodies, enum waiting_place place,
			    char cursor[static CURSOR_OCTETS])
{
	const struct reply *reply;
	redis_ask_begin(search->ask, "HSCAN");
	redis_ask_key(search->ask, bodies, NO_MORE);
	redis_ask_add_word(search->ask, cursor);
	redis_ask_add_word(search->ask, "COUNT");
	redis_ask_add_int(search->ask, PAGE);
	enum err err = redis_ask_run(search->ask, &reply, search->at);
	if (err != ERR_OK)
		return err;
	const struct reply *pairs = reply_at(reply, 1);
	snprintf(cursor, CURSOR_OCTETS, "%.*s", SLICE_ARG(reply_text_at(reply, 0)));
	struct entry_key *found = calloc(pairs != NULL ? pairs->count / 2 + 1 : 1, sizeof *found);
	if (found == NULL)
		return err_at_set(search->at, ERR_MEMORY, 0, NULL, "out of memory");
	unsigned count = pick(search, pairs, found);
	for (unsigned i = 0; i < count && err == ERR_OK; i++)
		err = visit_found(search, bodies, place, &found[i]);
	free(found);
	return err;
}

static enum err search_hash(const struct search *search, const char *bodies, enum waiting_place place)
{
	char cursor[CURSOR_OCTETS] = "0";
	enum err err;
	do
		err = search_page(search, bodies, place, cursor);
	while (err == ERR_OK && strcmp(cursor, "0") != 0);
	return err;
}

enum err waiting_alerts_search(struct redis_ask *ask, const struct slice *needles, unsigned count,
			       const struct entry_key *origin, waiting_alerts_visit *visit, void *ctx,
			       struct err_at *at)
{
	const struct search search = { ask, needles, count, origin, visit, ctx, at };
	enum err err = ERR_OK;
	for (unsigned lane = 0; lane < LANE_COUNT && err == ERR_OK; lane++)
		err = search_lane(&search, (enum lane)lane);
	if (err == ERR_OK)
		err = search_hash(&search, ":later:bodies", WAITING_LATER);
	return err == ERR_OK ? search_hash(&search, ":held:bodies", WAITING_HELD) : err;
}
