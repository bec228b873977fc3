/* SPDX-License-Identifier: Apache-2.0 */

/* sim_road --seed N --seeds K --steps M: runs K worlds from seed N on. Each has M steps of trouble, then heals and must
 * bring every alert to its end. With --small the worlds are many and small, and have trouble as long as alerts are added. A
 * failing seed is printed with the command that shows it again.
 *
 * sim_road --plants: plants each of the bugs of fakes/fake_plant.h, and must find it within so many small worlds. */

#include "sim/sim_run.h"

#include "base/check.h"
#include "base/number.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct options {
	struct sim_run_options run;
	uint64_t seed;
	uint64_t seeds;
	bool has_plants; /* all of them in turn */
	const char *states_path;
};

static struct options options = { .seed = 1, .seeds = 1, .run.steps = 3000 };
static uint64_t seed_under_way;

static size_t put_command(char *out, size_t cap)
{
	const struct sim_scale *scale = &options.run.scale;
	char steps[40] = " --small";
	if (!scale->is_small)
		snprintf(steps, sizeof steps, " --steps %llu", (unsigned long long)options.run.steps);
	int len = snprintf(out, cap, "sim_road: replay: sim_road --seed %llu --seeds 1%s%s%s --loud\n",
			   (unsigned long long)seed_under_way, steps, scale->plant ? " --plant " : "",
			   scale->plant ? fake_plant_name(scale->plant) : "");
	return (size_t)len;
}

static void on_abort(int number)
{
	(void)number;
	char text[200];
	size_t len = put_command(text, sizeof text);
	ssize_t written = write(STDERR_FILENO, text, len);
	_exit(written > 0 ? 134 : 135);
}

static bool parse_plant(const char *name)
{
	options.run.scale.plant = fake_plant_parse(slice_of(name));
	return options.run.scale.plant != PLANT_COUNT;
}

static bool parse(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		bool *flag = strcmp(argv[i], "--loud") == 0     ? &options.run.is_loud
			     : strcmp(argv[i], "--small") == 0  ? &options.run.scale.is_small
			     : strcmp(argv[i], "--plants") == 0 ? &options.has_plants
								: NULL;
		if (flag != NULL) {
			*flag = true;
			continue;
		}
		const char *key = argv[i];
		if (++i == argc)
			return false;
		uint64_t *number = strcmp(key, "--seed") == 0    ? &options.seed
				   : strcmp(key, "--seeds") == 0 ? &options.seeds
				   : strcmp(key, "--steps") == 0 ? &options.run.steps
								 : NULL;
		bool is_good = number != NULL                 ? number_parse(slice_of(argv[i]), UINT64_MAX, number)
			       : strcmp(key, "--plant") == 0  ? parse_plant(argv[i])
			       : strcmp(key, "--states") == 0 ? (options.states_path = argv[i]) != NULL
							      : false;
		if (!is_good)
			return false;
	}
	return true;
}

static int run_seeds(void)
{
	struct sim_run run;
	sim_run_init(&run, &options.run);
	if (options.states_path != NULL && !sim_run_load(&run, options.states_path)) {
		fprintf(stderr, "sim_road: %s.world or %s.worker can't be read as states visited\n",
			options.states_path, options.states_path);
		return 1;
	}
	for (uint64_t i = 0; i < options.seeds && run.sums.failed < 10; i++) {
		seed_under_way = options.seed + i;
		if (sim_run_seed(&run, seed_under_way))
			continue;
		char text[200];
		put_command(text, sizeof text);
		fputs(text, stderr);
	}
	sim_sums_print(&run.sums, &run.worlds, &run.workers);
	bool is_saved = options.states_path == NULL || sim_run_save(&run, options.states_path);
	if (!is_saved)
		perror("sim_road: states visited can't be saved");
	bool is_good = run.sums.failed == 0 && is_saved;
	sim_run_fini(&run);
	return is_good ? 0 : 1;
}

/* -- planted bugs -- */

/* In a process of its own: what is wrong may end it. */
static void look_for_plant(void)
{
	struct sim_run run;
	options.run.is_quiet = true;
	sim_run_init(&run, &options.run);
	for (uint64_t i = 0; i < options.seeds; i++) {
		if (sim_run_seed(&run, options.seed + i))
			continue;
		printf("sim_plants: %-26s found in run %llu: %s\n", fake_plant_name(options.run.scale.plant),
		       (unsigned long long)i + 1, run.failure);
		fflush(stdout);
		_exit(0);
	}
	printf("sim_plants: %-26s NOT FOUND in %llu runs\n", fake_plant_name(options.run.scale.plant),
	       (unsigned long long)options.seeds);
	fflush(stdout);
	_exit(1);
}

static int run_plants(void)
{
	bool are_found = true;
	options.run.scale.is_small = true;
	for (unsigned plant = PLANT_NONE + 1; plant < PLANT_COUNT; plant++) {
		options.run.scale.plant = (enum fake_plant)plant;
		fflush(stdout);
		pid_t child = fork();
		CHECK(child >= 0);
		if (child == 0)
			look_for_plant();
		int status;
		CHECK(waitpid(child, &status, 0) == child);
		are_found = are_found && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	}
	return are_found ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (!parse(argc, argv)) {
		fprintf(stderr,
			"usage: sim_road [--small] [--plant NAME | --plants] [--seed N] [--seeds K] [--steps M] "
			"[--states FILE] [--loud]\n");
		return 64;
	}
	signal(SIGABRT, on_abort);
	return options.has_plants ? run_plants() : run_seeds();
}
