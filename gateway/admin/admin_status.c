/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/admin_inner.h"

#include "base/check.h"
#include "base/civil.h"
#include "base/json.h"

#define PAGE_OCTETS    8192
#define RFC3339_OCTETS 32

static void put_real(struct buf *out, const char *key, double value, int decimals)
{
	json_key(out, key);
	json_decimal(out, value, decimals);
}

/* A text, or "" where there is none. */
static void put_text(struct buf *out, const char *key, const char *text)
{
	json_key_text(out, key, slice_of(text ? text : ""));
}

static const char *state_name(enum admin_account_state state)
{
	static const char *const names[ADMIN_ACCOUNT_STATE_COUNT] = {
		[ADMIN_ACCOUNT_DOWN] = "down",
		[ADMIN_ACCOUNT_UP] = "up",
		[ADMIN_ACCOUNT_REFUSED] = "refused",
	};
	CHECK((unsigned)state < ADMIN_ACCOUNT_STATE_COUNT);
	return names[state];
}

/* Null where it is negative. */
static void put_if_known(struct buf *out, const char *key, double value, int decimals)
{
	json_key(out, key);
	if (value < 0)
		json_absent(out);
	else
		json_decimal(out, value, decimals);
}

/* In whole seconds: it is a forecast. */
static void put_clear_at(struct buf *out, const struct forecast *forecast, const struct admin_snapshot *snapshot)
{
	static const struct zone utc = { .span_count = 0 };
	char text[RFC3339_OCTETS];
	json_key(out, "clear_at");
	if (forecast->outlook != OUTLOOK_KEEPS_UP && forecast->outlook != OUTLOOK_CLEARS) {
		json_absent(out);
		return;
	}
	wall_ms at = snapshot->at + (wall_ms)(forecast->eta_s * MS_PER_S);
	at -= at % MS_PER_S;
	size_t len = civil_format_rfc3339(at, zone_offset_s(snapshot->zone ? snapshot->zone : &utc, at), text);
	json_text(out, (struct slice){ text, len });
}

void admin_outlook_write(struct buf *out, const struct admin_outlook *outlook, const char *rate_key,
			 const struct admin_snapshot *snapshot)
{
	put_if_known(out, rate_key, outlook->rates.is_known ? outlook->rates.left_per_s : -1, 1);
	put_text(out, "outlook", outlook_name(outlook->forecast.outlook));
	put_if_known(out, "eta_s", outlook->forecast.outlook == OUTLOOK_UNKNOWN ? -1 : outlook->forecast.eta_s, 1);
	put_clear_at(out, &outlook->forecast, snapshot);
}

static void put_lanes(struct buf *out, const struct admin_snapshot *snapshot)
{
	json_key(out, "lanes");
	json_open(out, '{');
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		json_key(out, lane_name((enum lane)lane));
		json_open(out, '{');
		json_key_uint(out, "length", snapshot->lanes[lane].length);
		put_real(out, "oldest_s", (double)snapshot->lanes[lane].oldest_us / US_PER_S, 3);
		const struct admin_outlook *outlook = &snapshot->lanes[lane].outlook;
		put_if_known(out, "added_per_s", outlook->rates.is_known ? outlook->rates.added_per_s : -1, 1);
		admin_outlook_write(out, outlook, "left_per_s", snapshot);
		json_close(out, '}');
	}
	json_close(out, '}');
}

static void put_events(struct buf *out, const struct admin_snapshot *snapshot)
{
	json_key(out, "events");
	json_open(out, '{');
	json_key_uint(out, "length", snapshot->events_length);
	put_real(out, "oldest_s", (double)snapshot->events_oldest_us / US_PER_S, 3);
	put_text(out, "held_by", snapshot->events_held_by);
	json_close(out, '}');
}

/* Null until it was looked at. */
static void put_balance(struct buf *out, const struct balance *balance)
{
	json_key(out, "balance");
	if (!balance->is_known) {
		json_absent(out);
		return;
	}
	json_open(out, '{');
	json_key_uint(out, "added", balance_added(balance));
	json_key(out, "waiting");
	json_open(out, '{');
	for (unsigned i = 0; i < BALANCE_PLACE_COUNT; i++)
		json_key_uint(out, balance_place_name((enum balance_place)i), balance->waiting[i]);
	json_close(out, '}');
	json_key(out, "ended");
	json_open(out, '{');
	for (unsigned i = 0; i < BALANCE_END_COUNT; i++)
		json_key_uint(out, balance_end_name((enum balance_end)i), balance->ended[i]);
	json_close(out, '}');
	json_key_uint(out, "requeued", balance->requeued);
	json_key(out, "drift");
	json_int(out, balance->drift);
	json_close(out, '}');
}

