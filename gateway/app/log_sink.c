/* SPDX-License-Identifier: Apache-2.0 */
#include "app/log_sink.h"

#include <poll.h>
#include <time.h>
#include <unistd.h>

static void write_line(void *ctx, enum log_level level, struct slice line)
{
	struct log_sink *sink = ctx;
	(void)level;
	/* A line is shorter than PIPE_BUF, so that a pipe which polls writable takes it whole. */
	struct pollfd poll_fd = { .fd = STDERR_FILENO, .events = POLLOUT };
	if (poll(&poll_fd, 1, 0) != 1 || (poll_fd.revents & POLLOUT) == 0 ||
	    write(STDERR_FILENO, line.at, line.len) != (ssize_t)line.len)
		atomic_fetch_add_explicit(&sink->lost, 1, memory_order_relaxed);
}

static struct now read_clock(void *ctx)
{
	(void)ctx;
	struct timespec wall;
	struct timespec mono;
	clock_gettime(CLOCK_REALTIME, &wall);
	clock_gettime(CLOCK_BOOTTIME, &mono);
	return (struct now){
		.mono = (mono_us)mono.tv_sec * US_PER_S + mono.tv_nsec / 1000,
		.wall = (wall_ms)wall.tv_sec * MS_PER_S + wall.tv_nsec / 1000000,
	};
}

void log_sink_init(struct log_sink *sink, enum log_level least)
{
	sink->log = (struct log){ .least = least, .write = write_line, .ctx = sink, .now = read_clock };
	atomic_init(&sink->lost, 0);
}
