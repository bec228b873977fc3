/* SPDX-License-Identifier: Apache-2.0 */

/* The explorer walks through what may happen between the gateway's workers and Redis: the real scripts, on a real
 * redis-server, called by workers that do what the store and the pipeline do, one step after the other, and are killed at
 * every boundary. First all paths with few deviations, then many by seeds. */

#include "explorer/explorer_check.h"
#include "explorer/explorer_plants.h"
#include "explorer/explorer_run.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RUNS_OF_ONE_FLUSH 500
#define SEEDED_DEPTH      8
#define CASE_OCTETS       1024
#define PLANT_SEEDS       80

struct explorer {
	struct explorer_redis *redis;
	struct explorer_world world;
	struct explorer_path path;
	uint64_t number; /* of the run: each has keys of its own */
	uint64_t steps;
	uint64_t failures;
	char found[CASE_OCTETS + 32]; /* the case of the last failure */
	bool is_quiet;
};

struct asked {
	const char *scenario; /* names, separated by commas; NULL = all */
	uint64_t seed;
	uint64_t runs;
	unsigned depth;
	const char *replay;
	const char *plant;
	bool kills_redis;
};

static bool run_once(struct explorer *explorer, const struct explorer_scenario *scenario)
{
	if (explorer->number % RUNS_OF_ONE_FLUSH == 0)
		freeReplyObject(explorer_redis_call(explorer->redis, "FLUSHALL"));
	explorer_world_init(&explorer->world, scenario, explorer->redis, &explorer->path, explorer->number++);
	explorer_run(&explorer->world);
	explorer->steps += explorer->world.step;
	explorer_world_fini(&explorer->world);
	return explorer->world.failure[0] == '\0';
}

/* Tells the case, and once more with all its steps. */
static void report(struct explorer *explorer, const struct explorer_scenario *scenario)
{
	char text[CASE_OCTETS];
	char failure[sizeof explorer->world.failure];
	snprintf(failure, sizeof failure, "%s", explorer->world.failure);
	explorer->failures++;
	explorer_path_format(&explorer->path, text, sizeof text);
	snprintf(explorer->found, sizeof explorer->found, "%s:%s", scenario->name, text);
	if (explorer->is_quiet)
		return;
	fprintf(stderr, "explorer: %s\n  --replay %s:%s\n", failure, scenario->name, text);
	struct explorer_path kept = explorer->path;
	if (!explorer_path_parse(&explorer->path, text))
		return;
	explorer->world.is_told = true;
	if (run_once(explorer, scenario))
		fprintf(stderr, "explorer: it does not fail again\n");
	explorer->world.is_told = false;
	explorer->path = kept;
}

/* All paths with so many deviations. */
static bool walk(struct explorer *explorer, const struct explorer_scenario *scenario, unsigned depth)
{
	explorer_path_first(&explorer->path, depth);
	do {
		if (!run_once(explorer, scenario)) {
			report(explorer, scenario);
			return false;
		}
	} while (explorer_path_next(&explorer->path));
	return true;
}

static bool roam(struct explorer *explorer, const struct explorer_scenario *scenario, uint64_t seed, uint64_t runs)
{
	for (uint64_t i = 0; i < runs; i++) {
		explorer_path_seed(&explorer->path, seed + i, SEEDED_DEPTH);
		if (!run_once(explorer, scenario)) {
			if (!explorer->is_quiet)
				fprintf(stderr, "explorer: seed %llu\n", (unsigned long long)(seed + i));
			report(explorer, scenario);
			return false;
		}
	}
	return true;
}

/* asked: “basic,alone”. */
static bool is_asked(const struct asked *asked, const struct explorer_scenario *scenario)
{
	size_t len = strlen(scenario->name);
	const char *at = asked->scenario;
	while (at != NULL && (strncmp(at, scenario->name, len) != 0 || (at[len] != ',' && at[len] != '\0'))) {
		at = strchr(at, ',');
		at += at != NULL;
	}
	return asked->scenario == NULL || at != NULL;
}

static double now_s(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static bool explore(struct explorer *explorer, const struct asked *asked)
{
	unsigned count;
	const struct explorer_scenario *scenarios = explorer_scenarios(&count);
	bool is_good = true;
	for (unsigned i = 0; i < count; i++) {
		const struct explorer_scenario *scenario = &scenarios[i];
		if (!is_asked(asked, scenario))
			continue;
		double start = now_s();
		uint64_t first = explorer->number;
		explorer->steps = 0;
		if (asked->depth > 0 && !asked->kills_redis)
			is_good = walk(explorer, scenario, asked->depth) && is_good;
		uint64_t walked = explorer->number - first;
		is_good = roam(explorer, scenario, asked->seed, asked->runs) && is_good;
		double span = now_s() - start;
		uint64_t runs = explorer->number - first;
		printf("%-12s %6llu paths of depth %u, %5llu of seeds; %7llu steps, %.0f runs/s\n", scenario->name,
		       (unsigned long long)walked, asked->depth, (unsigned long long)(runs - walked),
		       (unsigned long long)explorer->steps, (double)runs / span);
		fflush(stdout);
	}
	return is_good;
}

/* The scenario of a case, whose choices become the path; NULL where it is none. */
static const struct explorer_scenario *read_case(struct explorer *explorer, const char *text)
{
	char name[32];
	size_t len = strcspn(text, ":");
	snprintf(name, sizeof name, "%.*s", (int)len, text);
	const struct explorer_scenario *scenario = explorer_scenario_find(name);
	bool is_case = text[len] == ':' && explorer_path_parse(&explorer->path, text + len + 1);
	return is_case ? scenario : NULL;
}

static bool replay(struct explorer *explorer, const char *text)
{
	const struct explorer_scenario *scenario = read_case(explorer, text);
	if (scenario == NULL) {
		fprintf(stderr, "explorer: “%s” is no case: SCENARIO:POINT=CHOICE,…\n", text);
		return false;
	}
	explorer->world.is_told = true;
	return run_once(explorer, scenario);
}

/* The search for a fault: few seeds, all paths of depth 1, many seeds. False where it was found. */
static bool search(struct explorer *explorer, const struct asked *asked, const struct explorer_scenario *scenario,
		   unsigned round)
{
	if (round == 1)
		return walk(explorer, scenario, 1);
	return roam(explorer, scenario, asked->seed + round * PLANT_SEEDS, round == 0 ? PLANT_SEEDS : asked->runs);
}

/* True where some scenario finds the fault. */
static bool is_caught(struct explorer *explorer, const struct asked *asked, const char *found_by)
{
	unsigned count;
	const struct explorer_scenario *scenarios = explorer_scenarios(&count);
	const struct explorer_scenario *known = found_by != NULL ? read_case(explorer, found_by) : NULL;
	if (known != NULL && !run_once(explorer, known)) {
		report(explorer, known);
		return true;
	}
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < count; i++) {
			if (is_asked(asked, &scenarios[i]) && !search(explorer, asked, &scenarios[i], round))
				return true;
		}
	}
	return false;
}

