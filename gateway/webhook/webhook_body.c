/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/webhook_body.h"

#include "base/json.h"

#include <stdio.h>

#define TYPE_OCTETS 128

size_t webhook_id_format(const struct webhook_place *place, char out[static WEBHOOK_ID_OCTETS])
{
	return (size_t)snprintf(out, WEBHOOK_ID_OCTETS, "%llu-%llu-%u", (unsigned long long)place->ms,
				(unsigned long long)place->seq, place->line);
}

void webhook_event_put(const struct webhook_event *event, struct buf *out)
{
	char id[WEBHOOK_ID_OCTETS];
	char type[TYPE_OCTETS];
	size_t id_len = webhook_id_format(&event->place, id);
	struct buf name = buf_over(type, sizeof type);
	buf_put_text(&name, "hongyan.alert.");
	buf_put_slice(&name, event->event);
	json_open(out, '{');
	json_key_text(out, "specversion", SLICE("1.0"));
	json_key_text(out, "id", (struct slice){ id, id_len });
	json_key_text(out, "source", SLICE(WEBHOOK_SOURCE));
	json_key_text(out, "type", buf_slice(&name));
	json_key_text(out, "time", event->at);
	/* Attributes that are empty are not allowed (CloudEvents 1.0, Type System). */
	if (event->subject.len > 0)
		json_key_text(out, "subject", event->subject);
	if (event->traceparent.len > 0)
		json_key_text(out, "traceparent", event->traceparent);
	json_key_text(out, "datacontenttype", SLICE("application/json"));
	json_key(out, "data");
	buf_put_slice(out, event->data);
	json_close(out, '}');
}
