/* SPDX-License-Identifier: Apache-2.0 */
#include "history/history_fate.h"

#include "model/closing.h"

static const char *closing_of(const struct history_event *event)
{
	for (unsigned i = 0; i < CLOSING_CONTROL; i++)
		if (slice_is(event->event, closing_name((enum closing)i)))
			return closing_name((enum closing)i);
	return NULL;
}

static bool is_word(const char *word, const char *other)
{
	return word != NULL && strcmp(word, other) == 0;
}

void history_fate_add(struct history_fate *fate, const struct history_event *event)
{
	const char *closing = closing_of(event);
	bool is_other = fate->word != NULL && !entry_key_equal(&fate->entry, &event->entry);
	if (is_other && (is_word(closing, "duplicate") || !is_word(fate->word, "duplicate")))
		return;
	fate->entry = event->entry;
	if (closing != NULL) /* a receipt may have come before its “accepted” */
		fate->word = is_word(closing, "accepted") &&
					     (is_word(fate->word, "delivered") || is_word(fate->word, "undelivered"))
				     ? fate->word
				     : closing;
	else if (slice_is(event->event, "delivered"))
		fate->word = "delivered";
	else if (slice_is(event->event, "undelivered"))
		fate->word = is_word(fate->word, "delivered") ? fate->word : "undelivered";
	else if (slice_is(event->event, "held"))
		fate->word = "held";
	else if (slice_is(event->event, "requeued") || fate->word == NULL)
		fate->word = "open";
}
