/* SPDX-License-Identifier: Apache-2.0 */
/* An event of the stream, as a later version or a mistake may have left it: what the history keeps of it and writes again is the
 * same event, and no phone number is in it where it is masked. */
#include "base/check.h"
#include "base/json_tree.h"
#include "base/utf8.h"
#include "history/history_event.h"
#include "history/history_fate.h"
#include "model/msisdn.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

#define LINE_MAX_OCTETS 65536

static struct slice put(const struct history_event *event, bool is_masked, char *out)
{
	struct buf buf = buf_over(out, LINE_MAX_OCTETS);
	history_event_put(event, is_masked, &buf);
	CHECK(!buf.full && utf8_valid(out, buf.len) == buf.len);
	return buf_slice(&buf);
}

static void check_event(const struct history_event *event)
{
	CHECK(event->event.len > 0 && event->at != 0 && event->entry.ms != 0 && event->entry.lane < LANE_COUNT);
	CHECK(event->to.len <= MSISDN_DIGITS_MAX);
	CHECK(event->refs.len <= HISTORY_MORE_OCTETS && event->more.len <= HISTORY_MORE_OCTETS);
	CHECK(event->refs.len == 0 || (event->refs.at[0] == '[' && event->refs.at[event->refs.len - 1] == ']'));
	CHECK(event->more.len == 0 || (event->more.at[0] == '{' && event->more.at[event->more.len - 1] == '}'));
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static struct history_reader reader, other;
	static char whole[LINE_MAX_OCTETS], again[LINE_MAX_OCTETS], masked[LINE_MAX_OCTETS];
	struct history_event event = { .segment = 0 }, back = { .segment = 0 };
	struct history_fate fate = { .word = NULL };
	struct err_at at = { .err = ERR_OK };
	if (len > HISTORY_MORE_OCTETS)
		return 0;
	enum err err = history_event_read(&reader, (struct slice){ (const char *)octets, len }, &event, &at);
	CHECK(err == at.err);
	if (err == ERR_OK) {
		check_event(&event);
		struct slice first = put(&event, false, whole);
		CHECK(history_event_read(&other, first, &back, NULL) == ERR_OK);
		check_event(&back);
		/* A slash before digits is taken for the end of a number each time. */
		bool is_stable = memchr(octets, '/', len) == NULL && memmem(octets, len, "\\u", 2) == NULL;
		struct slice second = put(&back, false, again);
		CHECK(!is_stable || slice_equal(first, second));
		CHECK(history_event_is_closing(&event) == history_event_is_closing(&back));
		struct slice shown = put(&event, true, masked);
		CHECK(history_event_read(&other, shown, &back, NULL) == ERR_OK);
		CHECK(back.to.len == 0 || event.to.len < 7);
		history_fate_add(&fate, &event);
	} else {
		CHECK(at.text[0] != '\0');
	}
	history_reader_fini(&reader);
	history_reader_fini(&other);
	return 0;
}
