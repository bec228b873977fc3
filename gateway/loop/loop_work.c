/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/loop_work.h"

#include "base/check.h"

#include <stdlib.h>

struct loop_works {
	struct loop *loop;
	unsigned at_once;
	unsigned waiting_max;
	unsigned running;
	unsigned waiting_count;
	struct list waiting;
};

struct loop_works *loop_works_create(struct loop *loop, unsigned at_once, unsigned waiting_max)
{
	CHECK(at_once > 0);
	struct loop_works *works = calloc(1, sizeof *works);
	if (works == NULL)
		return NULL;
	*works = (struct loop_works){ .loop = loop, .at_once = at_once, .waiting_max = waiting_max };
	list_init(&works->waiting);
	return works;
}

static void on_run(uv_work_t *uv)
{
	struct loop_work *work = uv->data;
	work->run(work);
}

static void begin(struct loop_works *works, struct loop_work *work);

static void on_done(uv_work_t *uv, int status)
{
	struct loop_work *work = uv->data;
	struct loop_works *works = work->works;
	works->running--;
	if (!list_empty(&works->waiting)) {
		struct loop_work *next = LIST_ITEM(works->waiting.next, struct loop_work, link);
		list_remove(&next->link);
		works->waiting_count--;
		begin(works, next);
	}
	work->done(work, status == 0);
}

static void begin(struct loop_works *works, struct loop_work *work)
{
	works->running++;
	work->uv.data = work;
	CHECK(uv_queue_work(loop_uv(works->loop), &work->uv, on_run, on_done) == 0);
}

bool loop_works_put(struct loop_works *works, struct loop_work *work)
{
	work->works = works;
	if (works->running < works->at_once) {
		begin(works, work);
		return true;
	}
	if (works->waiting_count >= works->waiting_max)
		return false;
	list_push(&works->waiting, &work->link);
	works->waiting_count++;
	return true;
}

unsigned loop_works_count(const struct loop_works *works)
{
	return works->running + works->waiting_count;
}

void loop_works_destroy(struct loop_works *works)
{
	if (works == NULL)
		return;
	while (!list_empty(&works->waiting)) {
		struct loop_work *work = LIST_ITEM(works->waiting.next, struct loop_work, link);
		list_remove(&work->link);
		works->waiting_count--;
		work->done(work, false);
	}
	while (works->running > 0)
		uv_run(loop_uv(works->loop), UV_RUN_ONCE);
	free(works);
}
