/* SPDX-License-Identifier: Apache-2.0 */
#include "base/civil.h"
#include "console/console_handlers.h"
#include "console/console_history.h"
#include "console/console_inner.h"
#include "console/console_who.h"
#include "model/entry.h"
#include "model/msisdn.h"

#include <stdio.h>

#define ENTRY_OCTETS_MAX 64
#define WHY_OCTETS_MAX   1000

/* The history tells events, one alert's after the other; staff see alerts with their events. */

static void copy_text(json_t *into, const char *as, const json_t *event, const char *key)
{
	const char *text = json_string_value(json_object_get(event, key));
	json_object_set_new(into, as, json_string(text != NULL ? text : ""));
}

static json_t *alert_of(const json_t *event, const char *entry)
{
	json_t *alert = json_pack("{s:s,s:[]}", "entry", entry, "events");
	copy_text(alert, "id", event, "id");
	copy_text(alert, "template", event, "template");
	copy_text(alert, "tenant", event, "tenant");
	copy_text(alert, "number", event, "to");
	json_t *version = json_object_get(event, "template_version");
	if (json_is_integer(version))
		json_object_set(alert, "template_version", version);
	return alert;
}

static json_t *event_of(const json_t *event)
{
	static const char *const copied[] = { "account", "reason", "attempt", "segments" };
	wall_ms at = 0;
	(void)civil_parse_rfc3339(slice_of(json_string_value(json_object_get(event, "at"))), &at);
	json_t *made = json_pack("{s:I}", "at", (json_int_t)at);
	copy_text(made, "event", event, "event");
	for (unsigned i = 0; i < sizeof copied / sizeof copied[0]; i++) {
		json_t *value = json_object_get(event, copied[i]);
		if (value != NULL)
			json_object_set(made, copied[i], value);
	}
	return made;
}

/* “1739404800000-7@normal”: what names an alert in the whole queue. */
static void put_entry(const json_t *event, char out[static ENTRY_OCTETS_MAX])
{
	const char *entry = json_string_value(json_object_get(event, "entry"));
	const char *stream = json_string_value(json_object_get(event, "stream"));
	snprintf(out, ENTRY_OCTETS_MAX, "%s@%s", entry != NULL ? entry : "", stream != NULL ? stream : "");
}

static json_t *alerts_of(const json_t *told)
{
	json_t *alerts = json_array();
	json_t *last = NULL;
	size_t index;
	json_t *event;
	json_array_foreach(json_object_get(told, "events"), index, event)
	{
		char entry[ENTRY_OCTETS_MAX];
		put_entry(event, entry);
		const char *before = json_string_value(json_object_get(last, "entry"));
		if (before == NULL || strcmp(before, entry) != 0) {
			last = alert_of(event, entry);
			json_array_append_new(alerts, last);
		}
		json_array_append_new(json_object_get(last, "events"), event_of(event));
	}
	return alerts;
}

static void answer(struct console_call *call, const json_t *told)
{
	json_t *messages = json_pack("{s:o}", "alerts", alerts_of(told));
	if (messages != NULL && json_is_true(json_object_get(told, "incomplete")))
		json_object_set_new(messages, "incomplete", json_true());
	console_answer(call, messages);
}

static void refuse_history(struct console_call *call)
{
	console_refuse(call, *call->console->options.history != '\0' ? CONSOLE_NO_HISTORY : CONSOLE_HISTORY_UNSET);
}

void console_messages_find(struct console_call *call)
{
	const char *number = console_text(call->body, "number", 32);
	const char *id = console_text(call->body, "id", 128);
	struct err_at at = { .err = ERR_OK };
	struct msisdn parsed;
	unsigned status;
	if ((number == NULL) == (id == NULL)) {
		console_refuse(call, CONSOLE_INVALID);
		return;
	}
	if (number != NULL && msisdn_parse(slice_of(number), call->console->options.country, &parsed, &at) != ERR_OK) {
		console_refuse_with(call, CONSOLE_INVALID, at.text, NULL);
		return;
	}
	json_t *question = json_pack("{s:s}", number != NULL ? "number" : "id", number != NULL ? number : id);
	json_t *told = console_history_ask(&call->console->options, "/v1/history", question, &status);
	json_decref(question);
	if (status == 200 && told != NULL)
		answer(call, told);
	else if (status == 404)
		console_answer(call, json_pack("{s:[]}", "alerts"));
	else
		refuse_history(call);
	json_decref(told);
}

/* The log first: nobody sees a number of which it does not say who has seen it. */
void console_messages_number(struct console_call *call)
{
	const char *entry = console_text(call->body, "entry", ENTRY_OCTETS_MAX - 1);
	const char *why = console_text(call->body, "why", WHY_OCTETS_MAX);
	struct entry_key key;
	unsigned status;
	if (entry == NULL || why == NULL || *why == '\0' || !entry_key_parse(slice_of(entry), &key)) {
		console_refuse(call, CONSOLE_INVALID);
		return;
	}
	json_t *question = json_pack("{s:s}", "entry", entry);
	json_t *told = console_history_ask(&call->console->options, "/v1/history/number", question, &status);
	json_decref(question);
	const char *number = json_string_value(json_object_get(told, "number"));
	if (status == 404)
		console_refuse(call, CONSOLE_NOT_FOUND);
	else if (status != 200 || number == NULL)
		refuse_history(call);
	else if (console_who_note(call, "messages.unmask", entry, json_pack("{s:s}", "why", why)))
		console_answer(call, json_pack("{s:s}", "number", number));
	json_decref(told);
}
