/* SPDX-License-Identifier: Apache-2.0 */

/* The scheduler. At each point one of these happens: a step of somebody, usual or not; a step whose worker is killed before
 * it, or after its effect, or whose commands arrive long after its death; an answer that is lost; a worker that is taken for
 * dead though it lives; the carrier's late answer; Redis killed. Which one is a choice of the path, 0 being the usual. */

#include "explorer/explorer_run.h"

#include "base/check.h"
#include "explorer/explorer_check.h"
#include "explorer/explorer_people.h"
#include "explorer/explorer_worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MAX   1000
#define OPTIONS_MAX 400
#define REPLIES_MAX 32
#define SWEEPS_MAX  16
#define SLEEP_STEPS 14

enum fault {
	FAULT_NONE,
	FAULT_KILLED,       /* before the step */
	FAULT_UNHEARD,      /* killed after its effect */
	FAULT_LATE_FENCE,   /* killed; Redis gets its commands when it is fenced */
	FAULT_LATE_ADOPTED, /* killed; Redis gets them when it is adopted */
	FAULT_LOST,         /* it lives on, but its answer is lost */
	FAULT_CUT,          /* it lives on, but Redis never got it */
	FAULT_REDIS,        /* Redis is killed after the effect */
	FAULT_COUNT
};

enum act {
	DO_STEP,
	DO_HUMAN,
	DO_HUMAN_WHOLE,
	DO_PRODUCE,
	DO_SUSPECT,
	DO_LATE_ANSWER,
	DO_TURN, /* of the generation */
	DO_KILL_REDIS,
	DO_STRAGGLER,
};

struct option {
	enum act act;
	unsigned worker;
	unsigned other; /* whom it takes for dead; record; straggler */
	enum explorer_step step;
	enum fault fault;
	bool sleeps; /* the other one, until it is over */
};

struct options {
	struct option list[OPTIONS_MAX];
	unsigned count;
};

static void offer(struct options *options, struct option option)
{
	CHECK(options->count < OPTIONS_MAX);
	options->list[options->count++] = option;
}

/* -- Redis -- */

static void clear_commands(struct explorer_world *world)
{
	world->len = 0;
	world->replies = 0;
}

static void free_replies(redisReply **replies, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		freeReplyObject(replies[i]);
}

/* Sends what was written, and looks at the queue behind it where asked to. Returns the count of replies, which the caller
 * hands to end_commands. */
static unsigned send_commands(struct explorer_world *world, bool looks, redisReply **replies)
{
	unsigned count = world->replies;
	if (looks)
		explorer_check_write(world);
	CHECK(world->replies <= REPLIES_MAX);
	explorer_redis_ask(world->redis, world->octets, world->len, replies, world->replies);
	world->look = looks ? replies[count] : NULL;
	clear_commands(world);
	return count;
}

/* What the look saw is taken here, after the answer: a worker may have died of it. */
static void end_commands(struct explorer_world *world, redisReply **replies, unsigned count)
{
	if (world->look != NULL)
		explorer_check_take(world, world->look);
	freeReplyObject(world->look);
	world->look = NULL;
	free_replies(replies, count);
}

static void send_alone(struct explorer_world *world)
{
	redisReply *replies[REPLIES_MAX];
	unsigned count = send_commands(world, true, replies);
	end_commands(world, replies, count);
}

static void release_stragglers(struct explorer_world *world, const char *sender, bool is_adopted)
{
	for (unsigned i = 0; i < world->straggler_count; i++) {
		struct explorer_straggler *straggler = &world->stragglers[i];
		if (straggler->octets == NULL || (straggler->waits_for_adoption && !is_adopted) ||
		    (sender != NULL && strcmp(straggler->sender, sender) != 0))
			continue;
		redisReply *replies[REPLIES_MAX];
		explorer_tell(world, "      the commands of %s arrive", straggler->sender);
		explorer_redis_ask(world->redis, straggler->octets, straggler->len, replies, straggler->replies);
		free_replies(replies, straggler->replies);
		free(straggler->octets);
		straggler->octets = NULL;
		send_alone(world);
	}
}

static void keep_straggler(struct explorer_world *world, const struct explorer_worker *worker, bool waits_for_adoption)
{
	if (world->straggler_count == EXPLORER_GONE_MAX) {
		clear_commands(world);
		return;
	}
	struct explorer_straggler *straggler = &world->stragglers[world->straggler_count++];
	straggler->octets = malloc(world->len + 1);
	CHECK(straggler->octets != NULL);
	memcpy(straggler->octets, world->octets, world->len);
	straggler->len = world->len;
	straggler->replies = world->replies;
	straggler->waits_for_adoption = waits_for_adoption;
	memcpy(straggler->sender, worker->name, sizeof straggler->sender);
	clear_commands(world);
}

