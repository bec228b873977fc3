/* SPDX-License-Identifier: Apache-2.0 */
/* alert-load: the producer of demos, tests and benchmarks. Happy path: options, connection, alerts in batches (or one by
 * one at a given rate), summary. Any failure is said on stderr and ends the run with a status other than 0. */
#include "load_options.h"
#include "load_queue.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 64, EXIT_UNAVAILABLE = 69 };

#define BATCH_MAX 512

static int64_t clock_us(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void sleep_until(int64_t mono_us)
{
	struct timespec until = { .tv_sec = mono_us / 1000000, .tv_nsec = mono_us % 1000000 * 1000 };
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		continue;
}

struct run {
	const struct load_options *options;
	struct load_queue *queue;
	uint64_t lane_count[LOAD_LANE_COUNT];
	uint64_t octets;
	uint64_t done;
};

/* Makes the next alerts and sends them together. */
static bool send_some(struct run *run, uint64_t count)
{
	char json[LOAD_ALERT_CAP];
	enum load_lane lane;
	int64_t now_ms = clock_us(CLOCK_REALTIME) / 1000;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t number = run->options->first + run->done++;
		size_t len = load_alert_format(&run->options->plan, number, now_ms, json, &lane);
		load_queue_add(run->queue, lane, json, len);
		run->lane_count[lane]++;
		run->octets += len;
	}
	return load_queue_send(run->queue, clock_us(CLOCK_REALTIME));
}

static bool flat_out(struct run *run)
{
	while (run->done < run->options->alert_count) {
		uint64_t left = run->options->alert_count - run->done;
		if (!send_some(run, left < BATCH_MAX ? left : BATCH_MAX) ||
		    !load_queue_take(run->queue, LOAD_QUEUE_PENDING_MAX - BATCH_MAX))
			return false;
	}
	return load_queue_take(run->queue, 0);
}

/* One alert at each tick; those whose tick has passed while Redis answered go together. */
static bool paced(struct run *run)
{
	uint64_t rate = run->options->rate_per_s;
	int64_t start_us = clock_us(CLOCK_MONOTONIC);
	while (run->done < run->options->alert_count) {
		sleep_until(start_us + (int64_t)(run->done * 1000000 / rate));
		uint64_t due = (uint64_t)(clock_us(CLOCK_MONOTONIC) - start_us) * rate / 1000000 + 1;
		if (due > run->options->alert_count)
			due = run->options->alert_count;
		uint64_t count = due > run->done ? due - run->done : 1;
		if (!send_some(run, count < BATCH_MAX ? count : BATCH_MAX) || !load_queue_take(run->queue, 0))
			return false;
	}
	return true;
}

static int print_alerts(const struct load_options *options)
{
	char json[LOAD_ALERT_CAP];
	enum load_lane lane;
	for (uint64_t i = 0; i < options->alert_count; i++) {
		load_alert_format(&options->plan, options->first + i, clock_us(CLOCK_REALTIME) / 1000, json, &lane);
		puts(json);
	}
	return fflush(stdout) == 0 ? EXIT_OK : EXIT_FAILED;
}

static void summarise(const struct run *run, int64_t taken_us)
{
	double seconds = (double)taken_us / 1e6;
	printf("{\"alerts\":%" PRIu64 ",\"first\":%" PRIu64 ",\"urgent\":%" PRIu64 ",\"normal\":%" PRIu64
	       ",\"bulk\":%" PRIu64 ",\"octets\":%" PRIu64 ",\"seconds\":%.3f,\"rate\":%.0f}\n",
	       run->done, run->options->first, run->lane_count[LOAD_LANE_URGENT], run->lane_count[LOAD_LANE_NORMAL],
	       run->lane_count[LOAD_LANE_BULK], run->octets, seconds, seconds > 0 ? (double)run->done / seconds : 0.0);
}

int main(int argc, char **argv)
{
	static struct load_options options;
	enum load_options_result result = load_options_parse(argc, argv, &options);
	if (result != LOAD_OPTIONS_OK)
		return result == LOAD_OPTIONS_HELP ? EXIT_OK : EXIT_USAGE;
	if (options.is_print)
		return print_alerts(&options);
	FILE *produced = NULL;
	if (options.produced != NULL && (produced = fopen(options.produced, "we")) == NULL) {
		fprintf(stderr, "alert-load: cannot write %s: %s\n", options.produced, strerror(errno));
		return EXIT_FAILED;
	}
	struct run run = { .options = &options, .queue = load_queue_open(options.redis_url, produced) };
	if (run.queue == NULL)
		return EXIT_UNAVAILABLE;
	int64_t start_us = clock_us(CLOCK_MONOTONIC);
	bool is_ok = options.rate_per_s > 0 ? paced(&run) : flat_out(&run);
	if (is_ok)
		summarise(&run, clock_us(CLOCK_MONOTONIC) - start_us);
	load_queue_close(run.queue);
	if (produced != NULL && fclose(produced) != 0) {
		fprintf(stderr, "alert-load: cannot write %s: %s\n", options.produced, strerror(errno));
		is_ok = false;
	}
	return is_ok ? EXIT_OK : EXIT_FAILED;
}
