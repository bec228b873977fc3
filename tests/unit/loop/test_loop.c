/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/loop.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* Turns of one member, and what it does in them. */
struct watcher {
	struct loop *loop;
	struct loop_member member;
	mono_us deadline; /* what it says */
	unsigned turns;
	unsigned stop_after;
	struct now last;
	char name;
	void (*in_turn)(struct watcher *watcher);
	struct watcher *other;
};

static char order[64];
static size_t order_len;

static void turn(void *ctx, struct now now)
{
	struct watcher *watcher = ctx;
	watcher->turns++;
	watcher->last = now;
	if (order_len < sizeof order - 1)
		order[order_len++] = watcher->name;
	if (watcher->in_turn != NULL)
		watcher->in_turn(watcher);
	if (watcher->turns == watcher->stop_after)
		loop_stop(watcher->loop);
}

static mono_us next_deadline(void *ctx)
{
	const struct watcher *watcher = ctx;
	return watcher->deadline;
}

static void watch(struct watcher *watcher, struct loop *loop, char name)
{
	watcher->loop = loop;
	watcher->name = name;
	watcher->member = (struct loop_member){ .turn = turn, .next_deadline = next_deadline, .ctx = watcher };
	loop_add(loop, &watcher->member);
}

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

Test(loop, destroys_nothing)
{
	loop_destroy(NULL);
	loop_destroy(loop_create());
}

/* A deadline that has passed makes turns follow at once, without a millisecond between them. */
Test(loop, deadline_in_the_past)
{
	static const struct {
		const char *name;
		mono_us before_now;
	} rows[] = { { "now", 0 }, { "a microsecond ago", 1 }, { "long ago", INT64_MAX } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct loop *loop = loop_create();
		struct watcher watcher = { .stop_after = 3000 };
		watcher.deadline =
			rows[i].before_now == INT64_MAX ? INT64_MIN / 2 : loop_now(loop).mono - rows[i].before_now;
		double begin = seconds();
		watch(&watcher, loop, 'a');
		loop_run(loop);
		cr_assert_eq(watcher.turns, 3000, "%s", rows[i].name);
		cr_assert_lt(seconds() - begin, 2.5, "%s: it slept between turns", rows[i].name);
		loop_remove(&watcher.member);
		loop_destroy(loop);
	}
}

static void wait_again(struct watcher *watcher)
{
	/* Not before its time, but for the turn that comes with loop_stop; libuv's timers count in milliseconds of their own. */
	cr_assert(watcher->turns == 1 || watcher->last.mono + US_PER_MS >= watcher->deadline,
		  "turn %u came %ld µs early", watcher->turns, (long)(watcher->deadline - watcher->last.mono));
	watcher->deadline = watcher->last.mono + 3700;
}

Test(loop, deadline_to_come)
{
	struct loop *loop = loop_create();
	struct watcher watcher = { .stop_after = 20, .in_turn = wait_again };
	double begin = seconds();
	watcher.deadline = loop_now(loop).mono + 5000;
	watch(&watcher, loop, 'a');
	loop_run(loop);
	double took = seconds() - begin;
	cr_assert(took >= 19 * 0.0037 && took < 2, "19 times 3.7 ms took %.3f s", took);
	loop_remove(&watcher.member);
	loop_destroy(loop);
}

/* The earliest of all members counts. */
Test(loop, earliest_deadline)
{
	struct loop *loop = loop_create();
	struct watcher never = { .deadline = INT64_MAX };
	struct watcher late = { .deadline = INT64_MAX / 2 };
	struct watcher soon = { .stop_after = 2 };
	struct watcher silent = { .deadline = INT64_MAX };
	soon.deadline = loop_now(loop).mono + 2000;
	watch(&never, loop, 'n');
	watch(&late, loop, 'l');
	watch(&soon, loop, 's');
	watch(&silent, loop, 'x');
	silent.member.next_deadline = NULL;
	silent.member.turn = NULL;
	double begin = seconds();
	loop_run(loop);
	cr_assert_lt(seconds() - begin, 2.0);
	cr_assert_eq(never.turns, 2, "all have a turn in each");
	cr_assert_eq(late.turns, 2);
	cr_assert_eq(memcmp(&never.last, &soon.last, sizeof soon.last), 0, "all see the same time");
	loop_remove(&never.member);
	loop_remove(&late.member);
	loop_remove(&soon.member);
	loop_remove(&silent.member);
	loop_destroy(loop);
}

static void leave(struct watcher *watcher)
{
	loop_remove(&watcher->member);
}

static void send_other_away(struct watcher *watcher)
{
	loop_remove(&watcher->other->member);
}

static void send_both_away(struct watcher *watcher)
{
	loop_remove(&watcher->member);
	loop_remove(&watcher->other->member);
}

static void bring_other(struct watcher *watcher)
{
	if (watcher->turns == 1)
		watch(watcher->other, watcher->loop, watcher->other->name);
}

