/* SPDX-License-Identifier: Apache-2.0 */

/* What of a loop other threads may call: loop_wake and loop_stop. */

#include "loop/loop.h"
#include "scenario.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#define THREADS      4
#define CALLS        25000 /* of each thread */
#define ROUNDS       2000  /* of each thread, each answered before the next */
#define STOPPERS     3
#define STOPS        200
#define MERGED_CALLS 1000
#define MERGED_TURNS 10

static struct loop *open_loop(void)
{
	struct loop *loop = loop_create();
	EXPECT(loop != NULL);
	return loop;
}

static void start(pthread_t *thread, void *(*run)(void *ctx), void *ctx)
{
	EXPECT(pthread_create(thread, NULL, run, ctx) == 0);
}

static void join_all(const pthread_t threads[], unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		EXPECT(pthread_join(threads[i], NULL) == 0);
}

/* -- calls that the loop has not seen yet are one -- */

struct merging {
	struct loop *loop;
	unsigned wakes;
	unsigned turns;
};

static void count_wake(void *ctx)
{
	struct merging *merging = ctx;
	merging->wakes++;
}

static void count_turn(void *ctx, struct now now)
{
	struct merging *merging = ctx;
	(void)now;
	if (++merging->turns == MERGED_TURNS)
		loop_stop(merging->loop);
}

static mono_us at_once(void *ctx)
{
	(void)ctx;
	return 0;
}

static void wakes_merge(void)
{
	struct merging merging = { .loop = open_loop() };
	struct loop_member member = { .turn = count_turn, .next_deadline = at_once, .ctx = &merging };
	loop_on_wake(merging.loop, count_wake, &merging);
	loop_add(merging.loop, &member);
	for (unsigned i = 0; i < MERGED_CALLS; i++)
		loop_wake(merging.loop);
	loop_run(merging.loop);
	EXPECT_COUNT(merging.wakes, 1);
	loop_remove(&member);
	loop_destroy(merging.loop);
}

/* -- after the last of many calls the loop sees what came before it -- */

struct crowd {
	struct loop *loop;
	_Atomic unsigned called;
	unsigned seen; /* the loop's own, as is wakes */
	unsigned wakes;
};

static void *call_often(void *ctx)
{
	struct crowd *crowd = ctx;
	for (unsigned i = 0; i < CALLS; i++) {
		atomic_fetch_add(&crowd->called, 1);
		loop_wake(crowd->loop);
	}
	return NULL;
}

static void see_crowd(void *ctx)
{
	struct crowd *crowd = ctx;
	unsigned called = atomic_load(&crowd->called);
	EXPECT(called >= crowd->seen);
	crowd->seen = called;
	crowd->wakes++;
	if (called == THREADS * CALLS)
		loop_stop(crowd->loop);
}

static void last_wake_is_seen(void)
{
	struct crowd crowd = { .loop = open_loop() };
	pthread_t threads[THREADS];
	loop_on_wake(crowd.loop, see_crowd, &crowd);
	for (unsigned i = 0; i < THREADS; i++)
		start(&threads[i], call_often, &crowd);
	loop_run(crowd.loop);
	join_all(threads, THREADS);
	EXPECT_COUNT(crowd.seen, THREADS * CALLS);
	EXPECT(crowd.wakes <= THREADS * CALLS);
	loop_destroy(crowd.loop);
}

/* -- each call is answered: a thread that waits for the answer never waits in vain -- */

struct caller {
	struct talk *talk;
	_Atomic unsigned asked;
	_Atomic unsigned answered;
};

struct talk {
	struct loop *loop;
	struct caller callers[THREADS];
	_Atomic unsigned ended;
};

static void answer(void *ctx)
{
	struct talk *talk = ctx;
	for (unsigned i = 0; i < THREADS; i++)
		atomic_store(&talk->callers[i].answered, atomic_load(&talk->callers[i].asked));
	if (atomic_load(&talk->ended) == THREADS)
		loop_stop(talk->loop);
}

static void *ask(void *ctx)
{
	struct caller *caller = ctx;
	for (unsigned round = 1; round <= ROUNDS; round++) {
		atomic_store(&caller->asked, round);
		loop_wake(caller->talk->loop);
		while (atomic_load(&caller->answered) != round)
			sched_yield();
	}
	atomic_fetch_add(&caller->talk->ended, 1);
	loop_wake(caller->talk->loop);
	return NULL;
}

static void no_wake_is_lost(void)
{
	struct talk talk = { .loop = open_loop() };
	pthread_t threads[THREADS];
	loop_on_wake(talk.loop, answer, &talk);
	for (unsigned i = 0; i < THREADS; i++) {
		talk.callers[i].talk = &talk;
		start(&threads[i], ask, &talk.callers[i]);
	}
	loop_run(talk.loop);
	join_all(threads, THREADS);
	for (unsigned i = 0; i < THREADS; i++)
		EXPECT_COUNT(talk.callers[i].answered, ROUNDS);
	loop_destroy(talk.loop);
}

/* -- others end the loop -- */

struct running {
	struct loop *loop;
	_Atomic bool runs;
};

static void on_turn(void *ctx, struct now now)
{
	struct running *running = ctx;
	(void)now;
	atomic_store(&running->runs, true);
}

static mono_us until_it_runs(void *ctx)
{
	struct running *running = ctx;
	return atomic_load(&running->runs) ? INT64_MAX : 0;
}

static void *run_loop(void *ctx)
{
	struct running *running = ctx;
	struct loop_member member = { .turn = on_turn, .next_deadline = until_it_runs, .ctx = running };
	loop_add(running->loop, &member);
	loop_run(running->loop);
	loop_remove(&member);
	return NULL;
}

static void *stop_loop(void *ctx)
{
	struct running *running = ctx;
	while (!atomic_load(&running->runs))
		sched_yield();
	loop_stop(running->loop);
	return NULL;
}

/* Odd rounds have one stopper and no wake, so that no other call can help a lost one. */
static void stops_from_other_threads(void)
{
	for (unsigned round = 0; round < STOPS; round++) {
		struct running running = { .loop = open_loop() };
		unsigned stoppers = round % 2 ? 1 : STOPPERS;
		pthread_t threads[1 + STOPPERS];
		start(&threads[0], run_loop, &running);
		for (unsigned i = 0; i < stoppers; i++)
			start(&threads[1 + i], stop_loop, &running);
		if (stoppers > 1)
			loop_wake(running.loop);
		join_all(threads, 1 + stoppers);
		loop_destroy(running.loop);
	}
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "wakes_merge", wakes_merge, 10, false },
		{ "last_wake_is_seen", last_wake_is_seen, 30, false },
		{ "no_wake_is_lost", no_wake_is_lost, 30, false },
		{ "stops_from_other_threads", stops_from_other_threads, 30, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