static void kill_redis(struct explorer_world *world)
{
	explorer_tell(world, "      Redis is killed, and starts again");
	world->redis_kills_left--;
	explorer_redis_kill(world->redis);
	for (unsigned i = 0; i < world->worker_count; i++) {
		if (world->workers[i].is_alive)
			explorer_worker_disconnect(&world->workers[i]);
	}
	send_alone(world);
}

/* -- a worker's step -- */

/* Behind a step that does not, the queue is as it was seen last. */
static bool changes_queue(enum explorer_step step)
{
	switch (step) {
	case STEP_HEARTBEAT:
	case STEP_PAUSES:
	case STEP_OWNED:
	case STEP_FETCH:
	case STEP_LOOK_FROM:
	case STEP_LOOK:
	case STEP_NOTE:
	case STEP_NOTE_OWN:
	case STEP_BEGIN:
	case STEP_RECEIPTS:
		return false;
	default:
		return true;
	}
}

static void step_with_effect(struct explorer_world *world, struct explorer_worker *worker, enum explorer_step step,
			     enum fault fault)
{
	redisReply *replies[REPLIES_MAX];
	char orphan[EXPLORER_NAME_OCTETS];
	snprintf(orphan, sizeof orphan, "%s", worker->orphan);
	unsigned count = send_commands(world, fault != FAULT_NONE || changes_queue(step), replies);
	const redisReply *answer = replies[count - 1];
	bool is_over = step == STEP_ADOPT && answer->type == REDIS_REPLY_ARRAY && answer->elements >= 2 &&
		       answer->element[1]->integer == 0;
	bool is_refused = answer->type == REDIS_REPLY_ERROR;
	if (fault == FAULT_NONE)
		explorer_worker_take(world, worker, step, answer);
	else if (fault == FAULT_LOST || fault == FAULT_REDIS)
		explorer_worker_lose(worker, step);
	else
		explorer_worker_die(worker);
	end_commands(world, replies, count);
	if ((step == STEP_FENCE || step == STEP_ADOPT) && !is_refused)
		release_stragglers(world, orphan, is_over);
}

static void do_step(struct explorer_world *world, const struct option *option)
{
	struct explorer_worker *worker = &world->workers[option->worker];
	static const char *const faults[FAULT_COUNT] = {
		[FAULT_NONE] = "",
		[FAULT_KILLED] = ", killed before it",
		[FAULT_UNHEARD] = ", killed after its effect",
		[FAULT_LATE_FENCE] = ", killed; it arrives after the fence",
		[FAULT_LATE_ADOPTED] = ", killed; it arrives after the adoption",
		[FAULT_LOST] = ", the answer is lost",
		[FAULT_CUT] = ", cut before it",
		[FAULT_REDIS] = ", Redis is killed after its effect",
	};
	explorer_tell(world, "%4u  w%u (%s) %s%s", world->step, worker->number, worker->name,
		      explorer_step_name(option->step), faults[option->fault]);
	if (option->fault == FAULT_KILLED) {
		explorer_worker_die(worker);
		send_alone(world);
		return;
	}
	explorer_worker_prepare(world, worker, option->step);
	if (!explorer_step_asks_redis(option->step))
		return;
	/* The pause came in between, or what slept is asked anew: nothing is left to begin. */
	if ((option->step == STEP_LOOK || option->step == STEP_LOOK_FROM) && !worker->is_round)
		return;
	explorer_worker_write(world, worker, option->step);
	if (option->fault == FAULT_CUT) {
		clear_commands(world);
		explorer_worker_lose(worker, option->step);
		send_alone(world);
	} else if (option->fault == FAULT_LATE_FENCE || option->fault == FAULT_LATE_ADOPTED) {
		keep_straggler(world, worker, option->fault == FAULT_LATE_ADOPTED);
		explorer_worker_die(worker);
		send_alone(world);
	} else {
		step_with_effect(world, worker, option->step, option->fault);
		if (option->fault == FAULT_REDIS)
			kill_redis(world);
	}
}

/* -- the others -- */

static void do_human(struct explorer_world *world, const struct option *option)
{
	redisReply *replies[REPLIES_MAX];
	explorer_tell(world, "%4u  somebody: %s%s", world->step, explorer_human_name(world),
		      option->fault == FAULT_LOST ? ", the answer is lost" : "");
	explorer_human_write(world);
	unsigned count = send_commands(world, true, replies);
	if (option->fault == FAULT_LOST)
		explorer_human_lose(world);
	else
		explorer_human_take(world, replies[count - 1]);
	end_commands(world, replies, count);
}

