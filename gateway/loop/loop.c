/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/loop.h"

#include "base/check.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

struct loop {
	uv_loop_t uv;
	uv_prepare_t before_poll;
	uv_check_t after_poll;
	uv_timer_t timer;
	uv_idle_t no_wait; /* while it is active, polling does not block */
	uv_async_t wake;
	void (*on_wake)(void *ctx);
	void *wake_ctx;
	struct list members;
	struct list *next_member; /* in a turn: whose turn comes next */
	struct now now;
	bool has_now;             /* the clock was read in this turn */
	_Atomic bool is_stopping; /* loop_stop may come from another thread */
	mono_us longest_turn;
};

/* A failing clock_gettime would be a bug: both clocks always exist on Linux. */
static int64_t clock_us(clockid_t clock)
{
	struct timespec at;
	CHECK(clock_gettime(clock, &at) == 0);
	return (int64_t)at.tv_sec * US_PER_S + at.tv_nsec / 1000;
}

/* CLOCK_BOOTTIME also counts while the machine is suspended, so that what is stale after a pause is seen to be stale. */
struct now loop_now(struct loop *loop)
{
	if (!loop->has_now) {
		loop->now.mono = clock_us(CLOCK_BOOTTIME);
		loop->now.wall = clock_us(CLOCK_REALTIME) / US_PER_MS;
		loop->has_now = true;
	}
	return loop->now;
}

mono_us loop_fresh(void)
{
	return clock_us(CLOCK_BOOTTIME);
}

static void on_before_poll(uv_prepare_t *handle)
{
	struct loop *loop = handle->data;
	loop->has_now = false;
}

static void on_no_wait(uv_idle_t *handle)
{
	(void)handle;
}

void loop_turn_soon(struct loop *loop)
{
	uv_idle_start(&loop->no_wait, on_no_wait);
}

/* libuv runs timers before it polls: without this, it could then block although a turn is due. */
static void on_timer(uv_timer_t *handle)
{
	loop_turn_soon(handle->data);
}

static void set_timer(struct loop *loop)
{
	mono_us earliest = INT64_MAX;
	for (struct list *link = loop->members.next; link != &loop->members; link = link->next) {
		struct loop_member *member = LIST_ITEM(link, struct loop_member, link);
		mono_us deadline = member->next_deadline ? member->next_deadline(member->ctx) : INT64_MAX;
		if (deadline < earliest)
			earliest = deadline;
	}
	if (earliest == INT64_MAX) {
		uv_timer_stop(&loop->timer);
		return;
	}
	mono_us wait = earliest - loop->now.mono;
	uv_update_time(&loop->uv);
	uv_timer_start(&loop->timer, on_timer, wait <= 0 ? 0 : (uint64_t)((wait + US_PER_MS - 1) / US_PER_MS), 0);
}

static void on_after_poll(uv_check_t *handle)
{
	struct loop *loop = handle->data;
	struct now now = loop_now(loop);
	uv_idle_stop(&loop->no_wait);
	/* A member may remove itself or others in its turn: loop_remove moves next_member on. */
	loop->next_member = loop->members.next;
	while (loop->next_member != &loop->members) {
		struct loop_member *member = LIST_ITEM(loop->next_member, struct loop_member, link);
		loop->next_member = loop->next_member->next;
		if (member->turn != NULL)
			member->turn(member->ctx, now);
	}
	mono_us took = clock_us(CLOCK_BOOTTIME) - now.mono;
	if (took > loop->longest_turn)
		loop->longest_turn = took;
	set_timer(loop);
}

static void on_async(uv_async_t *handle)
{
	struct loop *loop = handle->data;
	if (loop->on_wake != NULL)
		loop->on_wake(loop->wake_ctx);
}

struct loop *loop_create(void)
{
	struct loop *loop = calloc(1, sizeof *loop);
	if (loop == NULL)
		return NULL;
	if (uv_loop_init(&loop->uv) != 0) {
		free(loop);
		return NULL;
	}
	list_init(&loop->members);
	CHECK(uv_prepare_init(&loop->uv, &loop->before_poll) == 0);
	CHECK(uv_check_init(&loop->uv, &loop->after_poll) == 0);
	CHECK(uv_timer_init(&loop->uv, &loop->timer) == 0);
	CHECK(uv_idle_init(&loop->uv, &loop->no_wait) == 0);
	loop->before_poll.data = loop->after_poll.data = loop->timer.data = loop->wake.data = loop;
	if (uv_async_init(&loop->uv, &loop->wake, on_async) != 0) {
		uv_loop_close(&loop->uv);
		free(loop);
		return NULL;
	}
	uv_prepare_start(&loop->before_poll, on_before_poll);
	uv_check_start(&loop->after_poll, on_after_poll);
	return loop;
}

void loop_destroy(struct loop *loop)
{
	if (loop == NULL)
		return;
	CHECK(list_empty(&loop->members));
	uv_close((uv_handle_t *)&loop->before_poll, NULL);
	uv_close((uv_handle_t *)&loop->after_poll, NULL);
	uv_close((uv_handle_t *)&loop->timer, NULL);
	uv_close((uv_handle_t *)&loop->no_wait, NULL);
	uv_close((uv_handle_t *)&loop->wake, NULL);
	uv_run(&loop->uv, UV_RUN_DEFAULT);
	CHECK(uv_loop_close(&loop->uv) == 0);
	free(loop);
}

void loop_run(struct loop *loop)
{
	loop->has_now = false;
	loop->is_stopping = false;
	loop_now(loop);
	set_timer(loop);
	while (!loop->is_stopping)
		uv_run(&loop->uv, UV_RUN_ONCE);
}

void loop_stop(struct loop *loop)
{
	loop->is_stopping = true;
	uv_async_send(&loop->wake);
}

void loop_wake(struct loop *loop)
{
	uv_async_send(&loop->wake);
}

void loop_on_wake(struct loop *loop, void (*on_wake)(void *ctx), void *ctx)
{
	loop->on_wake = on_wake;
	loop->wake_ctx = ctx;
}

void loop_add(struct loop *loop, struct loop_member *member)
{
	member->loop = loop;
	list_push(&loop->members, &member->link);
}

void loop_remove(struct loop_member *member)
{
	if (member->loop->next_member == &member->link)
		member->loop->next_member = member->link.next;
	list_remove(&member->link);
}

mono_us loop_take_longest_turn(struct loop *loop)
{
	mono_us longest = loop->longest_turn;
	loop->longest_turn = 0;
	return longest;
}

uv_loop_t *loop_uv(struct loop *loop)
{
	return &loop->uv;
}
