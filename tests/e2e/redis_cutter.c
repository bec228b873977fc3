/* SPDX-License-Identifier: Apache-2.0 */

/* Stands between the gateway and Redis on unix sockets and cuts connections in the middle of what Redis says: all that the
 * gateway writes still gets through and has its effect, but of the answers only so many octets arrive. After so many cuts
 * it lets everything through.
 *
 *   redis_cutter LISTEN SERVER SEED CUTS ANSWERS     each connection is cut within one of its first ANSWERS answers */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PAIRS_MAX 16

static struct pair {
	int client; /* -1 = free */
	int server;
	bool is_limited;
	uint64_t left; /* answers that still get through whole; of the next one a part does */
} pairs[PAIRS_MAX];

static uint64_t random_state;
static unsigned cuts_left;
static uint64_t answers_most;

/* splitmix64 */
static uint64_t draw(uint64_t below)
{
	uint64_t z = random_state += UINT64_C(0x9E3779B97F4A7C15);
	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return (z ^ z >> 31) % below;
}

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "redis_cutter: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int unix_socket(const char *path, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(address->sun_path, sizeof address->sun_path, "%s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("socket");
	return fd;
}

static void end_pair(struct pair *pair)
{
	close(pair->client);
	close(pair->server);
	pair->client = -1;
}

static void take_connection(int listener, const char *server_path)
{
	struct sockaddr_un address;
	int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (client < 0)
		return;
	int server = unix_socket(server_path, &address);
	struct pair *pair = pairs;
	while (pair < pairs + PAIRS_MAX && pair->client >= 0)
		pair++;
	if (pair == pairs + PAIRS_MAX || connect(server, (struct sockaddr *)&address, sizeof address) != 0) {
		close(client);
		close(server);
		return;
	}
	*pair = (struct pair){ .client = client, .server = server, .is_limited = cuts_left > 0 };
	pair->left = draw(answers_most);
}

/* False where the other end is gone. */
static bool pass_on(int from, int to, uint64_t most)
{
	static char room[65536];
	ssize_t got = read(from, room, most < sizeof room ? (size_t)most : sizeof room);
	for (ssize_t at = 0; at < got;) {
		ssize_t wrote = write(to, room + at, (size_t)(got - at));
		if (wrote <= 0)
			return false;
		at += wrote;
	}
	return got > 0;
}

/* What comes in one piece counts as one answer: small ones that come together are cut together. */
static void pass_answer(struct pair *pair)
{
	static char room[65536];
	pair->is_limited = pair->is_limited && cuts_left > 0;
	if (!pair->is_limited || pair->left-- > 0) {
		if (!pass_on(pair->server, pair->client, UINT64_MAX))
			end_pair(pair);
		return;
	}
	ssize_t there = recv(pair->server, room, sizeof room, MSG_PEEK);
	uint64_t part = there > 0 ? draw((uint64_t)there) : 0;
	if (part > 0)
		pass_on(pair->server, pair->client, part);
	end_pair(pair);
	if (there > 0)
		fprintf(stderr, "%u cuts left\n", --cuts_left);
}

static void run(int listener, const char *server_path)
{
	struct pollfd ready[1 + 2 * PAIRS_MAX];
	ready[0] = (struct pollfd){ .fd = listener, .events = POLLIN };
	for (unsigned i = 0; i < PAIRS_MAX; i++) {
		ready[1 + 2 * i] = (struct pollfd){ .fd = pairs[i].client, .events = POLLIN };
		ready[2 + 2 * i] =
			(struct pollfd){ .fd = pairs[i].client < 0 ? -1 : pairs[i].server, .events = POLLIN };
	}
	if (poll(ready, 1 + 2 * PAIRS_MAX, -1) < 0)
		die("poll");
	for (unsigned i = 0; i < PAIRS_MAX; i++) {
		if (ready[1 + 2 * i].revents && !pass_on(pairs[i].client, pairs[i].server, UINT64_MAX))
			end_pair(&pairs[i]);
		else if (ready[2 + 2 * i].revents)
			pass_answer(&pairs[i]);
	}
	if (ready[0].revents)
		take_connection(listener, server_path);
}

int main(int argc, char *argv[])
{
	struct sockaddr_un address;
	if (argc != 6) {
		fprintf(stderr, "usage: redis_cutter LISTEN SERVER SEED CUTS ANSWERS\n");
		return 64;
	}
	random_state = strtoull(argv[3], NULL, 10);
	cuts_left = (unsigned)strtoul(argv[4], NULL, 10);
	answers_most = strtoull(argv[5], NULL, 10);
	for (unsigned i = 0; i < PAIRS_MAX; i++)
		pairs[i].client = -1;
	signal(SIGPIPE, SIG_IGN);
	int listener = unix_socket(argv[1], &address);
	if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 16) != 0)
		die(argv[1]);
	for (;;)
		run(listener, argv[2]);
}
