/* SPDX-License-Identifier: Apache-2.0 */

/* By number and text. Of each number there is a queue of alerts for each way in which one can fit, and of each number and
 * text together one more: the first of a queue that still expects a message gets it, so that a message costs the same
 * however many alerts a number has. */

#include "audit/audit_join.h"

#include "audit/audit_tally.h"

enum queue {
	QUEUE_FREE,     /* open, its text is not known */
	QUEUE_FREE_REF, /* the same, but its event names ids that the carrier does not have */
	QUEUE_TEXT,     /* open, its text is known: here only a message with another one, or none, can come */
	QUEUE_UNSENT,   /* closed without being sent, its text is not known */
	QUEUE_UNSENT_TEXT,
	QUEUE_COUNT,
	QUEUE_NONE = QUEUE_COUNT /* it has its messages */
};

struct number {
	uint64_t number;
	uint32_t heads[QUEUE_COUNT];
	uint32_t any; /* the first alert of all */
};

/* A number and a text: hash of both. */
struct place {
	uint64_t hash;
	uint32_t open; /* queue of alerts that expect this text */
	uint32_t any;  /* one that expects it, or has it */
};

struct joining {
	struct audit_book *book;
	bool refs_count; /* the carriers' ids are those of the events: most of them led to a message */
	struct audit_rows numbers;
	struct audit_rows places;
	struct audit_index by_number;
	struct audit_index by_place;
};

bool audit_join_message(struct audit_book *book, uint32_t message_row, uint32_t alert_row,
			const struct audit_entry *entry)
{
	struct audit_message *message = audit_book_message(book, message_row);
	struct audit_alert *alert = audit_book_alert(book, alert_row);
	message->alert = alert_row;
	if (message->flags & AUDIT_MESSAGE_PART) {
		alert->flags |= AUDIT_ALERT_PARTIAL;
		if (message->flags & AUDIT_MESSAGE_REPEAT)
			audit_book_bump(&alert->repeats);
		return true;
	}
	audit_book_bump(&alert->arrived);
	if (alert->message == AUDIT_NONE)
		alert->message = message_row;
	if (!(alert->flags & AUDIT_ALERT_HAS_TEXT) && alert->text == 0)
		alert->text = message->text;
	if (entry == NULL && alert->entry != AUDIT_NONE)
		entry = audit_book_entry(book, alert->entry);
	if (entry == NULL || message->at_ms == 0)
		return true;
	uint32_t *latency = audit_rows_add(&book->latencies);
	if (latency == NULL)
		return false;
	int64_t ms = message->at_ms - (int64_t)entry->ms;
	*latency = ms < 0 ? 0 : ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
	return true;
}

/* -- the queues -- */

static enum queue queue_of(const struct joining *joining, const struct audit_alert *alert)
{
	bool has_text = alert->flags & AUDIT_ALERT_HAS_TEXT;
	if (audit_tally_is_open(alert)) {
		if (has_text)
			return QUEUE_TEXT;
		return joining->refs_count && alert->flags & AUDIT_ALERT_HAS_REFS ? QUEUE_FREE_REF : QUEUE_FREE;
	}
	if (alert->arrived == 0)
		return has_text ? QUEUE_UNSENT_TEXT : QUEUE_UNSENT;
	return QUEUE_NONE;
}

static struct number *find_number(const struct joining *joining, uint64_t value)
{
	uint32_t hash = (uint32_t)audit_texts_mix(&joining->book->texts, value, 0);
	uint32_t probe = audit_index_start(&joining->by_number, hash);
	uint32_t row;
	while ((row = audit_index_next(&joining->by_number, hash, &probe)) != AUDIT_NONE) {
		struct number *number = audit_rows_at(&joining->numbers, row);
		if (number->number == value)
			return number;
	}
	return NULL;
}

static struct number *make_number(struct joining *joining, uint64_t value)
{
	struct number *number = find_number(joining, value);
	if (number)
		return number;
	number = audit_rows_add(&joining->numbers);
	if (number == NULL)
		return NULL;
	*number = (struct number){ .number = value };
	for (unsigned i = 0; i < QUEUE_COUNT; i++)
		number->heads[i] = AUDIT_NONE;
	uint32_t hash = (uint32_t)audit_texts_mix(&joining->book->texts, value, 0);
	return audit_index_add(&joining->by_number, hash, joining->numbers.count - 1) ? number : NULL;
}

static struct place *find_place(const struct joining *joining, uint64_t hash)
{
	uint32_t probe = audit_index_start(&joining->by_place, (uint32_t)hash);
	uint32_t row;
	while ((row = audit_index_next(&joining->by_place, (uint32_t)hash, &probe)) != AUDIT_NONE) {
		struct place *place = audit_rows_at(&joining->places, row);
		if (place->hash == hash)
			return place;
	}
	return NULL;
}

/* Notes that the alert expects its text, or has it. False where there is no memory. */
static bool note_place(struct joining *joining, uint32_t row, bool is_expected)
{
	struct audit_alert *alert = audit_book_alert(joining->book, row);
	uint64_t hash = audit_texts_mix(&joining->book->texts, alert->number, alert->text);
	struct place *place = find_place(joining, hash);
	if (place == NULL) {
		place = audit_rows_add(&joining->places);
		if (place == NULL || !audit_index_add(&joining->by_place, (uint32_t)hash, joining->places.count - 1))
			return false;
		*place = (struct place){ .hash = hash, .open = AUDIT_NONE, .any = row };
	}
	if (is_expected) {
		alert->next_of_place = place->open;
		place->open = row;
	}
	return true;
}

