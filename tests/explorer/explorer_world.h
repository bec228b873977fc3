/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "explorer/explorer_path.h"
#include "explorer/explorer_redis.h"
#include "explorer/explorer_scenario.h"
#include "model/closing.h"
#include "model/entry.h"
#include "store/claims.h"
#include "store/command.h"
#include "store/key_set.h"

/* The world of one run: what the producer added, what the carrier got, workers that do what the store and the pipeline
 * do, one call after the other, and one Redis with the real scripts. Everything that happens is a choice of the path. */

#define EXPLORER_WORKERS_MAX 20 /* with those that start in place of the dead */
#define EXPLORER_ITEMS_MAX   32
#define EXPLORER_LOST_MAX    8
#define EXPLORER_NOTES_MAX   8
#define EXPLORER_NAME_OCTETS 24
#define EXPLORER_GONE_MAX    16
#define LOOKOUT_LANES        3

/* An entry that the producer adds, and what became of it. */
struct explorer_record {
	const struct explorer_spec *spec;
	struct entry_key key;
	char origin[ENTRY_KEY_OCTETS];
	char body[240];
	bool is_added;
	bool is_waiting; /* in the queue, as it was seen last */
	bool was_let_go; /* a BEGIN has said so */
	unsigned submits;
	unsigned delivered; /* copies that the carrier took, whatever it answered */
	unsigned doubts;    /* how often it was begun by a worker that died or was fenced, or was not answered */
	unsigned unsettled; /* copies among the delivered ones of which that is true: each explains one more */
	int late_to;        /* the worker that may yet get the answer; −1 = none */
	char late_ref[16];
};

enum item_phase {
	ITEM_FREE,
	ITEM_READY,
	ITEM_BEGINNING,
	ITEM_GO,
	ITEM_SENT,
	ITEM_DECIDED,
	ITEM_SETTLING,
};

enum item_fate {
	FATE_CLOSE,
	FATE_DEAD,
	FATE_LATER,
	FATE_HOLD,
};

/* What a parcel is to the pipeline. */
struct explorer_item {
	enum item_phase phase;
	struct explorer_record *record;
	struct entry_key key;
	unsigned attempt;
	unsigned doubts; /* submits of it that may have reached the carrier */
	bool is_ambiguous;
	bool is_in_doubt; /* begun by a dead worker */
	bool may_resend;  /* somebody has decided that it goes once more */
	bool is_reclaimed;
	bool is_shared;
	bool is_begun;
	bool is_submitted;
	bool is_unsettled;      /* its copy is counted as such */
	const char *may_not_go; /* why, as known before its BEGIN was asked; NULL = it may */
	bool late_accepted;
	bool is_put_away; /* because of the pause */
	char outcome;
	enum item_fate fate;
	enum closing closing;
	const char *reason;
	char ref[16];
};

struct explorer_lost {
	struct entry_key after;
	struct entry_key to;
};

struct explorer_worker {
	unsigned number;
	unsigned renames;
	char name[EXPLORER_NAME_OCTETS];
	bool is_alive;
	bool is_signed_on;
	bool has_signed_on;
	struct explorer_item items[EXPLORER_ITEMS_MAX];
	/* what it reads */
	struct claims claims;
	struct entry_key given_back[EXPLORER_LOST_MAX];
	unsigned given_back_count;
	struct entry_key cursors[LANE_COUNT];
	struct explorer_lost lost[EXPLORER_LOST_MAX];
	unsigned lost_count;
	bool may_have_lost;
	/* whom it takes over from */
	char orphan[EXPLORER_NAME_OCTETS];
	bool orphan_is_fenced;
	struct key_set orphan_intents;
	/* the BEGIN under way, with its look-out */
	bool is_round;
	bool is_doubted; /* its answer does not count: something was found meanwhile */
	bool waits;      /* until all is looked through */
	bool lookout_is_known;
	unsigned lookout_generation;
	unsigned lanes_needed; /* bits */
	unsigned lanes_looked;
	unsigned lanes_behind;
	struct entry_key look_at[LOOKOUT_LANES];
	bool has_note; /* of the look-out */
	unsigned note_lane;
	struct explorer_record *noted[EXPLORER_NOTES_MAX];
	unsigned noted_count;
	struct explorer_record *own_notes[EXPLORER_NOTES_MAX]; /* cancels that it has read */
	unsigned own_note_count;
	/* the SETTLE under way */
	bool is_settling;
	bool is_careful;
	bool has_kept_receipts;
	struct explorer_record *late; /* a late answer to write down */
	bool knows_pause;
	unsigned sleeps_until; /* step */
	bool is_go_old;        /* it slept: what it was let go must be asked again */
};

