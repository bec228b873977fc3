/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line, the history and the console read of Redis: dead, held and waiting alerts, pauses, the opt-out list, published
 * templates, events. The first octet chooses which; then comes what Redis answers (redis_script.h). What was read has the form that its
 * header promises, whatever the answers were. */
#include "app/config.h"
#include "app/webhook_load.h"
#include "base/json_tree.h"
#include "base/utf8.h"
#include "redis_script.h"
#include "store/dead_letters.h"
#include "store/event_group.h"
#include "store/event_watch.h"
#include "store/gateway_board.h"
#include "store/held_alerts.h"
#include "store/live_templates.h"
#include "store/optouts.h"
#include "store/pauses.h"
#include "store/redis_read.h"
#include "store/waiting_alerts.h"

#include <jansson.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

#define PAGES_MAX 8 /* answers that never end are another matter */

static struct err_at why;

static void check_err(enum err err)
{
	CHECK(err == why.err && (err == ERR_OK) == (why.text[0] == '\0'));
	CHECK(utf8_valid(why.text, strlen(why.text)) == strlen(why.text) || err == ERR_FORMAT);
}

static void touch(struct slice text)
{
	static volatile unsigned char sum;
	CHECK(text.at != NULL || text.len == 0);
	for (size_t i = 0; i < text.len; i++)
		sum = (unsigned char)(sum + (unsigned char)text.at[i]);
}

static void read_dead(struct redis_ask *ask)
{
	static struct dead_letters_page page;
	uint64_t count;
	char newest[ENTRY_ID_OCTETS];
	enum err err = dead_letters_extent(ask, &count, newest, &why);
	if (err == ERR_OK)
		CHECK(memchr(newest, '\0', sizeof newest) != NULL);
	if (err == ERR_OK)
		err = dead_letters_read(ask, "-", "+", &page, &why);
	check_err(err);
	for (unsigned i = 0; err == ERR_OK && i < page.count; i++) {
		const struct dead_letter *letter = &page.letters[i];
		struct slice word = dead_letters_word(letter->reason), field = dead_letters_field(letter->reason);
		touch(letter->entry);
		touch(letter->alert);
		touch(letter->origin);
		CHECK(word.len <= letter->reason.len && field.len <= letter->reason.len && letter->at >= 0);
		CHECK(!dead_letters_is_usable(letter) || letter->alert.len > 0);
	}
}

static void read_held(struct redis_ask *ask)
{
	static struct held_alerts_page page;
	struct held_alerts_place place = { .since = 0 };
	enum err err = ERR_OK;
	for (unsigned i = 0; err == ERR_OK && i < PAGES_MAX; i++) {
		struct held_alerts_place before = place;
		err = held_alerts_read(ask, &place, &page, &why);
		if (err != ERR_OK || page.count == 0)
			break;
		for (unsigned k = 0; k < page.count; k++) {
			const struct held_alert *alert = &page.alerts[k];
			CHECK(alert->origin.len >= 1 && alert->origin.len <= HELD_ORIGIN_OCTETS_MAX);
			CHECK(alert->since >= before.since && (!alert->is_usable || alert->alert.len > 0));
			touch(alert->origin);
			touch(alert->alert);
		}
		CHECK(place.since >= before.since);
	}
	check_err(err);
}

static void on_waiting(void *ctx, const struct waiting_alert *alert)
{
	(void)ctx;
	CHECK(alert->place <= WAITING_HELD && alert->origin.lane < LANE_COUNT);
	touch(alert->alert);
	touch(alert->account);
}

static void read_waiting(struct redis_ask *ask)
{
	static const struct slice needles[] = { { "139", 3 }, { "a", 1 } };
	const struct entry_key origin = { .ms = 1, .seq = 1, .lane = LANE_NORMAL };
	check_err(waiting_alerts_search(ask, needles, 2, &origin, on_waiting, NULL, &why));
}

static void on_pause(void *ctx, const struct paused *paused)
{
	(void)ctx;
	touch(paused->field);
	CHECK(paused->note.since >= 0 && memchr(paused->note.who, '\0', sizeof paused->note.who) != NULL);
}

static void read_pauses(struct redis_ask *ask)
{
	struct pauses_walk walk = { .released = 0 };
	struct paused paused;
	uint64_t count;
	bool was_paused;
	enum err err = pauses_each(ask, on_pause, NULL, &why);
	if (err == ERR_OK)
		err = pauses_add(ask, SLICE("all"), SLICE("li"), &was_paused, &paused, &why);
	if (err == ERR_OK) {
		on_pause(NULL, &paused);
		err = pauses_waiting(ask, SLICE("all"), &count, &why);
	}
	for (unsigned i = 0; err == ERR_OK && !walk.is_over && i < PAGES_MAX; i++) {
		err = pauses_release(ask, SLICE("template:t"), &walk, &why);
		CHECK(memchr(walk.cursor, '\0', sizeof walk.cursor) != NULL);
	}
	if (err == ERR_OK)
		err = pauses_queued(ask, &count, &why);
	check_err(err);
}

static void on_optout(void *ctx, struct slice number, struct slice reason)
{
	(void)ctx;
	touch(number);
	touch(reason);
}

