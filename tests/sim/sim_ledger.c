/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_ledger.h"

#include "base/number.h"
#include "fakes/fake_memory.h"

#include <stdio.h>
#include <stdlib.h>

void sim_ledger_init(struct sim_ledger *ledger)
{
	*ledger = (struct sim_ledger){ .by_origin = text_table_create() };
}

void sim_ledger_fini(struct sim_ledger *ledger)
{
	text_table_destroy(ledger->by_origin);
	free(ledger->alerts);
	free(ledger->withdrawing);
}

struct sim_alert *sim_ledger_add(struct sim_ledger *ledger, const struct entry_key *origin, enum sim_kind kind)
{
	if (ledger->count == ledger->cap) {
		ledger->cap = ledger->cap ? 2 * ledger->cap : 256;
		ledger->alerts = fake_memory_grow(ledger->alerts, ledger->cap * sizeof *ledger->alerts);
	}
	char key[ENTRY_KEY_OCTETS];
	struct slice text = { key, entry_key_format(origin, key) };
	text_table_take(ledger->by_origin, text)->number = ledger->count;
	struct sim_alert *alert = &ledger->alerts[ledger->count++];
	*alert = (struct sim_alert){
		.origin = *origin, .kind = kind, .withdrawn_at = INT64_MAX, .subject_ended_at = INT64_MAX
	};
	return alert;
}

struct sim_alert *sim_ledger_find(struct sim_ledger *ledger, const struct entry_key *origin)
{
	char key[ENTRY_KEY_OCTETS];
	struct slice text = { key, entry_key_format(origin, key) };
	const struct text_row *row = text_table_find(ledger->by_origin, text);
	return row != NULL ? &ledger->alerts[row->number] : NULL;
}

/* The raw value behind a member's name; absent where it is not there. */
static struct slice member(struct slice event, const char *name)
{
	char pattern[40];
	int len = snprintf(pattern, sizeof pattern, "\"%s\":", name);
	const char *at = memmem(event.at, event.len, pattern, (size_t)len);
	if (at == NULL)
		return (struct slice){ NULL, 0 };
	at += len;
	const char *end = event.at + event.len;
	bool is_text = at < end && *at == '"';
	at += is_text;
	const char *stop = at;
	while (stop < end && *stop != '"' && (is_text || (*stop != ',' && *stop != '}')))
		stop++;
	return (struct slice){ at, (size_t)(stop - at) };
}

static struct sim_alert *alert_of(struct sim_ledger *ledger, struct slice event)
{
	enum lane lane;
	struct entry_key origin;
	if (!lane_parse(member(event, "stream"), &lane) || !entry_id_parse(member(event, "entry"), lane, &origin))
		return NULL;
	return sim_ledger_find(ledger, &origin);
}

bool sim_ledger_read_event(struct sim_ledger *ledger, struct slice event, const char **why)
{
	struct sim_alert *alert = alert_of(ledger, event);
	*why = "an event of an entry that nobody added";
	if (alert == NULL)
		return false;
	struct slice name = member(event, "event");
	if (slice_is(name, "delivered")) {
		*why = "told twice that an sms of several segments was delivered";
		return alert->delivered++ == 0 || alert->segments <= 1;
	}
	if (slice_is(name, "held")) {
		*why = "held after its end, or although it may be sent twice";
		alert->held++;
		return alert->closings == 0 && alert->is_careful;
	}
	unsigned closing = 0;
	while (closing < CLOSING_COUNT && !slice_is(name, closing_name((enum closing)closing)))
		closing++;
	*why = "an event of an unknown name";
	if (closing == CLOSING_COUNT)
		return false;
	*why = "a second closing event";
	if (alert->closings++ > 0)
		return false;
	alert->closing = (enum closing)closing;
	alert->is_ambiguous = slice_is(member(event, "ambiguous"), "true");
	alert->is_late = slice_is(member(event, "late"), "true");
	alert->is_exempt = member(event, "exempt").at != NULL;
	for (unsigned rule = 1; alert->closing == CLOSING_SUPPRESSED && rule < PROTECTION_COUNT; rule++) {
		if (slice_is(member(event, "reason"), protection_name((enum protection_rule)rule)))
			alert->rule = (enum protection_rule)rule;
	}
	uint64_t segments = 0;
	if (number_parse(member(event, "segments"), 255, &segments))
		alert->segments = (unsigned)segments;
	ledger->closed++;
	return true;
}
