/* SPDX-License-Identifier: Apache-2.0 */

/* What the supervisor (systemd) is told of the main thread: when the start is over, what is being done, that the main loop
 * turns. Until the start is over he is asked for patience, since starting anew brings no Redis. */

#include "app/serve_inner.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LOOK_US     US_PER_S
#define STARTING_US (100 * US_PER_MS)        /* between two looks while the start is not over */
#define PATIENCE_US (INT64_C(60) * US_PER_S) /* asked for at each look until then */
#define AFTER_DRAIN (10 * US_PER_S)          /* for settling, unbinding and signing off */

static unsigned accounts_up(const struct admin_snapshot *snapshot)
{
	unsigned count = 0;
	for (unsigned i = 0; i < snapshot->account_count; i++)
		count += snapshot->accounts[i].state == ADMIN_ACCOUNT_UP;
	return count;
}

/* One line for people. out: as large as serve.status_told. */
static void write_status(const struct admin_snapshot *snapshot, char *out, size_t cap)
{
	const char *reason = snapshot->redis_reason != NULL ? snapshot->redis_reason : "";
	if (snapshot->is_draining)
		snprintf(out, cap, "Draining: waits for answers to what it has begun");
	else if (!snapshot->is_redis_up)
		snprintf(out, cap, "Redis cannot be used%s%s%s", *reason ? " (" : "", reason, *reason ? ")" : "");
	else
		snprintf(out, cap, "%s: %u of %u accounts have a bound link",
			 accounts_up(snapshot) > 0 ? "Serves" : "Does not send", accounts_up(snapshot),
			 snapshot->account_count);
}

static void tell_status(struct serve *serve, const struct admin_snapshot *snapshot)
{
	char status[sizeof serve->status_told];
	char lines[sizeof status + 32];
	write_status(snapshot, status, sizeof status);
	if (strcmp(status, serve->status_told) == 0)
		return;
	snprintf(lines, sizeof lines, "STATUS=%s", status);
	if (supervisor_tell(&serve->supervisor, lines))
		memcpy(serve->status_told, status, sizeof status);
}

static void tell_start(struct serve *serve, const struct admin_snapshot *snapshot)
{
	char lines[64];
	if (snapshot->workers_begun == snapshot->workers_wanted && snapshot->workers_wanted > 0) {
		serve->owes_ready = !supervisor_tell(&serve->supervisor, "READY=1");
		serve->has_said_ready = !serve->owes_ready;
		return;
	}
	snprintf(lines, sizeof lines, "EXTEND_TIMEOUT_USEC=%" PRId64, PATIENCE_US);
	supervisor_tell(&serve->supervisor, lines);
}

static void on_turn(void *ctx, struct now now)
{
	struct serve *serve = ctx;
	mono_us watchdog = serve->supervisor.watchdog_us;
	if (now.mono < serve->supervisor_at)
		return;
	struct admin_snapshot snapshot = { 0 };
	serve_snapshot(serve, &snapshot);
	tell_status(serve, &snapshot);
	if (!serve->has_said_ready && !snapshot.is_draining)
		tell_start(serve, &snapshot);
	else if (serve->owes_ready)
		serve->owes_ready = !supervisor_tell(&serve->supervisor, "READY=1");
	if (watchdog > 0)
		supervisor_tell(&serve->supervisor, "WATCHDOG=1");
	mono_us wait = serve->has_said_ready ? LOOK_US : STARTING_US;
	serve->supervisor_at = now.mono + (watchdog > 0 && watchdog / 2 < wait ? watchdog / 2 : wait);
}

static mono_us on_next_deadline(void *ctx)
{
	const struct serve *serve = ctx;
	return serve->supervisor_at;
}

void serve_supervisor_begin(struct serve *serve)
{
	supervisor_open(&serve->supervisor, getenv("NOTIFY_SOCKET"), getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"));
	if (!supervisor_is_there(&serve->supervisor))
		return;
	serve->supervisor_member =
		(struct loop_member){ .turn = on_turn, .next_deadline = on_next_deadline, .ctx = serve };
	loop_add(serve->loop, &serve->supervisor_member);
}

void serve_supervisor_end(struct serve *serve)
{
	if (!supervisor_is_there(&serve->supervisor))
		return;
	loop_remove(&serve->supervisor_member);
	supervisor_close(&serve->supervisor);
}

void serve_supervisor_reloading(struct serve *serve)
{
	/* His clock is the one that stands still while the machine sleeps, unlike the loop's. */
	struct timespec at;
	char lines[128];
	clock_gettime(CLOCK_MONOTONIC, &at);
	snprintf(lines, sizeof lines, "RELOADING=1\nMONOTONIC_USEC=%" PRId64 "\nSTATUS=Reads its configuration again",
		 (int64_t)at.tv_sec * US_PER_S + at.tv_nsec / 1000);
	if (serve->has_said_ready && supervisor_tell(&serve->supervisor, lines))
		serve->owes_ready = true;
}

void serve_supervisor_reloaded(struct serve *serve, bool is_taken)
{
	if (!serve->owes_ready)
		return;
	serve->status_told[0] = '\0'; /* what is so is told anew */
	serve->owes_ready = !supervisor_tell(
		&serve->supervisor, is_taken ? "READY=1\nSTATUS=The configuration has been read again"
					     : "READY=1\nSTATUS=The configuration has errors, the former one stays");
}

void serve_supervisor_stopping(struct serve *serve)
{
	char lines[64];
	serve->owes_ready = false;
	snprintf(lines, sizeof lines, "STOPPING=1\nEXTEND_TIMEOUT_USEC=%" PRId64,
		 serve->config->drain_timeout_us + AFTER_DRAIN);
	supervisor_tell(&serve->supervisor, lines);
	serve->supervisor_at = 0; /* what it does now is told in the turn that follows */
}