/* The whole command at one go. */
static void do_human_whole(struct explorer_world *world)
{
	const struct option step = { .act = DO_HUMAN };
	unsigned at = world->human.at;
	while (world->human.at == at && world->failure[0] == '\0')
		do_human(world, &step);
}

static void do_produce(struct explorer_world *world)
{
	struct explorer_record *record = explorer_producer_next(world);
	explorer_tell(world, "%4u  the producer adds %s %s", world->step, record->origin, record->body);
	explorer_producer_write(world, record);
	send_alone(world);
}

static void do_suspect(struct explorer_world *world, const struct option *option)
{
	struct explorer_worker *other = &world->workers[option->other];
	explorer_tell(world, "%4u  w%u takes w%u for dead, which %s", world->step,
		      world->workers[option->worker].number, other->number, option->sleeps ? "sleeps" : "lives");
	other->is_go_old = true;
	other->sleeps_until = option->sleeps ? world->step + SLEEP_STEPS : 0;
	explorer_worker_adopts(&world->workers[option->worker], other->name);
}

static void do_option(struct explorer_world *world, const struct option *option)
{
	if (option->act == DO_STEP) {
		do_step(world, option);
	} else if (option->act == DO_HUMAN) {
		do_human(world, option);
	} else if (option->act == DO_HUMAN_WHOLE) {
		do_human_whole(world);
	} else if (option->act == DO_PRODUCE) {
		do_produce(world);
	} else if (option->act == DO_SUSPECT) {
		do_suspect(world, option);
	} else if (option->act == DO_LATE_ANSWER) {
		explorer_worker_late(world, &world->workers[option->worker], &world->records[option->other]);
	} else if (option->act == DO_KILL_REDIS) {
		kill_redis(world);
	} else if (option->act == DO_TURN) {
		explorer_tell(world, "%4u  the generation turns", world->step);
		world->generation++;
		world->turns_left--;
	}
}

/* -- what may happen -- */

static void offer_faults(const struct explorer_world *world, struct options *options, const struct option *usual)
{
	bool asks = explorer_step_asks_redis(usual->step);
	for (enum fault fault = FAULT_KILLED; fault < FAULT_COUNT; fault++) {
		if ((fault != FAULT_KILLED && !asks) || (fault == FAULT_REDIS && world->redis_kills_left == 0))
			break;
		struct option option = *usual;
		option.fault = fault;
		offer(options, option);
	}
}

static void offer_steps(struct explorer_world *world, struct options *options, unsigned worker, unsigned from)
{
	enum explorer_step steps[STEP_COUNT];
	unsigned count = explorer_worker_steps(world, &world->workers[worker], steps);
	for (unsigned i = from; i < count; i++)
		offer(options, (struct option){ .act = DO_STEP, .worker = worker, .step = steps[i] });
}

/* A worker that is told to stop leaves when nothing of what it has is begun. */
static void offer_leaving(struct explorer_world *world, struct options *options, const struct option *usual)
{
	for (unsigned i = 0; i < world->worker_count; i++) {
		struct option option = { .act = DO_STEP, .worker = i, .step = STEP_SIGN_OFF };
		if (!explorer_worker_may_leave(&world->workers[i]) || usual->step == STEP_SIGN_OFF)
			continue;
		offer(options, option);
		option.fault = FAULT_UNHEARD;
		offer(options, option);
	}
}

static void offer_suspicions(struct explorer_world *world, struct options *options, bool sleeps)
{
	for (unsigned i = 0; i < world->worker_count; i++) {
		const struct explorer_worker *worker = &world->workers[i];
		for (unsigned k = 0; k < world->worker_count; k++) {
			if (i != k && worker->is_alive && worker->is_signed_on && worker->orphan[0] == '\0' &&
			    world->workers[k].is_alive && world->workers[k].is_signed_on)
				offer(options,
				      (struct option){ .act = DO_SUSPECT, .worker = i, .other = k, .sleeps = sleeps });
		}
	}
}

static void offer_late_answers(struct explorer_world *world, struct options *options)
{
	for (unsigned i = 0; i < EXPLORER_RECORDS_MAX; i++) {
		struct explorer_record *record = &world->records[i];
		if (record->late_to <= 0)
			continue;
		unsigned worker = (unsigned)record->late_to - 1;
		if (world->workers[worker].is_alive && world->workers[worker].late == NULL)
			offer(options, (struct option){ .act = DO_LATE_ANSWER, .worker = worker, .other = i });
	}
}

