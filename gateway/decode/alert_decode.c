/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/alert_decode.h"

#include "base/civil.h"
#include "base/json_scan.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "decode/alert_syntax.h"

#include <stdio.h>

/* One pass over the object's members: each key is a row of the table below, whose function checks the value and puts it
 * in place. What concerns several fields (required ones, cancels) is judged at the end from the bits of those seen. */

struct decoder {
	struct json_scan scan;
	const struct decode_options *options;
	struct arena *arena;
	struct err_at *at;
	struct alert alert;
	unsigned param_cap;
	uint32_t seen; /* a bit per row of fields[] */
};

struct field {
	const char *name;
	uint8_t name_len;
	uint8_t text_max; /* octets, of texts */
	uint16_t place;   /* of texts and times: offset in struct alert */
	enum err (*read)(struct decoder *decoder, const struct field *field, const struct json_scan_value *value);
};

static enum err want_string(struct decoder *decoder, const struct field *field, const struct json_scan_value *value)
{
	if (value->type == JSON_SCAN_STRING)
		return ERR_OK;
	return err_at_set(decoder->at, ERR_FORMAT, value->offset, field->name, "must be a string, is %s",
			  json_scan_type_name(value->type));
}

static enum err read_text(struct decoder *decoder, const struct field *field, const struct json_scan_value *value)
{
	enum err err = want_string(decoder, field, value);
	if (err)
		return err;
	if (value->text.len == 0)
		return err_at_set(decoder->at, ERR_RANGE, value->offset, field->name,
				  "is empty; leave it out or give it a value");
	if (value->text.len > field->text_max)
		return err_at_set(decoder->at, ERR_RANGE, value->offset, field->name,
				  "is %zu octets long, may have at most %d", value->text.len, field->text_max);
	if (!alert_syntax_is_printable(value->text))
		return err_at_set(decoder->at, ERR_FORMAT, value->offset, field->name, "contains a control character");
	memcpy((char *)&decoder->alert + field->place, &value->text, sizeof value->text);
	return ERR_OK;
}

static enum err read_time(struct decoder *decoder, const struct field *field, const struct json_scan_value *value)
{
	enum err err = want_string(decoder, field, value);
	if (err)
		return err;
	wall_ms instant;
	if (!civil_parse_rfc3339(value->text, &instant))
		return err_at_set(decoder->at, ERR_FORMAT, value->offset, field->name,
				  "is no time as RFC 3339 has it, such as “2026-02-13T08:00:00+08:00”");
	if (instant == 0)
		instant = 1;
	memcpy((char *)&decoder->alert + field->place, &instant, sizeof instant);
	return ERR_OK;
}

static enum err read_to(struct decoder *decoder, const struct field *field, const struct json_scan_value *value)
{
	if (value->type == JSON_SCAN_NUMBER)
		return err_at_set(decoder->at, ERR_FORMAT, value->offset, field->name,
				  "must be a string, is a number; write it in quotes");
	enum err err = want_string(decoder, field, value);
	if (err)
		return err;
	err = msisdn_parse(value->text, decoder->options->country, &decoder->alert.to, decoder->at);
	if (err && decoder->at != NULL)
		decoder->at->offset = value->offset;
	return err;
}

static enum err read_priority(struct decoder *decoder, const struct field *field, const struct json_scan_value *value)
{
	static const char *const known[] = { "urgent", "normal", "bulk" };
	enum err err = want_string(decoder, field, value);
	if (err)
		return err;
	if (lane_parse(value->text, &decoder->alert.priority) && decoder->alert.priority != LANE_READY) {
		decoder->alert.has_priority = true;
		return ERR_OK;
	}
	const char *nearest = suggest_nearest(value->text, known, sizeof known / sizeof known[0]);
	return err_at_set(decoder->at, ERR_FORMAT, value->offset, field->name, "must be urgent, normal or bulk%s%s%s",
			  nearest ? "; did you mean “" : "", nearest ? nearest : "", nearest ? "”?" : "");
}

static enum err read_supersede(struct decoder *decoder, const struct field *field, const struct json_scan_value *value)
{
	if (value->type != JSON_SCAN_TRUE && value->type != JSON_SCAN_FALSE)
		return err_at_set(decoder->at, ERR_FORMAT, value->offset, field->name, "must be true or false, is %s",
				  json_scan_type_name(value->type));
	decoder->alert.supersede = value->type == JSON_SCAN_TRUE;
	return ERR_OK;
}

