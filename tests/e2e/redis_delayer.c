/* SPDX-License-Identifier: Apache-2.0 */

/* Stands between the gateway and Redis, or two of Redis, on unix sockets or ports of 127.0.0.1, as a long line would: whatever is
 * said arrives so many milliseconds later, in both directions, however much is under way.
 *
 *   redis_delayer LISTEN SERVER MS */

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define LANES_MAX 32 /* two of a connection, one next to the other */
#define PIECE     16384

struct piece {
	struct piece *next;
	int64_t due_us;
	size_t len;
	char octets[PIECE];
};

static struct lane {
	int from, to; /* from: -1 = free */
	struct piece *first, **last;
} lanes[LANES_MAX];

static int64_t delay_us;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "redis_delayer: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t clock_us(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000000 + at.tv_nsec / 1000;
}

struct place {
	union {
		struct sockaddr_un path;
		struct sockaddr_in port;
		struct sockaddr any;
	} address;
	socklen_t len;
};

/* A socket for it. */
static int open_place(const char *name, struct place *place)
{
	bool is_path = name[0] == '/';
	*place = (struct place){ .len = is_path ? sizeof place->address.path : sizeof place->address.port };
	if (is_path) {
		place->address.path.sun_family = AF_UNIX;
		snprintf(place->address.path.sun_path, sizeof place->address.path.sun_path, "%s", name);
	} else {
		place->address.port.sin_family = AF_INET;
		place->address.port.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		place->address.port.sin_port = htons((uint16_t)strtoul(name, NULL, 10));
	}
	int fd = socket(place->address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("socket");
	return fd;
}

static void lane_open(struct lane *lane, int from, int to)
{
	*lane = (struct lane){ .from = from, .to = to };
	lane->last = &lane->first;
}

static void lane_empty(struct lane *lane)
{
	while (lane->first != NULL) {
		struct piece *piece = lane->first;
		lane->first = piece->next;
		free(piece);
	}
	lane->from = -1;
}

static void end_connection(unsigned index)
{
	struct lane *pair = &lanes[index & ~1u];
	close(pair[0].from);
	close(pair[0].to);
	lane_empty(&pair[0]);
	lane_empty(&pair[1]);
}

static void take_connection(int listener, const char *server_name)
{
	struct place place;
	int client = accept(listener, NULL, NULL);
	if (client < 0)
		return;
	int server = open_place(server_name, &place);
	unsigned at = 0;
	while (at < LANES_MAX && lanes[at].from >= 0)
		at += 2;
	if (at == LANES_MAX || connect(server, &place.address.any, place.len) != 0) {
		close(client);
		close(server);
		return;
	}
	lane_open(&lanes[at], client, server);
	lane_open(&lanes[at + 1], server, client);
}

/* False where the other end is gone. */
static bool take_piece(struct lane *lane)
{
	struct piece *piece = malloc(sizeof *piece);
	if (piece == NULL)
		die("malloc");
	ssize_t got = read(lane->from, piece->octets, sizeof piece->octets);
	if (got <= 0) {
		free(piece);
		return false;
	}
	piece->next = NULL;
	piece->len = (size_t)got;
	piece->due_us = clock_us() + delay_us;
	*lane->last = piece;
	lane->last = &piece->next;
	return true;
}

/* False where the other end is gone. */
static bool pass_pieces(struct lane *lane, int64_t now)
{
	while (lane->first != NULL && lane->first->due_us <= now) {
		struct piece *piece = lane->first;
		for (size_t at = 0; at < piece->len;) {
			ssize_t wrote = write(lane->to, piece->octets + at, piece->len - at);
			if (wrote <= 0)
				return false;
			at += (size_t)wrote;
		}
		lane->first = piece->next;
		if (lane->first == NULL)
			lane->last = &lane->first;
		free(piece);
	}
	return true;
}

/* Milliseconds until the next piece is due; -1 = none. */
static int wait_ms(int64_t now)
{
	int64_t least = -1;
	for (unsigned i = 0; i < LANES_MAX; i++) {
		if (lanes[i].from < 0 || lanes[i].first == NULL)
			continue;
		int64_t wait = lanes[i].first->due_us > now ? (lanes[i].first->due_us - now + 999) / 1000 : 0;
		least = least < 0 || wait < least ? wait : least;
	}
	return (int)least;
}

static void run(int listener, const char *server_name)
{
	struct pollfd ready[1 + LANES_MAX];
	ready[0] = (struct pollfd){ .fd = listener, .events = POLLIN };
	for (unsigned i = 0; i < LANES_MAX; i++)
		ready[1 + i] = (struct pollfd){ .fd = lanes[i].from, .events = POLLIN };
	if (poll(ready, 1 + LANES_MAX, wait_ms(clock_us())) < 0)
		die("poll");
	int64_t now = clock_us();
	for (unsigned i = 0; i < LANES_MAX; i++) {
		if (lanes[i].from < 0)
			continue;
		bool goes_on = ready[1 + i].revents == 0 || take_piece(&lanes[i]);
		if (!goes_on || !pass_pieces(&lanes[i], now))
			end_connection(i);
	}
	if (ready[0].revents)
		take_connection(listener, server_name);
}

int main(int argc, char *argv[])
{
	struct place place;
	if (argc != 4) {
		fprintf(stderr, "usage: redis_delayer LISTEN SERVER MS\n");
		return 64;
	}
	delay_us = strtoll(argv[3], NULL, 10) * 1000;
	for (unsigned i = 0; i < LANES_MAX; i++)
		lanes[i].from = -1;
	signal(SIGPIPE, SIG_IGN);
	int listener = open_place(argv[1], &place);
	if (bind(listener, &place.address.any, place.len) != 0 || listen(listener, 16) != 0)
		die(argv[1]);
	for (;;)
		run(listener, argv[2]);
}
