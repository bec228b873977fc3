/* SPDX-License-Identifier: Apache-2.0 */
#include "store/dead_letters.h"

#include "model/alert.h"
#include "store/reply.h"

#include <stdio.h>

#define NO_MORE ((struct slice){ NULL, 0 })

enum err dead_letters_extent(struct redis_ask *ask, uint64_t *count, char newest[static ENTRY_ID_OCTETS],
			     struct err_at *at)
{
	uint64_t length;
	redis_ask_begin(ask, "XLEN");
	redis_ask_key(ask, ":dead", NO_MORE);
	enum err err = redis_ask_count(ask, &length, at);
	if (err != ERR_OK)
		return err;
	const struct reply *reply;
	redis_ask_begin(ask, "XREVRANGE");
	redis_ask_key(ask, ":dead", NO_MORE);
	redis_ask_add_word(ask, "+");
	redis_ask_add_word(ask, "-");
	redis_ask_add_word(ask, "COUNT");
	redis_ask_add_word(ask, "1");
	err = redis_ask_run(ask, &reply, at);
	if (err != ERR_OK)
		return err;
	struct slice id = reply_text_at(reply_at(reply, 0), 0);
	snprintf(newest, ENTRY_ID_OCTETS, "%.*s", SLICE_ARG(id));
	*count = length;
	return ERR_OK;
}

static void read_letter(const struct reply *reply, struct dead_letter *out)
{
	const struct reply *fields = reply_at(reply, 1);
	struct entry_key key;
	*out = (struct dead_letter){ .entry = reply_text_at(reply, 0) };
	if (entry_id_parse(out->entry, LANE_READY, &key))
		out->at = (wall_ms)key.ms;
	for (size_t i = 0; fields != NULL && i + 1 < fields->count; i += 2) {
		struct slice name = reply_text_at(fields, i);
		struct slice value = reply_text_at(fields, i + 1);
		if (slice_is(name, "alert"))
			out->alert = value;
		else if (slice_is(name, "origin"))
			out->origin = value;
		else if (slice_is(name, "reason"))
			out->reason = value;
		else if (slice_is(name, "ambiguous"))
			out->is_ambiguous = slice_is(value, "1");
	}
}

enum err dead_letters_read(struct redis_ask *ask, const char *from, const char *to, struct dead_letters_page *out,
			   struct err_at *at)
{
	const struct reply *reply;
	redis_ask_begin(ask, "XRANGE");
	redis_ask_key(ask, ":dead", NO_MORE);
	redis_ask_add_word(ask, from);
	redis_ask_add_word(ask, to);
	redis_ask_add_word(ask, "COUNT");
	redis_ask_add_int(ask, DEAD_LETTERS_PAGE);
	enum err err = redis_ask_run(ask, &reply, at);
	if (err != ERR_OK)
		return err;
	out->count = 0;
	for (size_t i = 0; reply_at(reply, i) != NULL && out->count < DEAD_LETTERS_PAGE; i++)
		read_letter(reply_at(reply, i), &out->letters[out->count++]);
	return ERR_OK;
}

struct slice dead_letters_word(struct slice reason)
{
	return slice_cut(&reason, ':');
}

struct slice dead_letters_field(struct slice reason)
{
	const struct slice before = SLICE(" field “"), behind = SLICE("”: ");
	struct slice rest = reason;
	slice_cut(&rest, ':');
	if (!slice_starts(rest, before))
		return (struct slice){ NULL, 0 };
	rest = (struct slice){ rest.at + before.len, rest.len - before.len };
	for (size_t i = 0; i < rest.len; i++)
		if (slice_starts((struct slice){ rest.at + i, rest.len - i }, behind))
			return (struct slice){ rest.at, i };
	return (struct slice){ NULL, 0 };
}

/* Of a malformed entry the letter holds lines of fields, which are no alert. */
bool dead_letters_is_usable(const struct dead_letter *letter)
{
	struct entry_key origin;
	return letter->alert.len > 0 && letter->alert.len <= ALERT_OCTETS_MAX &&
	       entry_key_parse(letter->origin, &origin) && !slice_is(dead_letters_word(letter->reason), "malformed");
}

void dead_letters_requeue_begin(struct redis_ask *ask)
{
	redis_ask_begin_script(ask, SCRIPT_REQUEUE, 4);
	redis_ask_key(ask, ":dead", NO_MORE);
	redis_ask_key(ask, ":ready", NO_MORE);
	redis_ask_key(ask, ":totals", NO_MORE);
	redis_ask_key(ask, ":events", NO_MORE);
}

void dead_letters_requeue_add(struct redis_ask *ask, const struct dead_letter *letter, struct slice event)
{
	redis_ask_add(ask, letter->entry);
	redis_ask_add(ask, event);
}

void dead_letters_drop_begin(struct redis_ask *ask)
{
	redis_ask_begin(ask, "XDEL");
	redis_ask_key(ask, ":dead", NO_MORE);
}

void dead_letters_drop_add(struct redis_ask *ask, const struct dead_letter *letter)
{
	redis_ask_add(ask, letter->entry);
}