/* How long it stands by the gateway's clock; its time is Redis'. */
static void put_pause(struct buf *out, const struct pause_in_force *paused, wall_ms now)
{
	char field[PAUSE_TEXT_OCTETS];
	wall_ms since = paused->note.since;
	struct slice text = { field, pause_format(&paused->pause, field) };
	json_open(out, '{');
	json_key_text(out, "field", text);
	put_real(out, "for_s", since > 0 && since < now ? (double)(now - since) / MS_PER_S : 0, 3);
	put_text(out, "by", paused->note.who);
	json_close(out, '}');
}

static void put_note(struct buf *out, const struct pause_note *note, wall_ms now)
{
	put_real(out, "for_s", note->since > 0 && note->since < now ? (double)(now - note->since) / MS_PER_S : 0, 3);
	put_text(out, "by", note->who);
}

/* What operators want: the state, and the rate where it is not the configuration's. */
static void put_order(struct buf *out, const struct account_order *order, wall_ms now)
{
	enum account_stance stance = order ? order->stance : ACCOUNT_RUNS;
	json_key(out, "operator");
	json_open(out, '{');
	put_text(out, "state", account_stance_name(stance));
	if (stance != ACCOUNT_RUNS) {
		put_note(out, &order->note, now);
		put_text(out, "reason", order->reason);
	}
	if (order != NULL && order->has_tps) {
		json_key(out, "tps");
		json_open(out, '{');
		json_key_uint(out, "set", order->tps);
		put_note(out, &order->tps_note, now);
		json_close(out, '}');
	}
	json_close(out, '}');
}

static void put_waiting(struct buf *out, const struct admin_snapshot *snapshot, const struct admin_account *account)
{
	static const struct admin_outlook none = { .forecast = { OUTLOOK_UNKNOWN, -1 } };
	bool is_known = account->index < snapshot->account_outlook_count;
	json_key_uint(out, "waiting", account->waiting + account->parked);
	json_key_uint(out, "parked", account->parked);
	const struct admin_outlook *outlook = is_known ? &snapshot->account_outlooks[account->index] : &none;
	put_if_known(out, "segments_per_s_all", outlook->all_rates.is_known ? outlook->all_rates.left_per_s : -1, 1);
	admin_outlook_write(out, outlook, "segments_per_s", snapshot);
}

void admin_account_write(struct buf *out, const struct admin_snapshot *snapshot, const struct admin_account *account,
			 double tps_now)
{
	json_open(out, '{');
	put_text(out, "name", account->name);
	put_text(out, "state", state_name(account->state));
	put_text(out, "reason", account->reason);
	put_real(out, "for_s", (double)account->for_us / US_PER_S, 3);
	json_key_bool(out, "failing", account->is_failing);
	put_text(out, "breaker", breaker_state_name(account->breaker));
	json_key_bool(out, "resting", account->is_resting);
	json_key(out, "again_s");
	if (account->is_resting)
		json_decimal(out, (double)account->again_us / US_PER_S, 3);
	else
		json_absent(out);
	put_text(out, "protocol", account->protocol);
	put_order(out, account->order, snapshot->at);
	json_key_bool(out, "leaving", account->is_leaving);
	json_key_uint(out, "links_up", account->links_up);
	json_key_uint(out, "links_of", account->links_of);
	json_key_uint(out, "window_used", account->window_used);
	json_key_uint(out, "window_total", account->window_total);
	json_key_uint(out, "tps", account->tps);
	if (tps_now >= 0)
		put_real(out, "tps_now", tps_now, 1);
	put_waiting(out, snapshot, account);
	json_key_uint(out, "submits", account->submits);
	json_key_uint(out, "accepted", account->accepted);
	json_key_uint(out, "throttled", account->throttled);
	json_key_uint(out, "rejected", account->rejected);
	json_key_uint(out, "temporary", account->temporary);
	json_key_uint(out, "unknown", account->unknown);
	json_close(out, '}');
}

static void put_tenants(struct buf *out, const struct admin_snapshot *snapshot)
{
	json_key(out, "tenants");
	json_open(out, '[');
	for (unsigned i = 0; i < snapshot->tenant_count; i++) {
		const struct admin_tenant *tenant = &snapshot->tenants[i];
		json_open(out, '{');
		put_text(out, "name", tenant->name);
		json_key_uint(out, "segments_per_day", tenant->segments_per_day);
		put_real(out, "used", tenant->used, 3);
		json_key_uint(out, "deferred", tenant->deferred);
		json_close(out, '}');
	}
	json_close(out, ']');
}