static enum err read_locale(struct decoder *decoder, const struct field *field, const struct json_scan_value *value)
{
	enum err err = read_text(decoder, field, value);
	if (err)
		return err;
	if (!alert_syntax_is_locale(value->text))
		return err_at_set(decoder->at, ERR_FORMAT, value->offset, field->name,
				  "is no language tag as BCP 47 has it, such as “zh-CN”%s",
				  memchr(value->text.at, '_', value->text.len) ? "; write “-” for “_”" : "");
	return ERR_OK;
}

static enum err read_traceparent(struct decoder *decoder, const struct field *field,
				 const struct json_scan_value *value)
{
	enum err err = read_text(decoder, field, value);
	if (err)
		return err;
	if (!alert_syntax_is_traceparent(value->text))
		return err_at_set(
			decoder->at, ERR_FORMAT, value->offset, field->name,
			"is no traceparent as W3C Trace Context has it: version, trace id, parent id and flags "
			"in lower-case hexadecimal, none all zero");
	return ERR_OK;
}

#define PARAM_FIELD_OCTETS 64

/* A parameter as an error calls it; its name came from outside. */
static const char *param_field(struct slice name, char out[PARAM_FIELD_OCTETS])
{
	char shown[48];
	msisdn_mask_text(name, shown, sizeof shown);
	snprintf(out, PARAM_FIELD_OCTETS, "params.%s", shown);
	return out;
}

static enum err grow_params(struct decoder *decoder, size_t offset)
{
	unsigned cap = decoder->param_cap ? decoder->param_cap * 2 : 8;
	if (decoder->param_cap == ALERT_PARAMS_MAX)
		return err_at_set(decoder->at, ERR_RANGE, offset, "params", "has more than %d parameters",
				  ALERT_PARAMS_MAX);
	struct alert_param *params = arena_alloc(decoder->arena, cap * sizeof *params);
	if (params == NULL)
		return err_at_set(decoder->at, ERR_FULL, offset, "params", "needs more memory than one alert may take");
	if (decoder->alert.param_count)
		memcpy(params, decoder->alert.params, decoder->alert.param_count * sizeof *params);
	decoder->alert.params = params;
	decoder->param_cap = cap;
	return ERR_OK;
}

/* Names the field of an error that was noted without one. */
static enum err in_field(struct decoder *decoder, enum err err, const char *field)
{
	if (err && decoder->at != NULL && decoder->at->field[0] == '\0')
		snprintf(decoder->at->field, sizeof decoder->at->field, "%s", field);
	return err;
}

static enum err check_param_name(struct decoder *decoder, const struct json_scan_value *name)
{
	char field[PARAM_FIELD_OCTETS];
	if (name->text.len == 0)
		return err_at_set(decoder->at, ERR_RANGE, name->offset, "params", "has a parameter without a name");
	if (name->text.len > ALERT_PARAM_NAME_MAX)
		return err_at_set(decoder->at, ERR_RANGE, name->offset, param_field(name->text, field),
				  "has a name of %zu octets, may have at most %d", name->text.len,
				  ALERT_PARAM_NAME_MAX);
	for (unsigned i = 0; i < decoder->alert.param_count; i++)
		if (slice_equal(decoder->alert.params[i].name, name->text))
			return err_at_set(decoder->at, ERR_DUPLICATE, name->offset, param_field(name->text, field),
					  "is given twice");
	return ERR_OK;
}

static enum err read_param(struct decoder *decoder, const struct json_scan_value *name)
{
	char field[PARAM_FIELD_OCTETS];
	struct json_scan_value value;
	enum err err = check_param_name(decoder, name);
	if (err)
		return err;
	err = json_scan_value(&decoder->scan, &value);
	if (err)
		return in_field(decoder, err, param_field(name->text, field));
	if (value.type != JSON_SCAN_STRING && value.type != JSON_SCAN_NUMBER)
		return err_at_set(decoder->at, ERR_FORMAT, value.offset, param_field(name->text, field),
				  "must be a string or number, is %s", json_scan_type_name(value.type));
	if (value.text.len > ALERT_PARAM_VALUE_MAX)
		return err_at_set(decoder->at, ERR_RANGE, value.offset, param_field(name->text, field),
				  "is %zu octets long, may have at most %d", value.text.len, ALERT_PARAM_VALUE_MAX);
	struct alert *alert = &decoder->alert;
	if (alert->param_count == decoder->param_cap && (err = grow_params(decoder, name->offset)) != ERR_OK)
		return err;
	alert->params[alert->param_count++] = (struct alert_param){
		.name = name->text,
		.value = value.text,
		.is_number = value.type == JSON_SCAN_NUMBER,
	};
	return ERR_OK;
}

