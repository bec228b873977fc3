/* SPDX-License-Identifier: Apache-2.0 */
#include "model/pause.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/number.h"
#include "base/utf8.h"

static const char *const kinds[PAUSE_KIND_COUNT] = {
	[PAUSE_ALL] = "all",
	[PAUSE_TEMPLATE] = "template:",
	[PAUSE_TENANT] = "tenant:",
	[PAUSE_BATCH] = "batch:",
};

bool pause_parse(struct slice text, struct pause *out)
{
	*out = (struct pause){ .kind = PAUSE_ALL };
	if (slice_is(text, kinds[PAUSE_ALL]))
		return true;
	for (unsigned kind = PAUSE_TEMPLATE; kind < PAUSE_KIND_COUNT; kind++) {
		struct slice prefix = slice_of(kinds[kind]);
		if (!slice_starts(text, prefix))
			continue;
		size_t len = text.len - prefix.len;
		if (len == 0 || len >= PAUSE_NAME_OCTETS || memchr(text.at + prefix.len, '\0', len) != NULL)
			return false;
		out->kind = (enum pause_kind)kind;
		memcpy(out->name, text.at + prefix.len, len);
		return true;
	}
	return false;
}

struct pause_note pause_note_read(struct slice value)
{
	struct slice who = value;
	struct pause_note note = { .since = 0 };
	uint64_t since;
	if (number_parse(slice_cut(&who, ' '), INT64_MAX, &since))
		note.since = (wall_ms)since;
	who.len = utf8_whole(who.at, who.len < PAUSE_WHO_MAX ? who.len : PAUSE_WHO_MAX);
	if (who.len > 0)
		memcpy(note.who, who.at, who.len);
	return note;
}

size_t pause_format(const struct pause *pause, char *out)
{
	CHECK((unsigned)pause->kind < PAUSE_KIND_COUNT);
	struct buf buf = buf_over(out, PAUSE_TEXT_OCTETS - 1);
	buf_put_text(&buf, kinds[pause->kind]);
	buf_put_text(&buf, pause->name);
	CHECK(!buf.full);
	out[buf.len] = '\0';
	return buf.len;
}