static void put_totals(struct buf *out, const struct admin_totals *totals)
{
	json_key(out, "totals");
	json_open(out, '{');
	json_key_uint(out, "read", totals->read);
	json_key_uint(out, "begun", totals->begun);
	json_key_uint(out, "accepted", totals->accepted);
	json_key_uint(out, "expired", totals->expired);
	json_key_uint(out, "suppressed", totals->suppressed);
	json_key_uint(out, "duplicate", totals->duplicate);
	json_key_uint(out, "dead", totals->dead);
	json_key_uint(out, "later", totals->later);
	json_key_uint(out, "retries", totals->retries);
	json_key_uint(out, "ambiguous_resends", totals->ambiguous_resends);
	json_key_uint(out, "late_answers", totals->late_answers);
	json_key_uint(out, "intents_found", totals->intents_found);
	json_close(out, '}');
}

static void put_templates(struct buf *out, const struct admin_templates *templates)
{
	json_key(out, "templates");
	json_open(out, '{');
	json_key_bool(out, "known", !templates->is_unknown);
	json_key_uint(out, "turn", templates->turn);
	json_key_uint(out, "count", templates->count);
	json_key_uint(out, "broken", templates->broken);
	json_close(out, '}');
}

void admin_status_write(const struct admin_snapshot *snapshot, const struct admin_rates *rates, struct buf *out)
{
	json_open(out, '{');
	put_text(out, "version", snapshot->version);
	put_text(out, "instance", snapshot->instance);
	json_key_uint(out, "uptime_s", (uint64_t)(snapshot->uptime_us / US_PER_S));
	json_key_bool(out, "draining", snapshot->is_draining);
	json_key(out, "log");
	admin_log_level_write(out, &snapshot->log);
	json_key_uint(out, "workers", snapshot->workers);
	json_key(out, "redis");
	json_open(out, '{');
	json_key_bool(out, "up", snapshot->is_redis_up);
	put_text(out, "reason", snapshot->redis_reason);
	json_key_bool(out, "full", snapshot->is_redis_full);
	json_key_uint(out, "reconnects", snapshot->redis_reconnects);
	json_key_uint(out, "memory_used", snapshot->redis_memory_used);
	json_key_uint(out, "memory_max", snapshot->redis_memory_max);
	json_close(out, '}');
	put_templates(out, &snapshot->templates);
	put_lanes(out, snapshot);
	json_key_uint(out, "later", snapshot->later);
	json_key_uint(out, "dead", snapshot->dead);
	json_key_uint(out, "held", snapshot->held);
	json_key(out, "paused");
	json_open(out, '[');
	for (unsigned i = 0; i < snapshot->paused_count; i++)
		put_pause(out, &snapshot->paused[i], snapshot->at);
	json_close(out, ']');
	put_events(out, snapshot);
	put_balance(out, &snapshot->balance);
	json_key(out, "accounts");
	json_open(out, '[');
	for (unsigned i = 0; i < snapshot->account_count; i++)
		admin_account_write(out, snapshot, &snapshot->accounts[i], -1);
	json_close(out, ']');
	put_tenants(out, snapshot);
	put_totals(out, &snapshot->totals);
	json_key(out, "rate_1m");
	json_open(out, '{');
	put_real(out, "accepted_per_s", rates->accepted_per_s, 1);
	put_real(out, "dead_per_s", rates->dead_per_s, 3);
	json_close(out, '}');
	json_close(out, '}');
	buf_put_text(out, "\n");
}

/* The whole of it, with what it needs of room told; false where it did not fit. */
static bool write_status(struct admin *admin, struct buf *out)
{
	struct admin_snapshot snapshot;
	admin_look(admin, &snapshot);
	struct admin_rates rates = {
		.accepted_per_s = admin_rate_per_s(&admin->accepted),
		.dead_per_s = admin_rate_per_s(&admin->dead),
	};
	out->len = 0;
	out->full = false;
	admin_status_write(&snapshot, &rates, out);
	return !out->full;
}

void admin_status(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	(void)request;
	/* Reasons have no fixed length: where the room was too small, once more with twice as much. */
	size_t octets = PAGE_OCTETS / 2;
	do {
		octets *= 2;
		if (!httpd_response_room(response, octets))
			return;
	} while (!write_status(ctx, &response->body));
}

char *admin_status_text(struct admin *admin, size_t *len)
{
	for (size_t octets = PAGE_OCTETS;; octets *= 2) {
		char *text = malloc(octets + 1);
		if (text == NULL)
			return NULL;
		struct buf out = buf_over(text, octets);
		if (write_status(admin, &out)) {
			text[out.len] = '\0';
			*len = out.len;
			return text;
		}
		free(text);
	}
}
