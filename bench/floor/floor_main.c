/* SPDX-License-Identifier: Apache-2.0 */
/* floor: READ, submit_sm, answer, ACK, and nothing else. No JSON is parsed, no text is rendered, nothing is remembered:
 * what is left is what any gateway on these parts has to pay. The run ends when the stream is empty. */
#include "floor_link.h"
#include "floor_pdu.h"
#include "floor_queue.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define LINKS_MAX 64

struct options {
	const char *redis;
	const char *carrier;
	const char *stream;
	long carrier_pid; /* 0 = unknown */
	unsigned link_count;
	unsigned window;
	bool keeps_pending;
};

static double now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double own_cpu_us(void)
{
	struct rusage used;
	getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

/* utime and stime of another process, from its /proc/PID/stat. */
static double process_cpu_us(long pid)
{
	char path[64], line[1024];
	unsigned long user = 0, sys = 0;
	snprintf(path, sizeof path, "/proc/%ld/stat", pid);
	FILE *file = pid > 0 ? fopen(path, "re") : NULL;
	if (file == NULL)
		return 0;
	if (fgets(line, sizeof line, file) != NULL) {
		const char *after_name = strrchr(line, ')');
		if (after_name != NULL)
			sscanf(after_name + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &sys);
	}
	fclose(file);
	return (double)(user + sys) * 1e6 / (double)sysconf(_SC_CLK_TCK);
}

static int usage(const char *argument)
{
	fprintf(stderr,
		"floor: bad argument %s\nusage: floor --redis unix:/path|host:port --carrier HOST:PORT [--stream KEY] "
		"[--links 2] [--window 1000] [--pending no|yes] [--carrier-pid PID]\n",
		argument);
	return 64;
}

static int parse(int argc, char **argv, struct options *out)
{
	*out = (struct options){ .stream = "{hongyan}:alerts:normal", .link_count = 2, .window = 1000 };
	for (int i = 1; i < argc; i += 2) {
		const char *name = argv[i], *value = argv[i + 1];
		if (value == NULL)
			return usage(name);
		if (strcmp(name, "--redis") == 0)
			out->redis = value;
		else if (strcmp(name, "--carrier") == 0)
			out->carrier = value;
		else if (strcmp(name, "--stream") == 0)
			out->stream = value;
		else if (strcmp(name, "--links") == 0)
			out->link_count = (unsigned)strtoul(value, NULL, 10);
		else if (strcmp(name, "--pending") == 0)
			out->keeps_pending = strcmp(value, "yes") == 0;
		else if (strcmp(name, "--window") == 0)
			out->window = (unsigned)strtoul(value, NULL, 10);
		else if (strcmp(name, "--carrier-pid") == 0)
			out->carrier_pid = strtol(value, NULL, 10);
		else
			return usage(name);
	}
	if (out->link_count < 1 || out->link_count > LINKS_MAX || out->window < 1 || out->window > 4000)
		return usage("--links or --window");
	return out->redis != NULL && out->carrier != NULL ? 0 : usage("(--redis or --carrier is missing)");
}

/* Fills the windows, one link after the other. Returns the new count of messages. */
static uint32_t submit(struct floor_link *const *links, unsigned count, struct floor_queue *queue,
		       const struct floor_pdu *pdu, uint32_t message)
{
	for (unsigned i = 0; i < count; i++) {
		const struct floor_entry *entry = NULL;
		while (floor_link_room(links[i]) > 0 && (entry = floor_queue_next(queue)) != NULL)
			floor_link_submit(links[i], pdu, message++, entry);
		floor_link_send(links[i]);
	}
	return message;
}

/* Moves all entries; returns their number. */
static uint32_t move_all(struct floor_link *const *links, unsigned count, struct floor_queue *queue)
{
	struct pollfd fds[LINKS_MAX + 1];
	struct floor_pdu pdu;
	uint32_t messages = 0;
	floor_pdu_submit(&pdu);
	for (unsigned i = 0; i < count; i++)
		fds[i] = (struct pollfd){ .fd = floor_link_fd(links[i]), .events = POLLIN };
	fds[count] = (struct pollfd){ .fd = floor_queue_fd(queue), .events = POLLIN };
	for (;;) {
		uint32_t in_flight = 0;
		for (unsigned i = 0; i < count; i++)
			in_flight += floor_link_in_flight(links[i]);
		floor_queue_send(queue, in_flight == 0);
		if (floor_queue_is_done(queue))
			return messages;
		poll(fds, count + 1, -1);
		for (unsigned i = 0; i < count; i++) {
			if (fds[i].revents != 0)
				floor_link_receive(links[i], queue);
		}
		if (fds[count].revents != 0)
			floor_queue_receive(queue);
		messages = submit(links, count, queue, &pdu, messages);
	}
}

int main(int argc, char **argv)
{
	struct options options;
	struct floor_link *links[LINKS_MAX];
	int status = parse(argc, argv, &options);
	if (status != 0)
		return status;
	struct floor_queue *queue = floor_queue_open(options.redis, options.stream, options.keeps_pending);
	for (unsigned i = 0; i < options.link_count; i++)
		links[i] = floor_link_open(options.carrier, options.window);
	double redis_us = floor_queue_server_cpu_us(queue), carrier_us = process_cpu_us(options.carrier_pid);
	double own_us = own_cpu_us(), start_us = now_us();
	uint32_t messages = move_all(links, options.link_count, queue);
	double taken_us = now_us() - start_us;
	own_us = own_cpu_us() - own_us;
	carrier_us = process_cpu_us(options.carrier_pid) - carrier_us;
	redis_us = floor_queue_server_cpu_us(queue) - redis_us;
	double each = messages > 0 ? messages : 1;
	printf("{\"messages\":%u,\"seconds\":%.3f,\"rate\":%.0f,\"redis_us\":%.2f,\"floor_us\":%.2f,\"carrier_us\":%."
	       "2f}\n",
	       messages, taken_us / 1e6, messages / taken_us * 1e6, redis_us / each, own_us / each, carrier_us / each);
	for (unsigned i = 0; i < options.link_count; i++)
		floor_link_close(links[i]);
	floor_queue_close(queue);
	return 0;
}
