/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_book.h"

#include <string.h>

#define REF_OCTETS_MAX 256

static const char *const kind_names[AUDIT_KIND_COUNT] = {
	[AUDIT_ACCEPTED] = "accepted",
	[AUDIT_EXPIRED] = "expired",
	[AUDIT_CANCELLED] = "cancelled",
	[AUDIT_SUPERSEDED] = "superseded",
	[AUDIT_SUPPRESSED] = "suppressed",
	[AUDIT_DUPLICATE] = "duplicate",
	[AUDIT_DEAD] = "dead",
	[AUDIT_DELIVERED] = "delivered",
	[AUDIT_UNDELIVERED] = "undelivered",
	[AUDIT_HELD] = "held",
	[AUDIT_REQUEUED] = "requeued",
};

static const char *const lane_names[] = {
	[AUDIT_LANE_UNKNOWN] = "?",
	[AUDIT_LANE_URGENT] = "urgent",
	[AUDIT_LANE_NORMAL] = "normal",
	[AUDIT_LANE_BULK] = "bulk",
};

const char *audit_kind_name(enum audit_kind kind)
{
	return kind_names[kind];
}

enum audit_kind audit_kind_find(const char *name)
{
	unsigned kind = 0;
	while (kind < AUDIT_KIND_COUNT && strcmp(kind_names[kind], name) != 0)
		kind++;
	return (enum audit_kind)kind;
}

const char *audit_lane_name(enum audit_lane lane)
{
	return lane_names[lane];
}

enum audit_lane audit_lane_find(const char *name)
{
	for (unsigned lane = AUDIT_LANE_URGENT; lane <= AUDIT_LANE_BULK; lane++)
		if (strcmp(lane_names[lane], name) == 0)
			return (enum audit_lane)lane;
	return AUDIT_LANE_UNKNOWN;
}

void audit_book_init(struct audit_book *book)
{
	*book = (struct audit_book){ 0 };
	audit_texts_init(&book->texts);
	audit_rows_init(&book->alerts, sizeof(struct audit_alert));
	audit_rows_init(&book->messages, sizeof(struct audit_message));
	audit_rows_init(&book->refs, sizeof(struct audit_ref));
	audit_rows_init(&book->entries, sizeof(struct audit_entry));
	audit_rows_init(&book->mismatches, sizeof(struct audit_mismatch));
	audit_rows_init(&book->latencies, sizeof(uint32_t));
}

void audit_book_fini(struct audit_book *book)
{
	audit_texts_fini(&book->texts);
	audit_rows_fini(&book->alerts);
	audit_rows_fini(&book->messages);
	audit_rows_fini(&book->refs);
	audit_rows_fini(&book->entries);
	audit_rows_fini(&book->mismatches);
	audit_rows_fini(&book->latencies);
	audit_index_fini(&book->by_id);
	audit_index_fini(&book->by_ref);
	audit_index_fini(&book->by_entry);
}

/* -- alerts -- */

static uint32_t find_alert(const struct audit_book *book, const char *id, uint32_t hash)
{
	uint32_t probe = audit_index_start(&book->by_id, hash);
	uint32_t row;
	while ((row = audit_index_next(&book->by_id, hash, &probe)) != AUDIT_NONE) {
		if (strcmp(audit_book_alert(book, row)->id, id) == 0)
			break;
	}
	return row;
}

uint32_t audit_book_find_alert(const struct audit_book *book, const char *id, size_t len)
{
	return find_alert(book, id, (uint32_t)audit_texts_hash(&book->texts, id, len));
}

uint32_t audit_book_make_alert(struct audit_book *book, const char *id, size_t len, bool *is_new)
{
	uint32_t hash = (uint32_t)audit_texts_hash(&book->texts, id, len);
	uint32_t row = find_alert(book, id, hash);
	*is_new = row == AUDIT_NONE;
	if (!*is_new)
		return row;
	const char *copy = audit_texts_keep(&book->texts, id, len);
	struct audit_alert *alert = copy ? audit_rows_add(&book->alerts) : NULL;
	if (alert == NULL)
		return AUDIT_NONE;
	row = book->alerts.count - 1;
	*alert = (struct audit_alert){ .id = copy, .entry = AUDIT_NONE, .message = AUDIT_NONE };
	return audit_index_add(&book->by_id, hash, row) ? row : AUDIT_NONE;
}

/* -- entries -- */

static const char *take_number(const char *text, uint64_t *number)
{
	const char *at = text;
	uint64_t value = 0;
	for (; *at >= '0' && *at <= '9'; at++) {
		uint64_t digit = (uint64_t)(*at - '0');
		if (value > (UINT64_MAX - digit) / 10)
			return NULL;
		value = value * 10 + digit;
	}
	*number = value;
	return at == text ? NULL : at;
}