/* Members a, b, c; b does something in its turn; z ends the loop in the third turn. */
Test(loop, members_come_and_go_in_a_turn)
{
	static const struct {
		const char *name;
		void (*in_turn)(struct watcher *watcher);
		int other; /* index of whom it is about */
		const char *want;
	} rows[] = {
		{ "nothing", NULL, 0, "abczabczabcz" },
		{ "itself", leave, 0, "abczaczacz" },
		{ "the one before", send_other_away, 0, "abczbczbcz" },
		{ "the next", send_other_away, 2, "abzabzabz" },
		{ "the last", send_other_away, 3, "abcabcabc" },
		{ "itself and the next", send_both_away, 2, "abzazaz" },
		{ "one more", bring_other, 4, "abczdabczdabczd" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct loop *loop = loop_create();
		struct watcher all[5];
		order_len = 0;
		memset(order, 0, sizeof order);
		for (unsigned k = 0; k < 5; k++) {
			all[k] = (struct watcher){ .deadline = 0 };
			list_init(&all[k].member.link);
			all[k].member.loop = loop;
			all[k].name = "abczd"[k];
			if (k < 4)
				watch(&all[k], loop, "abcz"[k]);
		}
		/* It is a that counts the turns, or z where a goes. */
		all[0].stop_after = rows[i].other == 0 && rows[i].in_turn == send_other_away ? 0 : 3;
		all[3].stop_after = 3;
		all[1].in_turn = rows[i].in_turn;
		all[1].other = &all[rows[i].other];
		loop_run(loop);
		cr_assert_str_eq(order, rows[i].want, "%s: %s", rows[i].name, order);
		for (unsigned k = 0; k < 5; k++)
			loop_remove(&all[k].member);
		loop_destroy(loop);
	}
}

/* -- wake -- */

struct woken {
	struct loop *loop;
	pthread_t thread;
	unsigned count;
	atomic_uint rung;
};

static void on_wake(void *ctx)
{
	struct woken *woken = ctx;
	cr_assert(pthread_equal(pthread_self(), woken->thread), "in the loop's own thread");
	if (++woken->count == 3)
		loop_stop(woken->loop);
	atomic_fetch_add(&woken->rung, 1);
}

static void *ring(void *ctx)
{
	struct woken *woken = ctx;
	for (unsigned i = 0; i < 3; i++) {
		loop_wake(woken->loop);
		while (atomic_load(&woken->rung) <= i)
			; /* calls may merge, so each waits for the one before */
	}
	return NULL;
}

Test(loop, wakes_from_another_thread)
{
	struct loop *loop = loop_create();
	struct watcher watcher = { .deadline = INT64_MAX };
	struct woken woken = { .loop = loop, .thread = pthread_self() };
	pthread_t thread;
	loop_on_wake(loop, on_wake, &woken);
	watch(&watcher, loop, 'a');
	cr_assert_eq(pthread_create(&thread, NULL, ring, &woken), 0);
	loop_run(loop);
	pthread_join(thread, NULL);
	cr_assert_eq(woken.count, 3);
	cr_assert_geq(watcher.turns, 3, "each is followed by a turn");
	loop_remove(&watcher.member);
	loop_destroy(loop);
}

/* -- libuv's timers run before it polls -- */

static void on_timer(uv_timer_t *timer)
{
	loop_turn_soon(timer->data);
}

static void stop_when_told(struct watcher *watcher)
{
	if (watcher->turns == watcher->stop_after)
		uv_close((uv_handle_t *)watcher->other, NULL);
}

/* Nothing has a deadline and no socket is there: without loop_turn_soon the turn would never come. */
Test(loop, turn_soon)
{
	struct loop *loop = loop_create();
	struct watcher watcher = { .deadline = INT64_MAX, .stop_after = 5, .in_turn = stop_when_told };
	uv_timer_t timer;
	watch(&watcher, loop, 'a');
	cr_assert_eq(uv_timer_init(loop_uv(loop), &timer), 0);
	timer.data = loop;
	watcher.other = (void *)&timer;
	uv_timer_start(&timer, on_timer, 1, 1);
	loop_run(loop);
	cr_assert_eq(watcher.turns, 5);
	loop_remove(&watcher.member);
	loop_destroy(loop);
}

static void be_busy(struct watcher *watcher)
{
	double until = seconds() + (watcher->turns == 2 ? 0.02 : 0);
	while (seconds() < until)
		;
}

Test(loop, longest_turn)
{
	struct loop *loop = loop_create();
	struct watcher watcher = { .deadline = 0, .stop_after = 4, .in_turn = be_busy };
	watch(&watcher, loop, 'a');
	loop_run(loop);
	mono_us longest = loop_take_longest_turn(loop);
	cr_assert(longest >= 20000 && longest < 2 * US_PER_S, "%ld µs", (long)longest);
	cr_assert_eq(loop_take_longest_turn(loop), 0, "taken is taken");
	loop_remove(&watcher.member);
	loop_destroy(loop);
}