static enum err read_params(struct decoder *decoder, const struct field *field, const struct json_scan_value *value)
{
	if (value->type != JSON_SCAN_OBJECT)
		return err_at_set(decoder->at, ERR_FORMAT, value->offset, field->name, "must be an object, is %s",
				  json_scan_type_name(value->type));
	for (;;) {
		struct json_scan_value name;
		bool more;
		enum err err = json_scan_next(&decoder->scan, &more, &name);
		if (err || !more)
			return err;
		err = read_param(decoder, &name);
		if (err)
			return err;
	}
}

#define FIELD(name, max, member, read)                                           \
	{                                                                        \
		name, sizeof name - 1, max, offsetof(struct alert, member), read \
	}

/* In the order of the producers' guide, which is the order that most write them in. */
enum row {
	ROW_ID,
	ROW_TO,
	ROW_TEMPLATE,
	ROW_PARAMS,
	ROW_PRIORITY,
	ROW_TENANT,
	ROW_SUBJECT,
	ROW_SUPERSEDE,
	ROW_AS_OF,
	ROW_BATCH,
	ROW_EXPIRES_AT,
	ROW_NOT_BEFORE,
	ROW_LOCALE,
	ROW_TRACEPARENT,
	ROW_CONSENT,
	ROW_CANCEL,
	ROW_CANCEL_SUBJECT,
	ROW_CANCEL_BATCH,
	ROW_COUNT
};

static const struct field fields[ROW_COUNT] = {
	[ROW_ID] = FIELD("id", ALERT_ID_MAX, id, read_text),
	[ROW_TO] = FIELD("to", 0, to, read_to),
	[ROW_TEMPLATE] = FIELD("template", ALERT_NAME_MAX, template_name, read_text),
	[ROW_PARAMS] = FIELD("params", 0, params, read_params),
	[ROW_PRIORITY] = FIELD("priority", 0, priority, read_priority),
	[ROW_TENANT] = FIELD("tenant", ALERT_NAME_MAX, tenant, read_text),
	[ROW_SUBJECT] = FIELD("subject", ALERT_SUBJECT_MAX, subject, read_text),
	[ROW_SUPERSEDE] = FIELD("supersede", 0, supersede, read_supersede),
	[ROW_AS_OF] = FIELD("as_of", 0, as_of, read_time),
	[ROW_BATCH] = FIELD("batch", ALERT_NAME_MAX, batch, read_text),
	[ROW_EXPIRES_AT] = FIELD("expires_at", 0, expires_at, read_time),
	[ROW_NOT_BEFORE] = FIELD("not_before", 0, not_before, read_time),
	[ROW_LOCALE] = FIELD("locale", ALERT_NAME_MAX, locale, read_locale),
	[ROW_TRACEPARENT] = FIELD("traceparent", UINT8_MAX, traceparent, read_traceparent),
	[ROW_CONSENT] = FIELD("consent", ALERT_CONSENT_MAX, consent, read_text),
	[ROW_CANCEL] = FIELD("cancel", ALERT_ID_MAX, id, read_text),
	[ROW_CANCEL_SUBJECT] = FIELD("cancel_subject", ALERT_SUBJECT_MAX, id, read_text),
	[ROW_CANCEL_BATCH] = FIELD("cancel_batch", ALERT_NAME_MAX, id, read_text),
};

/* The row of a key, looked for from start on since keys mostly come in order; ROW_COUNT where there is none. */
static unsigned row_of(struct slice key, unsigned start)
{
	for (unsigned i = 0; i < ROW_COUNT; i++) {
		unsigned row = start + i < ROW_COUNT ? start + i : start + i - ROW_COUNT;
		if (key.len == fields[row].name_len && memcmp(key.at, fields[row].name, key.len) == 0)
			return row;
	}
	return ROW_COUNT;
}

static enum err unknown_key(struct decoder *decoder, const struct json_scan_value *key)
{
	const char *known[ROW_COUNT];
	for (unsigned i = 0; i < ROW_COUNT; i++)
		known[i] = fields[i].name;
	char shown[64];
	msisdn_mask_text(key->text, shown, sizeof shown);
	const char *nearest = suggest_nearest(key->text, known, ROW_COUNT);
	return err_at_set(decoder->at, ERR_FORMAT, key->offset, shown, "is not a known field%s%s%s",
			  nearest ? "; did you mean “" : "", nearest ? nearest : "", nearest ? "”?" : "");
}