static void offer_rest(struct explorer_world *world, struct options *options, const struct option *usual)
{
	if (usual->act == DO_STEP) {
		offer_faults(world, options, usual);
		offer_steps(world, options, usual->worker, 1);
	} else if (usual->act == DO_HUMAN) {
		offer(options, (struct option){ .act = DO_HUMAN, .fault = FAULT_LOST });
	}
	for (unsigned i = 0; i < world->worker_count; i++) {
		if (usual->act != DO_STEP || i != usual->worker)
			offer_steps(world, options, i, 0);
	}
	if (usual->act != DO_PRODUCE && explorer_producer_next(world) != NULL)
		offer(options, (struct option){ .act = DO_PRODUCE });
	if (usual->act != DO_HUMAN && explorer_human_has_act(world)) {
		offer(options, (struct option){ .act = DO_HUMAN });
		offer(options, (struct option){ .act = DO_HUMAN, .fault = FAULT_LOST });
	}
	offer_leaving(world, options, usual);
	offer_suspicions(world, options, false);
	offer_late_answers(world, options);
	if (world->turns_left > 0)
		offer(options, (struct option){ .act = DO_TURN });
	if (explorer_human_has_act(world))
		offer(options, (struct option){ .act = DO_HUMAN_WHOLE });
	offer_suspicions(world, options, true);
	if (world->redis_kills_left > 0)
		offer(options, (struct option){ .act = DO_KILL_REDIS });
}

/* The usual step: of the next worker in turn, or of the same one. Who sleeps has none while others have one. */
static bool usual_step(struct explorer_world *world, struct option *out)
{
	unsigned first = world->current + (world->scenario->takes_turns ? 1 : 0);
	for (unsigned i = 0; i < 2 * world->worker_count; i++) {
		unsigned worker = (first + i) % world->worker_count;
		enum explorer_step steps[STEP_COUNT];
		if (i < world->worker_count && world->workers[worker].sleeps_until > world->step)
			continue;
		if (explorer_worker_steps(world, &world->workers[worker], steps) == 0)
			continue;
		*out = (struct option){ .act = DO_STEP, .worker = worker, .step = steps[0] };
		return true;
	}
	return false;
}

static bool is_anyone_alive(const struct explorer_world *world)
{
	for (unsigned i = 0; i < world->worker_count; i++) {
		if (world->workers[i].is_alive)
			return true;
	}
	return false;
}

/* Where all workers rest. False where the run is over. */
static bool go_on_at_rest(struct explorer_world *world, struct option *out)
{
	if (explorer_producer_next(world) != NULL) {
		*out = (struct option){ .act = DO_PRODUCE };
		return true;
	}
	if (explorer_human_has_act(world)) {
		*out = (struct option){ .act = DO_HUMAN };
		return true;
	}
	if (world->sight.held > 0) {
		world->drops_held = true;
		*out = (struct option){ .act = DO_HUMAN };
		return true;
	}
	for (unsigned i = 0; i < world->straggler_count; i++) {
		if (world->stragglers[i].octets != NULL) {
			release_stragglers(world, NULL, true);
			return go_on_at_rest(world, out) || usual_step(world, out);
		}
	}
	if (is_anyone_alive(world) && !world->is_ending) {
		world->is_ending = true;
		return usual_step(world, out);
	}
	return false;
}

static bool start_in_place(struct explorer_world *world)
{
	if (is_anyone_alive(world))
		return true;
	if (world->is_ending && world->sight.names == 0 && world->sight.waiting == 0)
		return false;
	world->is_ending = false;
	if (world->sweeps++ == SWEEPS_MAX || !explorer_world_start_worker(world)) {
		explorer_fail(world, "%u workers one after the other could not settle what is left",
			      world->worker_count);
		return false;
	}
	explorer_tell(world, "%4u  w%u starts", world->step, world->worker_count);
	return true;
}

void explorer_run(struct explorer_world *world)
{
	explorer_producer_start(world);
	send_alone(world);
	while (world->failure[0] == '\0') {
		struct options options = { .count = 0 };
		struct option usual;
		if (!start_in_place(world))
			break;
		if (!usual_step(world, &usual) && !go_on_at_rest(world, &usual)) {
			if (is_anyone_alive(world))
				explorer_fail(world, "a worker does not sign off");
			continue;
		}
		offer(&options, usual);
		offer_rest(world, &options, &usual);
		const struct option *chosen = &options.list[explorer_path_choose(world->path, options.count)];
		if (chosen->act == DO_STEP)
			world->current = chosen->worker;
		do_option(world, chosen);
		if (++world->step == STEPS_MAX)
			explorer_fail(world, "it does not come to rest");
	}
	if (world->failure[0] == '\0')
		explorer_check_end(world);
}
