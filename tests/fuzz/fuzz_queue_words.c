/* SPDX-License-Identifier: Apache-2.0 */
/* Short texts that stand in Redis beside the alerts: ids of entries, pauses, what operators want of accounts; and spans of hours that
 * people write. What is read is written and reads the same. The first octet chooses which. */
#include "base/check.h"
#include "base/civil.h"
#include "base/json_tree.h"
#include "base/utf8.h"
#include "cli/cli_time.h"
#include "model/account_change.h"
#include "model/entry.h"
#include "model/pause.h"
#include "policy/quiet_hours.h"
#include "route/route_hours.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

#define ORDERS_MAX 4
#define NOW        INT64_C(1800000000000)

static void check_entry(struct slice text)
{
	struct entry_key key, back;
	char out[ENTRY_KEY_OCTETS], id[ENTRY_ID_OCTETS], brief[ENTRY_SHORT_OCTETS];
	if (entry_key_parse(text, &key)) {
		size_t len = entry_key_format(&key, out);
		CHECK(key.lane < LANE_COUNT && len < sizeof out && len == strlen(out));
		CHECK(slice_equal((struct slice){ out, len }, text));
		CHECK(entry_key_format_short(&key, brief) < sizeof brief);
	}
	if (entry_id_parse(text, LANE_NORMAL, &key)) {
		size_t len = entry_id_format(&key, id);
		CHECK(slice_equal((struct slice){ id, len }, text));
		CHECK(entry_id_parse((struct slice){ id, len }, LANE_NORMAL, &back) && entry_key_equal(&key, &back));
	}
}

static void check_note(const struct pause_note *note)
{
	CHECK(note->since >= 0 && memchr(note->who, '\0', sizeof note->who) != NULL);
}

static void check_pause(struct slice text)
{
	struct pause pause;
	char out[PAUSE_TEXT_OCTETS];
	struct slice field = slice_cut(&text, '\n');
	if (pause_parse(field, &pause)) {
		size_t len = pause_format(&pause, out);
		CHECK(slice_equal((struct slice){ out, len }, field));
	}
	struct pause_note note = pause_note_read(text);
	check_note(&note);
}

/* Lines “field value”, as the hash has them. */
static void check_orders(struct slice text)
{
	struct account_order orders[ORDERS_MAX];
	unsigned count = 0;
	while (text.len > 0) {
		struct slice value = slice_cut(&text, '\n');
		struct slice field = slice_cut(&value, ' ');
		unsigned before = count;
		bool is_read = account_order_read(field, value, orders, &count, ORDERS_MAX);
		CHECK(count <= ORDERS_MAX && count - before <= 1);
		CHECK(!is_read || count > 0);
	}
	for (unsigned i = 0; i < count; i++) {
		const struct account_order *order = &orders[i];
		CHECK(order->name[0] != '\0' && memchr(order->name, '\0', sizeof order->name) != NULL);
		CHECK(account_order_find(orders, count, order->name) == order);
		CHECK(order->stance < ACCOUNT_STANCE_COUNT && order->tps <= ACCOUNT_TPS_MAX);
		CHECK(memchr(order->reason, '\0', sizeof order->reason) != NULL && order->again >= 0);
		check_note(&order->note);
		check_note(&order->tps_note);
	}
}

/* A change is written as the queue has it, and what the queue answers is told as JSON. */
static void check_change(struct slice text)
{
	static struct json_tree tree;
	char who[PAUSE_WHO_MAX + 8], reason[ACCOUNT_REASON_MAX + 8];
	char field[ACCOUNT_FIELD_OCTETS], word[ACCOUNT_WORD_OCTETS], note[ACCOUNT_NOTE_OCTETS];
	char json[2048];
	const char *of;
	struct slice first = slice_cut(&text, '\n'), second = slice_cut(&text, '\n');
	snprintf(who, sizeof who, "%.*s", SLICE_ARG(first));
	snprintf(reason, sizeof reason, "%.*s", SLICE_ARG(second));
	struct account_change change = { .account = "a", .stance = ACCOUNT_PAUSED, .who = who, .reason = reason };
	if (account_change_flaw(&change, &of) != NULL)
		return;
	account_change_write(&change, field, word, note);
	CHECK(strchr(note, '\n') == NULL && strchr(word, ' ') == NULL);
	struct account_answer answer;
	struct buf value = buf_over(json, sizeof json);
	buf_put_format(&value, "%s 1 %s", word, note);
	CHECK(account_answer_read(&change, buf_slice(&value), false, &answer));
	CHECK(strcmp(answer.now.note.who, who) == 0 && strcmp(answer.now.reason, reason) == 0);
	if (!account_answer_read(&change, text, true, &answer))
		return;
	struct buf out = buf_over(json, sizeof json);
	account_answer_write(&change, &answer, &out);
	CHECK(!out.full && json_tree_read(&tree, buf_slice(&out), NULL) == ERR_OK);
	json_tree_fini(&tree);
}

static void check_hours(struct slice text)
{
	struct route_hours hours, back;
	struct quiet_hours quiet;
	char out[ROUTE_HOURS_TEXT];
	if (route_hours_parse(text, &hours)) {
		struct buf buf = buf_over(out, sizeof out);
		route_hours_format(&hours, &buf);
		CHECK(!buf.full && route_hours_parse(buf_slice(&buf), &back));
		CHECK(back.days == hours.days && back.from == hours.from && back.to == hours.to);
		for (wall_ms at = NOW; at < NOW + INT64_C(8) * 86400000; at += INT64_C(5) * 3600000 + 61000) {
			wall_ms opens = route_hours_opens(&hours, at, NULL);
			CHECK(opens >= at && opens <= at + INT64_C(8) * 86400000);
			CHECK((route_hours_wait(&hours, at, NULL) == 0) == (opens == at));
			CHECK(route_hours_wait(&hours, opens, NULL) == 0);
		}
	}
	if (quiet_hours_parse(text, &quiet)) {
		CHECK(quiet.from < 1440 && quiet.to < 1440 && quiet.from != quiet.to);
		for (wall_ms at = NOW; at < NOW + INT64_C(2) * 86400000; at += INT64_C(37) * 60000) {
			wall_ms end = quiet_hours_end(&quiet, at, NULL);
			CHECK(end == 0 ||
			      (end > at && end <= at + 86400000 && quiet_hours_end(&quiet, end, NULL) == 0));
		}
	}
}

static void check_time(struct slice text)
{
	wall_ms at, again;
	char out[CLI_TIME_OCTETS];
	struct zone zone = { .span_count = 2 };
	zone.spans[0].offset_s = 3600;
	zone.spans[1] = (struct zone_span){ .from = NOW, .offset_s = 7200 };
	if (cli_time_span(text, &at))
		CHECK(at >= 0);
	if (cli_time_parse(text, NOW, NULL, &at)) {
		cli_time_format(at, NULL, out);
		CHECK(!cli_time_parse(slice_of(out), NOW, NULL, &again) || (again <= at && at - again < 1000));
	}
	if (cli_time_parse(text, NOW, &zone, &at))
		cli_time_format(at, &zone, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static void (*const checks[])(struct slice text) = { check_entry,  check_pause, check_orders,
							     check_change, check_hours, check_time };
	if (len > 0)
		checks[octets[0] % (sizeof checks / sizeof checks[0])](
			(struct slice){ (const char *)octets + 1, len - 1 });
	return 0;
}