static enum err read_member(struct decoder *decoder, const struct json_scan_value *key, unsigned *row)
{
	*row = row_of(key->text, *row);
	if (*row == ROW_COUNT)
		return unknown_key(decoder, key);
	const struct field *field = &fields[*row];
	if (decoder->seen >> *row & 1)
		return err_at_set(decoder->at, ERR_DUPLICATE, key->offset, field->name, "is given twice");
	decoder->seen |= UINT32_C(1) << *row;
	struct json_scan_value value;
	enum err err = json_scan_value(&decoder->scan, &value);
	if (err == ERR_OK)
		err = field->read(decoder, field, &value);
	++*row;
	return in_field(decoder, err, field->name);
}

#define BIT(row) (UINT32_C(1) << (row))

/* Sets the kind of a cancel; all but its own fields are refused, since a cancel with an alert's fields is most likely
 * an alert that someone meant to send. */
static enum err finish_cancel(struct decoder *decoder)
{
	static const struct {
		unsigned row;
		enum alert_kind kind;
		uint32_t needs;
	} cancels[] = {
		{ ROW_CANCEL, ALERT_CANCEL_ID, 0 },
		{ ROW_CANCEL_SUBJECT, ALERT_CANCEL_SUBJECT, BIT(ROW_TEMPLATE) },
		{ ROW_CANCEL_BATCH, ALERT_CANCEL_BATCH, 0 },
	};
	unsigned i = 0;
	while (!(decoder->seen & BIT(cancels[i].row)))
		i++;
	const char *name = fields[cancels[i].row].name;
	uint32_t others = decoder->seen & ~BIT(cancels[i].row);
	if (cancels[i].needs & ~others)
		return err_at_set(decoder->at, ERR_FORMAT, 0, fields[ROW_TEMPLATE].name, "is missing; “%s” needs it",
				  name);
	others &= ~cancels[i].needs;
	if (others)
		return err_at_set(decoder->at, ERR_FORMAT, 0, fields[__builtin_ctz(others)].name,
				  "does not go together with “%s”", name);
	decoder->alert.kind = cancels[i].kind;
	return ERR_OK;
}

static enum err finish(struct decoder *decoder)
{
	static const uint32_t cancels = BIT(ROW_CANCEL) | BIT(ROW_CANCEL_SUBJECT) | BIT(ROW_CANCEL_BATCH);
	static const uint32_t required = BIT(ROW_ID) | BIT(ROW_TO) | BIT(ROW_TEMPLATE);
	if (decoder->seen & cancels)
		return finish_cancel(decoder);
	uint32_t missing = required & ~decoder->seen;
	if (missing)
		return err_at_set(decoder->at, ERR_FORMAT, 0, fields[__builtin_ctz(missing)].name, "is missing");
	if (decoder->alert.supersede && !(decoder->seen & BIT(ROW_SUBJECT)))
		return err_at_set(decoder->at, ERR_FORMAT, 0, fields[ROW_SUPERSEDE].name,
				  "needs a “subject”: of what it replaces older alerts");
	return ERR_OK;
}

static enum err decode(struct decoder *decoder)
{
	struct json_scan_value value;
	enum err err = json_scan_value(&decoder->scan, &value);
	if (err)
		return err;
	if (value.type != JSON_SCAN_OBJECT)
		return err_at_set(decoder->at, ERR_FORMAT, value.offset, NULL,
				  "an alert must be a JSON object, this is %s", json_scan_type_name(value.type));
	unsigned row = 0;
	for (;;) {
		struct json_scan_value key;
		bool more;
		err = json_scan_next(&decoder->scan, &more, &key);
		if (err)
			return err;
		if (!more)
			break;
		err = read_member(decoder, &key, &row);
		if (err)
			return err;
	}
	err = json_scan_end(&decoder->scan);
	return err ? err : finish(decoder);
}

enum err alert_decode(struct slice json, const struct decode_options *options, struct arena *arena, struct alert *out,
		      struct err_at *at)
{
	if (json.len > ALERT_OCTETS_MAX)
		return err_at_set(at, ERR_RANGE, 0, NULL, "an alert of %zu octets, may have at most %d", json.len,
				  ALERT_OCTETS_MAX);
	if (slice_starts(json, SLICE("\xEF\xBB\xBF")))
		return err_at_set(at, ERR_FORMAT, 0, NULL, "malformed JSON: it begins with a byte order mark");
	struct decoder decoder = { .options = options, .arena = arena, .at = at };
	json_scan_init(&decoder.scan, json, arena, at);
	enum err err = decode(&decoder);
	if (err == ERR_OK)
		*out = decoder.alert;
	return err;
}
