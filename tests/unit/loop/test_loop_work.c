/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/loop_work.h"

#include <criterion/criterion.h>
#include <stdatomic.h>
#include <time.h>

#define PIECES 12

struct piece {
	struct loop_work work;
	struct bench *bench;
	bool has_run;
	unsigned done;
};

struct bench {
	struct loop *loop;
	struct piece pieces[PIECES];
	_Atomic unsigned running;
	_Atomic unsigned most;
	unsigned done;
	unsigned stop_at; /* so many done end the loop */
};

static void run(struct loop_work *work)
{
	struct piece *piece = (struct piece *)work;
	struct bench *bench = piece->bench;
	unsigned running = atomic_fetch_add(&bench->running, 1) + 1;
	unsigned most = atomic_load(&bench->most);
	while (running > most && !atomic_compare_exchange_weak(&bench->most, &most, running))
		;
	nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
	piece->has_run = true;
	atomic_fetch_sub(&bench->running, 1);
}

static void on_done(struct loop_work *work, bool has_run)
{
	struct piece *piece = (struct piece *)work;
	cr_expect_eq(has_run, piece->has_run);
	piece->done++;
	if (++piece->bench->done == piece->bench->stop_at)
		loop_stop(piece->bench->loop);
}

static void init(struct bench *bench, unsigned stop_at)
{
	*bench = (struct bench){ .loop = loop_create(), .stop_at = stop_at };
	for (unsigned i = 0; i < PIECES; i++)
		bench->pieces[i] = (struct piece){ .work = { .run = run, .done = on_done }, .bench = bench };
}

Test(loop_work, pieces_run_a_few_at_once_and_each_is_told)
{
	struct bench bench;
	init(&bench, PIECES);
	struct loop_works *works = loop_works_create(bench.loop, 2, PIECES);
	for (unsigned i = 0; i < PIECES; i++)
		cr_assert(loop_works_put(works, &bench.pieces[i].work));
	cr_expect_eq(loop_works_count(works), PIECES);
	loop_run(bench.loop);
	cr_expect_eq(loop_works_count(works), 0);
	cr_expect_leq(atomic_load(&bench.most), 2);
	for (unsigned i = 0; i < PIECES; i++)
		cr_expect(bench.pieces[i].done == 1 && bench.pieces[i].has_run, "piece %u", i);
	loop_works_destroy(works);
	loop_destroy(bench.loop);
}

Test(loop_work, what_is_too_much_is_refused)
{
	struct bench bench;
	init(&bench, 4);
	struct loop_works *works = loop_works_create(bench.loop, 1, 3);
	for (unsigned i = 0; i < 4; i++)
		cr_assert(loop_works_put(works, &bench.pieces[i].work));
	cr_expect_not(loop_works_put(works, &bench.pieces[4].work));
	loop_run(bench.loop);
	cr_expect_eq(bench.pieces[4].done, 0);
	loop_works_destroy(works);
	loop_destroy(bench.loop);
}

Test(loop_work, at_the_end_what_has_not_begun_is_called_off_and_the_rest_waited_for)
{
	struct bench bench;
	init(&bench, PIECES + 1);
	struct loop_works *works = loop_works_create(bench.loop, 2, PIECES);
	for (unsigned i = 0; i < PIECES; i++)
		cr_assert(loop_works_put(works, &bench.pieces[i].work));
	loop_works_destroy(works);
	cr_expect_eq(bench.done, PIECES);
	cr_expect(bench.pieces[0].has_run);
	cr_expect_not(bench.pieces[PIECES - 1].has_run);
	loop_destroy(bench.loop);
}