static void read_optouts(struct redis_ask *ask)
{
	struct optouts_walk walk = { .is_over = false };
	struct slice reason;
	bool was_on;
	enum err err = optouts_find(ask, SLICE("8613900000001"), &reason, &why);
	if (err == ERR_OK) {
		touch(reason);
		err = optouts_add(ask, SLICE("8613900000001"), SLICE("{}"), &was_on, &why);
	}
	for (unsigned i = 0; err == ERR_OK && !walk.is_over && i < PAGES_MAX; i++) {
		err = optouts_step(ask, &walk, on_optout, NULL, &why);
		CHECK(memchr(walk.cursor, '\0', sizeof walk.cursor) != NULL);
	}
	check_err(err);
}

static void on_template(void *ctx, const struct live_template *template)
{
	(void)ctx;
	touch(template->name);
	touch(template->document);
}

static void on_board(void *ctx, struct slice instance, struct slice line)
{
	on_optout(ctx, instance, line);
}

static void read_published(struct redis_ask *ask)
{
	uint64_t turn;
	enum err err = live_templates_turn(ask, &turn, &why);
	if (err == ERR_OK)
		err = live_templates_read(ask, &turn, on_template, NULL, &why);
	if (err == ERR_OK)
		err = gateway_board_read(ask, on_board, NULL, &why);
	check_err(err);
}

static void read_plain(struct redis_ask *ask)
{
	const struct redis_key key = { .name = ":k" };
	struct slice text;
	int64_t id;
	wall_ms now;
	enum err err = redis_ask_now(ask, &now, &why);
	if (err == ERR_OK) {
		CHECK(now >= 0);
		err = redis_read_field(ask, key, SLICE("f"), &text, &why);
	}
	if (err == ERR_OK) {
		touch(text);
		err = redis_read_fields(ask, key, on_optout, NULL, &why);
	}
	if (err == ERR_OK)
		err = redis_read_ranked(ask, key, 5, 3, on_optout, NULL, &why);
	if (err == ERR_OK)
		err = redis_read_entries(ask, key, 0, 9, 3, true, on_optout, NULL, &why);
	if (err == ERR_OK)
		err = redis_read_last_id(ask, key, &id, &why);
	check_err(err);
}

/* Requests that are made of a batch of events are JSON, in order, and have no number in them. */
static void check_requests(const struct event_batch *batch, unsigned most)
{
	const struct config_webhook webhook = { .batch = most };
	struct webhook_load *load = webhook_load_create(&webhook);
	CHECK(load != NULL);
	webhook_load_begin(load, batch);
	unsigned done = 0;
	while (webhook_load_fill(load)) {
		struct slice body = webhook_load_body(load);
		unsigned count = webhook_load_count(load);
		CHECK(count <= most && webhook_load_entries_done(load) <= batch->count);
		CHECK(webhook_load_entries_done(load) == 0 || webhook_load_entries_done(load) >= done);
		done = webhook_load_entries_done(load) > 0 ? webhook_load_entries_done(load) : done;
		if (count > 0 || most > 1) {
			json_t *value = json_loadb(body.at, body.len, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
			CHECK(most > 1 ? json_array_size(value) == count : json_is_object(value));
			json_t *first = most > 1 ? json_array_get(value, 0) : value;
			CHECK(json_object_get(json_object_get(first, "data"), "to") == NULL);
			json_decref(value);
		}
		struct slice to_sign = webhook_load_signed(load, "1800000000");
		CHECK(to_sign.len > body.len && to_sign.at + to_sign.len == body.at + body.len);
	}
	CHECK(done == batch->count);
	webhook_load_destroy(load);
}

static void on_event(void *ctx, struct slice event)
{
	(void)ctx;
	touch(event);
}

static void read_events(struct redis_ask *ask)
{
	static struct event_batch batch;
	struct event_watch watch;
	uint64_t behind;
	bool more = true;
	enum err err = event_group_read(ask, "history", "r", 0, &batch, &why);
	if (err == ERR_OK) {
		CHECK(batch.count <= EVENT_GROUP_BATCH);
		for (unsigned i = 0; i < batch.count; i++)
			touch(batch.entries[i].lines);
		check_requests(&batch, 1);
		check_requests(&batch, 3);
		err = event_group_behind(ask, "history", &behind, &why);
	}
	if (err == ERR_OK)
		err = event_watch_begin(ask, &watch, &why);
	for (unsigned i = 0; err == ERR_OK && more && i < PAGES_MAX; i++) {
		CHECK(memchr(watch.after, '\0', sizeof watch.after) != NULL);
		err = event_watch_step(ask, &watch, on_event, NULL, &more, &why);
	}
	check_err(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static void (*const readers[])(struct redis_ask * ask) = { read_dead,   read_held,    read_waiting,
								   read_pauses, read_optouts, read_published,
								   read_plain,  read_events };
	struct redis_ask *ask = NULL;
	if (len < 2)
		return 0;
	const struct redis_place place = redis_script_place();
	redis_script = (struct slice){ (const char *)octets + 1, len - 1 };
	why = (struct err_at){ .err = ERR_OK };
	CHECK(redis_ask_open(&place, &ask, &why) == ERR_OK);
	readers[octets[0] % (sizeof readers / sizeof readers[0])](ask);
	redis_ask_close(ask);
	return 0;
}
