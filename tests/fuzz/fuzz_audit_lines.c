/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of an audit's files: the first octet of each says which file it is of. Whatever they hold, the book stays whole: rows lead to rows
 * that are there, and a line that was refused is told without a phone number. */
#include "audit/audit_book.h"
#include "audit/audit_instant.h"
#include "audit/audit_lines.h"
#include "audit/audit_number.h"
#include "audit/audit_read.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

/* The audit shares nothing with what it judges, nor with its checks. */
static void want(int is_so)
{
	if (!is_so)
		abort();
}

static bool is_row(const struct audit_rows *rows, uint32_t row)
{
	return row == AUDIT_NONE || row < rows->count;
}

static void check_book(const struct audit_book *book)
{
	for (uint32_t i = 0; i < book->alerts.count; i++) {
		const struct audit_alert *alert = audit_book_alert(book, i);
		want(alert->id != NULL && is_row(&book->entries, alert->entry) &&
		     is_row(&book->messages, alert->message));
		want(is_row(&book->alerts, alert->next_of_number) && is_row(&book->alerts, alert->next_of_place));
		want(audit_book_find_alert(book, alert->id, strlen(alert->id)) == i);
	}
	for (uint32_t i = 0; i < book->entries.count; i++) {
		const struct audit_entry *entry = audit_book_entry(book, i);
		want(is_row(&book->alerts, entry->alert) && audit_book_find_entry(book, entry) == i);
		want(entry->closings == 0 || entry->last_kind < AUDIT_CLOSING_COUNT);
		want(entry->reason < AUDIT_REASONS_MAX);
	}
	for (uint32_t i = 0; i < book->messages.count; i++)
		want(is_row(&book->alerts, audit_book_message(book, i)->alert));
	for (uint32_t i = 0; i < book->refs.count; i++) {
		const struct audit_ref *ref = audit_rows_at(&book->refs, i);
		want(ref->message < book->messages.count && is_row(&book->refs, ref->next));
	}
	for (uint32_t i = 0; i < book->mismatches.count; i++) {
		const struct audit_mismatch *mismatch = audit_rows_at(&book->mismatches, i);
		want(mismatch->alert < book->alerts.count && mismatch->message < book->messages.count);
	}
	want(book->reason_count <= AUDIT_REASONS_MAX);
}

/* What is said about a line quotes nothing of it. */
static void check_trouble(const struct audit_trouble *trouble)
{
	size_t run = 0;
	want(trouble->result != AUDIT_CLEAN && memchr(trouble->text, '\0', sizeof trouble->text) != NULL);
	for (const char *at = trouble->text; *at != '\0'; at++) {
		run = *at >= '0' && *at <= '9' ? run + 1 : 0;
		want(run < 7 || strstr(trouble->text, "1739404800000-7") != NULL);
	}
}

static void check_number(const char *text, size_t len)
{
	char shown[AUDIT_NUMBER_OCTETS];
	char digits[32];
	uint64_t number = audit_number_parse(text, len);
	want(number < UINT64_C(1000000000000000000));
	audit_number_mask(number, shown);
	if (number >= 10000000)
		want(strchr(shown, '*') != NULL);
	int written = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
	want(number == 0 || audit_number_parse(digits, (size_t)written) == number || strncmp(digits, "861", 3) == 0);
}

static void check_instant(const char *line, size_t len)
{
	int64_t ms;
	json_t *text = json_stringn(line, len);
	if (text != NULL && audit_instant_parse(text, &ms))
		want(ms > -INT64_C(100000000000000) * 1000 && ms < INT64_C(100000000000000) * 1000);
	json_decref(text);
}

static void take_line(struct audit_book *book, const char *line, size_t len, struct audit_place *place)
{
	struct audit_trouble trouble = { .result = AUDIT_CLEAN };
	struct audit_entry key = { .ms = UINT64_C(1739404800000), .seq = 7 };
	const char *body = line + 1;
	place->line++;
	bool is_good = true;
	switch (line[0] & 7) {
	case 0:
	case 1:
		is_good = audit_lines_one(body, len - 1, place, audit_read_produced, book, &trouble);
		break;
	case 2:
		is_good = audit_lines_one(body, len - 1, place, audit_read_carrier, book, &trouble);
		break;
	case 3:
		book->has_events = true;
		book->events_come_again = (line[0] & 8) != 0;
		is_good = audit_lines_one(body, len - 1, place, audit_read_event, book, &trouble);
		break;
	case 4:
		is_good = audit_read_pending(book, &key, body, len - 1, (line[0] & 8) != 0, (line[0] & 16) != 0,
					     &trouble);
		break;
	case 5:
		audit_read_listed(book, body, len - 1);
		break;
	case 6:
		key.seq = 8;
		is_good = audit_read_letter(book, &key, body, len - 1, "render: x", &trouble);
		break;
	default:
		check_number(body, len - 1);
		check_instant(body, len - 1);
		break;
	}
	want(is_good == (trouble.result == AUDIT_CLEAN));
	if (!is_good)
		check_trouble(&trouble);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct audit_book book;
	struct audit_place place = { .name = "f" };
	char *copy = malloc(len + 1);
	want(copy != NULL);
	memcpy(copy, octets, len);
	copy[len] = '\0';
	audit_book_init(&book);
	for (size_t at = 0; at < len;) {
		const char *end = memchr(copy + at, '\n', len - at);
		size_t line_len = end != NULL ? (size_t)(end - copy) - at : len - at;
		if (line_len > 1)
			take_line(&book, copy + at, line_len, &place);
		at += line_len + 1;
	}
	check_book(&book);
	audit_book_fini(&book);
	free(copy);
	return 0;
}
