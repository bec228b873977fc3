/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/alert_glance.h"

#include "base/json_scan.h"

#define FIELD(name, member)                                 \
	{                                                   \
		name, offsetof(struct alert_glance, member) \
	}

static const struct {
	const char *name;
	size_t place;
} fields[] = {
	FIELD("id", id),
	FIELD("to", to),
	FIELD("template", template_name),
	FIELD("tenant", tenant),
	FIELD("batch", batch),
	FIELD("subject", subject),
	FIELD("priority", priority),
	FIELD("locale", locale),
	FIELD("as_of", as_of),
	FIELD("expires_at", expires_at),
	FIELD("not_before", not_before),
};
#define FIELD_COUNT (sizeof fields / sizeof fields[0])

/* Reads past a container that was just opened. Its depth is bounded by the scanner. */
static enum err skip_container(struct json_scan *scan, enum json_scan_type type)
{
	bool more = true;
	for (;;) {
		struct json_scan_value value;
		enum err err = json_scan_next(scan, &more, type == JSON_SCAN_OBJECT ? &value : NULL);
		if (err != ERR_OK || !more)
			return err;
		err = json_scan_value(scan, &value);
		if (err == ERR_OK && (value.type == JSON_SCAN_OBJECT || value.type == JSON_SCAN_ARRAY))
			err = skip_container(scan, value.type);
		if (err != ERR_OK)
			return err;
	}
}

/* Reads one value; out: its text where it is a text or a number, else absent. */
static enum err read_text(struct json_scan *scan, struct slice *out)
{
	struct json_scan_value value;
	enum err err = json_scan_value(scan, &value);
	if (err != ERR_OK)
		return err;
	*out = (struct slice){ NULL, 0 };
	if (value.type == JSON_SCAN_STRING || value.type == JSON_SCAN_NUMBER)
		*out = value.text;
	else if (value.type == JSON_SCAN_OBJECT || value.type == JSON_SCAN_ARRAY)
		return skip_container(scan, value.type);
	return ERR_OK;
}

static enum err read_params(struct json_scan *scan, struct arena *arena, struct alert_glance *out)
{
	struct json_scan_value value;
	enum err err = json_scan_value(scan, &value);
	if (err != ERR_OK)
		return err;
	if (value.type == JSON_SCAN_ARRAY)
		return skip_container(scan, value.type);
	if (value.type != JSON_SCAN_OBJECT)
		return ERR_OK;
	if (out->params == NULL)
		out->params = arena_alloc(arena, ALERT_PARAMS_MAX * sizeof *out->params);
	for (;;) {
		bool more;
		struct json_scan_value name;
		struct slice text;
		err = json_scan_next(scan, &more, &name);
		if (err != ERR_OK || !more)
			return err;
		err = read_text(scan, &text);
		if (err != ERR_OK)
			return err;
		if (out->params != NULL && out->param_count < ALERT_PARAMS_MAX)
			out->params[out->param_count++] = (struct alert_param){ .name = name.text, .value = text };
	}
}

static enum err read_member(struct json_scan *scan, struct arena *arena, struct slice key, struct alert_glance *out)
{
	struct slice text;
	if (slice_is(key, "params"))
		return read_params(scan, arena, out);
	enum err err = read_text(scan, &text);
	for (size_t i = 0; err == ERR_OK && text.at != NULL && i < FIELD_COUNT; i++)
		if (slice_is(key, fields[i].name))
			memcpy((char *)out + fields[i].place, &text, sizeof text);
	return err;
}

void alert_glance(struct slice json, struct arena *arena, struct alert_glance *out)
{
	struct json_scan scan;
	struct json_scan_value value;
	*out = (struct alert_glance){ .params = NULL };
	if (json.len > ALERT_OCTETS_MAX)
		return;
	json_scan_init(&scan, json, arena, NULL);
	enum err err = json_scan_value(&scan, &value);
	if (err != ERR_OK || value.type != JSON_SCAN_OBJECT)
		return;
	for (;;) {
		bool more;
		err = json_scan_next(&scan, &more, &value);
		if (err == ERR_OK && !more)
			break;
		if (err == ERR_OK)
			err = read_member(&scan, arena, value.text, out);
		if (err != ERR_OK)
			return;
	}
	out->is_whole = json_scan_end(&scan) == ERR_OK;
}