bool audit_book_parse_entry(const char *text, struct audit_entry *key)
{
	uint64_t ms;
	uint64_t seq;
	const char *at = take_number(text, &ms);
	if (at == NULL || *at != '-')
		return false;
	at = take_number(at + 1, &seq);
	if (at == NULL || (*at != '\0' && *at != '@'))
		return false;
	*key = (struct audit_entry){ .ms = ms, .seq = seq, .alert = AUDIT_NONE };
	if (*at == '@')
		key->lane = (uint8_t)audit_lane_find(at + 1);
	return true;
}

static uint32_t entry_hash(const struct audit_book *book, const struct audit_entry *key)
{
	return (uint32_t)audit_texts_mix(&book->texts, key->ms * 4 + key->lane, key->seq);
}

uint32_t audit_book_find_entry(const struct audit_book *book, const struct audit_entry *key)
{
	uint32_t hash = entry_hash(book, key);
	uint32_t probe = audit_index_start(&book->by_entry, hash);
	uint32_t row;
	while ((row = audit_index_next(&book->by_entry, hash, &probe)) != AUDIT_NONE) {
		const struct audit_entry *entry = audit_book_entry(book, row);
		if (entry->ms == key->ms && entry->seq == key->seq && entry->lane == key->lane)
			break;
	}
	return row;
}

uint32_t audit_book_make_entry(struct audit_book *book, const struct audit_entry *key)
{
	uint32_t row = audit_book_find_entry(book, key);
	if (row != AUDIT_NONE)
		return row;
	struct audit_entry *entry = audit_rows_add(&book->entries);
	if (entry == NULL)
		return AUDIT_NONE;
	*entry = (struct audit_entry){ .ms = key->ms, .seq = key->seq, .lane = key->lane, .alert = AUDIT_NONE };
	row = book->entries.count - 1;
	return audit_index_add(&book->by_entry, entry_hash(book, key), row) ? row : AUDIT_NONE;
}

/* -- the carriers' ids -- */

static uint64_t ref_hash(const struct audit_book *book, const char *ref, size_t len)
{
	char lower[REF_OCTETS_MAX];
	if (len > sizeof lower)
		len = sizeof lower;
	for (size_t i = 0; i < len; i++)
		lower[i] = (char)(ref[i] >= 'A' && ref[i] <= 'Z' ? ref[i] - 'A' + 'a' : ref[i]);
	return audit_texts_hash(&book->texts, lower, len);
}

static uint32_t find_ref(const struct audit_book *book, uint64_t hash)
{
	uint32_t probe = audit_index_start(&book->by_ref, (uint32_t)hash);
	uint32_t row;
	while ((row = audit_index_next(&book->by_ref, (uint32_t)hash, &probe)) != AUDIT_NONE) {
		if (((const struct audit_ref *)audit_rows_at(&book->refs, row))->hash == hash)
			break;
	}
	return row;
}

uint32_t audit_book_find_ref(const struct audit_book *book, const char *ref, size_t len)
{
	return find_ref(book, ref_hash(book, ref, len));
}

bool audit_book_add_ref(struct audit_book *book, const char *ref, size_t len, uint32_t message)
{
	uint64_t hash = ref_hash(book, ref, len);
	uint32_t first = find_ref(book, hash);
	struct audit_ref *row = audit_rows_add(&book->refs);
	if (row == NULL)
		return false;
	*row = (struct audit_ref){ .hash = hash, .message = message, .next = AUDIT_NONE };
	if (first == AUDIT_NONE)
		return audit_index_add(&book->by_ref, (uint32_t)hash, book->refs.count - 1);
	/* Behind the first one, which the index has. */
	struct audit_ref *head = audit_rows_at(&book->refs, first);
	row->next = head->next;
	head->next = book->refs.count - 1;
	return true;
}

/* -- reasons -- */

static bool is_word(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!(text[i] >= 'a' && text[i] <= 'z') && text[i] != '_')
			return false;
	return len > 0 && len < AUDIT_REASON_CAP;
}

uint8_t audit_book_reason(struct audit_book *book, const char *reason)
{
	size_t len = strcspn(reason, ": ");
	if (!is_word(reason, len)) {
		reason = "other";
		len = strlen(reason);
	}
	unsigned i = 0;
	while (i < book->reason_count && (strncmp(book->reasons[i], reason, len) != 0 || book->reasons[i][len] != '\0'))
		i++;
	if (i == AUDIT_REASONS_MAX)
		return AUDIT_REASONS_MAX - 1;
	if (i == book->reason_count) {
		memcpy(book->reasons[i], reason, len);
		book->reasons[i][len] = '\0';
		book->reason_count++;
	}
	return (uint8_t)i;
}