static bool build(struct joining *joining)
{
	/* From the last one on, each put in front: the queues are in the order of producing. */
	for (uint32_t row = joining->book->alerts.count; row-- > 0;) {
		struct audit_alert *alert = audit_book_alert(joining->book, row);
		struct number *number = alert->number ? make_number(joining, alert->number) : NULL;
		if (alert->number == 0)
			continue;
		if (number == NULL)
			return false;
		enum queue queue = queue_of(joining, alert);
		number->any = row;
		if (queue != QUEUE_NONE) {
			alert->next_of_number = number->heads[queue];
			number->heads[queue] = row;
		}
		if (alert->text && !note_place(joining, row, queue == QUEUE_TEXT))
			return false;
	}
	return true;
}

/* The first of a queue of open alerts that is open still; those before it leave. */
static uint32_t first_open(const struct audit_book *book, uint32_t *head, bool is_of_place)
{
	while (*head != AUDIT_NONE) {
		const struct audit_alert *alert = audit_book_alert(book, *head);
		if (audit_tally_is_open(alert))
			break;
		*head = is_of_place ? alert->next_of_place : alert->next_of_number;
	}
	return *head;
}

/* The first of those that were not sent, as far as is known, and of which nothing has arrived. */
static uint32_t first_unsent(const struct audit_book *book, uint32_t *head)
{
	while (*head != AUDIT_NONE && audit_book_alert(book, *head)->arrived > 0)
		*head = audit_book_alert(book, *head)->next_of_number;
	return *head;
}

static uint32_t choose_with_text(const struct joining *joining, const struct audit_message *message,
				 struct number *number)
{
	struct audit_book *book = joining->book;
	struct place *place = find_place(joining, audit_texts_mix(&book->texts, message->number, message->text));
	uint32_t row = place ? first_open(book, &place->open, true) : AUDIT_NONE;
	if (row == AUDIT_NONE)
		row = first_open(book, &number->heads[QUEUE_FREE], false);
	if (row == AUDIT_NONE && place)
		row = place->any;
	if (row == AUDIT_NONE)
		row = first_open(book, &number->heads[QUEUE_FREE_REF], false);
	if (row == AUDIT_NONE)
		row = first_unsent(book, &number->heads[QUEUE_UNSENT]);
	if (row == AUDIT_NONE)
		row = first_open(book, &number->heads[QUEUE_TEXT], false);
	return row;
}

/* Where the carrier tells no text, or told too little of it. */
static uint32_t choose_without(const struct joining *joining, struct number *number)
{
	static const enum queue open[] = { QUEUE_FREE, QUEUE_TEXT, QUEUE_FREE_REF };
	uint32_t row = AUDIT_NONE;
	for (unsigned i = 0; i < sizeof open / sizeof open[0] && row == AUDIT_NONE; i++)
		row = first_open(joining->book, &number->heads[open[i]], false);
	if (row == AUDIT_NONE)
		row = first_unsent(joining->book, &number->heads[QUEUE_UNSENT]);
	if (row == AUDIT_NONE)
		row = first_unsent(joining->book, &number->heads[QUEUE_UNSENT_TEXT]);
	return row == AUDIT_NONE ? number->any : row;
}

static bool join_one(struct joining *joining, uint32_t message_row)
{
	struct audit_book *book = joining->book;
	const struct audit_message *message = audit_book_message(book, message_row);
	struct number *number = message->number ? find_number(joining, message->number) : NULL;
	if (number == NULL)
		return true; /* unknown to the producer */
	uint32_t row = message->text ? choose_with_text(joining, message, number) : choose_without(joining, number);
	if (row == AUDIT_NONE)
		return true; /* none of this number's alerts has such a text */
	bool was_unknown = audit_book_alert(book, row)->text == 0;
	if (!audit_join_message(book, message_row, row, NULL))
		return false;
	return !was_unknown || audit_book_alert(book, row)->text == 0 || note_place(joining, row, false);
}

/* An event's ref led to a message for another number: it is that alert's, unless another alert has a better claim. */
static bool join_mismatches(struct audit_book *book)
{
	for (uint32_t i = 0; i < book->mismatches.count; i++) {
		const struct audit_mismatch *mismatch = audit_rows_at(&book->mismatches, i);
		if (audit_book_message(book, mismatch->message)->alert == AUDIT_NONE &&
		    !audit_join_message(book, mismatch->message, mismatch->alert, NULL))
			return false;
	}
	return true;
}

bool audit_join_rest(struct audit_book *book)
{
	struct joining joining = { .book = book };
	bool is_good = join_mismatches(book);
	uint32_t row = 0;
	while (row < book->messages.count && audit_book_message(book, row)->alert != AUDIT_NONE)
		row++;
	if (!is_good || row == book->messages.count)
		return is_good;
	uint64_t have_refs = 0;
	for (uint32_t i = 0; i < book->alerts.count; i++)
		have_refs += (audit_book_alert(book, i)->flags & AUDIT_ALERT_HAS_REFS) != 0;
	joining.refs_count = book->ref_match_count * 2 > have_refs;
	audit_rows_init(&joining.numbers, sizeof(struct number));
	audit_rows_init(&joining.places, sizeof(struct place));
	is_good = build(&joining);
	for (; row < book->messages.count && is_good; row++) {
		if (audit_book_message(book, row)->alert == AUDIT_NONE)
			is_good = join_one(&joining, row);
	}
	audit_rows_fini(&joining.numbers);
	audit_rows_fini(&joining.places);
	audit_index_fini(&joining.by_number);
	audit_index_fini(&joining.by_place);
	return is_good;
}