/* True where the fault is found, and nothing but the fault. */
static bool try_plant(struct explorer *explorer, const struct asked *asked, const struct explorer_plant *plant)
{
	uint64_t first = explorer->number;
	char failure[sizeof explorer->world.failure];
	if (!explorer_plant_load(plant, explorer->redis)) {
		printf("%-28s does not fit: %s.lua no longer has its text\n", plant->name,
		       script_sources[plant->script].name);
		return false;
	}
	bool caught = is_caught(explorer, asked, plant->found_by);
	snprintf(failure, sizeof failure, "%s", explorer->world.failure);
	explorer_redis_load_own(explorer->redis);
	if (!caught) {
		printf("%-28s NOT FOUND in %llu runs\n", plant->name, (unsigned long long)(explorer->number - first));
		return false;
	}
	printf("%-28s found after %llu runs: %s\n  --replay %s\n", plant->name,
	       (unsigned long long)(explorer->number - first), failure, explorer->found);
	const struct explorer_scenario *scenario = read_case(explorer, explorer->found);
	if (scenario != NULL && run_once(explorer, scenario))
		return true;
	printf("  but it fails without the fault, too: %s\n", explorer->world.failure);
	return false;
}

static bool try_plants(struct explorer *explorer, const struct asked *asked)
{
	unsigned count;
	unsigned tried = 0;
	unsigned missed = 0;
	const struct explorer_plant *plants = explorer_plants(&count);
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(asked->plant, "all") != 0 && strcmp(asked->plant, plants[i].name) != 0)
			continue;
		tried++;
		missed += !try_plant(explorer, asked, &plants[i]);
		fflush(stdout);
	}
	if (tried == 0)
		fprintf(stderr, "explorer: there is no plant “%s”\n", asked->plant);
	return tried > 0 && missed == 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: explorer [--scenario NAMES] [--depth N] [--seed N] [--runs N] [--redis-kills]\n"
			"       explorer --replay CASE [--plant NAME]\n"
			"       explorer --plant NAME|all [--scenario NAMES] [--runs N]\n");
	return 64;
}

static bool parse(int argc, char **argv, struct asked *asked)
{
	static const struct option options[] = {
		{ "scenario", required_argument, NULL, 's' }, { "seed", required_argument, NULL, 'S' },
		{ "runs", required_argument, NULL, 'r' },     { "depth", required_argument, NULL, 'd' },
		{ "replay", required_argument, NULL, 'c' },   { "plant", required_argument, NULL, 'p' },
		{ "redis-kills", no_argument, NULL, 'k' },    { NULL, 0, NULL, 0 },
	};
	int letter;
	while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (letter == 's')
			asked->scenario = optarg;
		else if (letter == 'S')
			asked->seed = strtoull(optarg, NULL, 10);
		else if (letter == 'r')
			asked->runs = strtoull(optarg, NULL, 10);
		else if (letter == 'd')
			asked->depth = (unsigned)strtoul(optarg, NULL, 10);
		else if (letter == 'c')
			asked->replay = optarg;
		else if (letter == 'p')
			asked->plant = optarg;
		else if (letter == 'k')
			asked->kills_redis = true;
		else
			return false;
	}
	return optind == argc;
}

static bool spoil(struct explorer *explorer, const char *name)
{
	unsigned count;
	const struct explorer_plant *plants = explorer_plants(&count);
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(plants[i].name, name) == 0)
			return explorer_plant_load(&plants[i], explorer->redis);
	}
	return false;
}

int main(int argc, char **argv)
{
	static struct explorer explorer;
	struct asked asked = { .seed = 1, .runs = 100, .depth = 1 };
	if (!parse(argc, argv, &asked))
		return usage();
	scripts_check();
	explorer.redis = explorer_redis_start(asked.kills_redis);
	explorer.world.check_sha = explorer_redis_load_check(explorer.redis, explorer_check_text);
	explorer.world.kills_redis = asked.kills_redis;
	explorer.is_quiet = asked.plant != NULL;
	bool is_good;
	if (asked.replay != NULL)
		is_good = (asked.plant == NULL || spoil(&explorer, asked.plant)) && replay(&explorer, asked.replay);
	else if (asked.plant != NULL)
		is_good = try_plants(&explorer, &asked);
	else
		is_good = explore(&explorer, &asked);
	explorer_redis_end(explorer.redis);
	command_fini(&explorer.world.command);
	free(explorer.world.octets);
	return is_good ? 0 : 1;
}
