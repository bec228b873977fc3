/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_instant.h"
#include "audit/audit_number.h"
#include "audit/audit_read.h"

#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 5
#define PARTS_MAX 255 /* of one message: a segment's number is an octet */
#define ID_OCTETS 32

/* Names that records use for the same thing. */
static const char *const number_names[NAMES_MAX] = { "to", "destination", "dest", "msisdn" };
static const char *const text_names[NAMES_MAX] = { "text", "content" };
static const char *const id_names[NAMES_MAX] = { "message_ids", "message_id" };
static const char *const time_names[NAMES_MAX] = { "last_at", "at", "submitted_at", "submit_time", "time" };

static const json_t *get(const json_t *object, const char *const names[NAMES_MAX])
{
	for (unsigned i = 0; i < NAMES_MAX && names[i]; i++) {
		const json_t *value = json_object_get(object, names[i]);
		if (value && !json_is_null(value))
			return value;
	}
	return NULL;
}

static bool is_true(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

/* A number as people write it, text or not; NULL where it is neither. digits: room for one that is not text. */
static const char *text_of(const json_t *value, char digits[ID_OCTETS])
{
	if (json_is_string(value))
		return json_string_value(value);
	if (!json_is_integer(value))
		return NULL;
	snprintf(digits, ID_OCTETS, "%lld", (long long)json_integer_value(value));
	return digits;
}

/* False where there is no memory. */
static bool note_id(struct audit_book *book, const json_t *value, uint32_t row)
{
	char digits[ID_OCTETS];
	const char *id = text_of(value, digits);
	return id == NULL || *id == '\0' || audit_book_add_ref(book, id, strlen(id), row);
}

static bool note_ids(struct audit_book *book, const json_t *ids, uint32_t row)
{
	size_t count = json_is_array(ids) ? json_array_size(ids) : 0;
	if (count == 0)
		return note_id(book, ids, row);
	for (size_t i = 0; i < count && i < PARTS_MAX; i++)
		if (!note_id(book, json_array_get(ids, i), row))
			return false;
	return true;
}

bool audit_read_carrier(void *ctx, const json_t *line, const struct audit_place *place, struct audit_trouble *trouble)
{
	struct audit_book *book = ctx;
	char digits[ID_OCTETS];
	const char *to = text_of(get(line, number_names), digits);
	if (to == NULL)
		return audit_lines_wrong(place, trouble, "there is no number: “to” or “destination”");
	struct audit_message *message = audit_rows_add(&book->messages);
	if (message == NULL)
		return audit_trouble_memory(trouble);
	const json_t *text = get(line, text_names);
	*message = (struct audit_message){ .number = audit_number_parse(to, strlen(to)),
					   .line = place->line,
					   .file = (uint16_t)place->file,
					   .alert = AUDIT_NONE };
	if (json_is_string(text))
		message->text = audit_texts_hash(&book->texts, json_string_value(text), json_string_length(text));
	const json_t *at = get(line, time_names);
	if (!audit_instant_parse(at, &message->at_ms)) {
		message->at_ms = 0;
		book->timeless_count += at != NULL;
	}
	if (is_true(line, "incomplete")) {
		message->flags |= AUDIT_MESSAGE_PART;
		message->text = 0; /* it cannot be what was expected */
		book->part_count++;
	}
	if (is_true(line, "repeat"))
		message->flags |= AUDIT_MESSAGE_REPEAT;
	if (!note_ids(book, get(line, id_names), book->messages.count - 1))
		return audit_trouble_memory(trouble);
	return true;
}