enum explorer_step {
	STEP_NONE,
	STEP_REGISTER,
	STEP_HEARTBEAT,
	STEP_PAUSES,
	STEP_FENCE,
	STEP_ADOPT,
	STEP_OWNED,
	STEP_FETCH,
	STEP_MOVE,
	STEP_READ,
	STEP_READ_FULL,      /* as where Redis is full: the script reads */
	STEP_READ_UNCLAIMED, /* Redis has forgotten the script: read, and not claimed */
	STEP_LOOK_FROM,
	STEP_LOOK,
	STEP_NOTE,
	STEP_NOTE_OWN,
	STEP_BEGIN,
	STEP_SUBMIT,
	STEP_ANSWERS,
	STEP_RECEIPTS,
	STEP_SETTLE,
	STEP_LATE,
	STEP_SIGN_OFF,
	STEP_COUNT
};

/* What the human's commands are at. */
struct explorer_human {
	unsigned at; /* act of the scenario */
	unsigned stage;
	unsigned looks;
	char origins[EXPLORER_RECORDS_MAX][ENTRY_KEY_OCTETS];
	char entries[EXPLORER_RECORDS_MAX][ENTRY_ID_OCTETS];
	unsigned count;
};

/* A command that its dead sender had handed to the network: Redis gets it when others have done something. */
struct explorer_straggler {
	char *octets;
	size_t len;
	unsigned replies;
	char sender[EXPLORER_NAME_OCTETS];
	bool waits_for_adoption; /* to be over; else for the fence */
};

/* What the queue looked like after the last step. */
struct explorer_sight {
	unsigned unread;
	unsigned due;
	unsigned waiting; /* lanes, ready and later */
	unsigned held;
	unsigned paused; /* fields of `paused` */
	unsigned names;  /* in claims, intents or workers */
	bool has_orphan;
};

struct explorer_world {
	const struct explorer_scenario *scenario;
	struct explorer_redis *redis;
	struct explorer_path *path;
	const char *check_sha;
	char tag[24];
	bool is_told; /* print each step */
	bool kills_redis;
	unsigned redis_kills_left;
	struct explorer_record records[EXPLORER_RECORDS_MAX];
	struct explorer_worker workers[EXPLORER_WORKERS_MAX];
	unsigned worker_count;
	unsigned current;
	struct explorer_human human;
	struct explorer_straggler stragglers[EXPLORER_GONE_MAX];
	unsigned straggler_count;
	struct explorer_sight sight;
	unsigned generation;
	unsigned turns_left; /* of the generation */
	unsigned added;
	unsigned refs;
	bool is_paused;
	bool drops_held; /* nobody else comes for what is held */
	bool is_ending;
	unsigned sweeps;
	unsigned step;
	char failure[600];
	/* the commands of the step under way */
	struct command command;
	char *octets;
	size_t len;
	size_t cap;
	unsigned replies;
	redisReply *look; /* at the queue, behind them */
};

/* The first failure of a run is kept. */
void explorer_fail(struct explorer_world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints a line where steps are told. */
void explorer_tell(const struct explorer_world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));

void explorer_world_init(struct explorer_world *world, const struct explorer_scenario *scenario,
			 struct explorer_redis *redis, struct explorer_path *path, uint64_t number);
void explorer_world_fini(struct explorer_world *world);

/* Starts a worker. False where there are too many. */
bool explorer_world_start_worker(struct explorer_world *world);

/* The record of an entry key, or of an origin as text; NULL where the producer added no such thing. */
struct explorer_record *explorer_world_record(struct explorer_world *world, const struct entry_key *key);
struct explorer_record *explorer_world_origin(struct explorer_world *world, struct slice origin);

/* True where something that was added withdraws it. */
bool explorer_world_is_withdrawn(const struct explorer_world *world, const struct explorer_record *record);

/* Commands of a step: begin one, add to it (command_… on world->command), end it. */
void explorer_begin(struct explorer_world *world, const char *word);
void explorer_begin_script(struct explorer_world *world, enum script script, unsigned keys);
void explorer_end(struct explorer_world *world);
void explorer_put_key(struct explorer_world *world, const char *name);
void explorer_put_generation(struct explorer_world *world, const char *name, unsigned age);
void explorer_put_lanes(struct explorer_world *world);
/* An entry id as the queue has it, behind before (“(” or nothing). */
void explorer_put_id(struct explorer_world *world, const char *before, const struct entry_key *key);

/* Text of a reply's element; absent where there is none. */
struct slice explorer_text(const redisReply *reply);
struct slice explorer_text_at(const redisReply *reply, size_t index);
const redisReply *explorer_at(const redisReply *reply, size_t index);
