/* SPDX-License-Identifier: Apache-2.0 */

/* Host names. This program brings its own resolver, so that nothing is asked of the network: names under .test have the
 * addresses that the table says. */

#include "loop/tls.h"
#include "unit/loop/stream_pair.h"
#include "unit/loop/tls_authority.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct name {
	const char *name;
	const char *addresses[4];
} names[] = {
	{ "127.0.0.1", { "127.0.0.1" } },
	{ "one.test", { "127.0.0.1" } },
	/* Nobody listens on the first ones. */
	{ "refused-first.test", { "127.0.0.2", "127.0.0.3", "127.0.0.1" } },
	/* A connect to it fails in the call itself, as one does where there is no route to a family. */
	{ "unroutable-first.test", { "255.255.255.255", "127.0.0.1" } },
	{ "unroutable.test", { "255.255.255.255" } },
	{ "mixed.test", { "255.255.255.255", "127.0.0.2", "255.255.255.255", "127.0.0.1" } },
	{ "all-refused.test", { "127.0.0.2", "127.0.0.3" } },
	/* A connect to it has no answer, where a test says so. */
	{ "silent-first.test", { "127.0.0.4", "127.0.0.1" } },
	{ "silent-twice.test", { "127.0.0.4", "127.0.0.5", "127.0.0.1" } },
	{ "silent-then-refused.test", { "127.0.0.4", "127.0.0.2", "127.0.0.1" } },
	/* It answers, and hangs up at once. */
	{ "rude-first.test", { "127.0.0.6", "127.0.0.1" } },
};

static struct addrinfo *make(const char *text, const char *service)
{
	struct addrinfo *info = calloc(1, sizeof *info + sizeof(struct sockaddr_in));
	struct sockaddr_in *address = (struct sockaddr_in *)(void *)(info + 1);
	address->sin_family = AF_INET;
	address->sin_port = htons((uint16_t)strtoul(service, NULL, 10));
	inet_pton(AF_INET, text, &address->sin_addr);
	info->ai_family = AF_INET;
	info->ai_socktype = SOCK_STREAM;
	info->ai_addr = (struct sockaddr *)address;
	info->ai_addrlen = sizeof *address;
	return info;
}

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
	(void)hints;
	*out = NULL;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(host, names[i].name) != 0)
			continue;
		for (unsigned k = 4; k-- > 0;) {
			if (names[i].addresses[k] == NULL)
				continue;
			struct addrinfo *info = make(names[i].addresses[k], service);
			info->ai_next = *out;
			*out = info;
		}
		return 0;
	}
	return EAI_NONAME;
}

void freeaddrinfo(struct addrinfo *all)
{
	while (all != NULL) {
		struct addrinfo *next = all->ai_next;
		free(all);
		all = next;
	}
}

static struct stream_pair pair;

static bool has_come_to_something(struct stream_pair *at)
{
	return at->ended > 0 || (at->opened > 0 && at->peer >= 0);
}

Test(stream_names, each_address_is_tried)
{
	static const struct {
		const char *name;
		const char *want; /* NULL = it connects */
	} rows[] = {
		{ "one.test", NULL },
		{ "refused-first.test", NULL },
		{ "unroutable-first.test", NULL },
		{ "mixed.test", NULL },
		{ "all-refused.test", "connection refused" },
		{ "unroutable.test", "network is unreachable" },
		{ "no-such-host.test", "unknown node or service" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		stream_pair_open(&pair, PEER_TCP);
		snprintf(pair.address.host, sizeof pair.address.host, "%s", rows[i].name);
		for (unsigned again = 0; again < 2; again++) {
			pair.in_downcall = true;
			stream_connect(pair.stream);
			pair.in_downcall = false;
			stream_pair_run(&pair, rows[i].name, has_come_to_something);
			if (rows[i].want == NULL)
				break;
			cr_assert_eq(pair.ended, 1, "%s", rows[i].name);
			cr_assert_str_eq(pair.reason, rows[i].want, "%s", rows[i].name);
			cr_assert_eq(pair.opened, 0, "%s", rows[i].name);
			pair.ended = 0;
		}
		if (rows[i].want == NULL)
			cr_assert(pair.opened == 1 && pair.ended == 0, "%s: %s", rows[i].name, pair.reason);
		stream_pair_close(&pair);
	}
}

/* A listener whose queue is full: the kernel answers nobody any more, until that one is taken. */
struct silent {
	int listener;
	int filler;
};

static struct silent fall_silent(const char *host, uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	inet_pton(AF_INET, host, &address.sin_addr);
	struct silent silent = {
		.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
		.filler = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
	};
	cr_assert_eq(bind(silent.listener, (struct sockaddr *)&address, sizeof address), 0);
	cr_assert_eq(listen(silent.listener, 0), 0);
	cr_assert_eq(connect(silent.filler, (struct sockaddr *)&address, sizeof address), 0);
	return silent;
}

static void answer_again(const struct silent *silent)
{
	int taken = accept4(silent->listener, NULL, NULL, SOCK_CLOEXEC);
	cr_assert_geq(taken, 0);
	close(taken);
}

static void close_silent(const struct silent *silent)
{
	close(silent->listener);
	close(silent->filler);
}

static mono_us patience_end;

static bool has_opened_or_waited(struct stream_pair *at)
{
	return at->opened > 0 || loop_now(at->loop).mono >= patience_end;
}

/* As an owner does it: after a while it closes what does not open, and connects again. */
static void connect_patiently(const char *name)
{
	pair.opened = 0;
	for (unsigned i = 0; i < 60 && pair.opened == 0; i++) {
		stream_connect(pair.stream);
		patience_end = loop_now(pair.loop).mono + 50 * US_PER_MS;
		stream_pair_run(&pair, name, has_opened_or_waited);
		if (pair.opened > 0)
			break;
		pair.ended = 0;
		stream_close(pair.stream, true);
		stream_pair_run(&pair, name, stream_pair_has_ended);
	}
	cr_assert_eq(pair.opened, 1, "%s: no other address is tried", name);
}

Test(stream_names, behind_a_silent_address_others_are_tried)
{
	static const char *const rows[] = { "silent-first.test", "silent-twice.test", "silent-then-refused.test" };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		stream_pair_open(&pair, PEER_TCP);
		snprintf(pair.address.host, sizeof pair.address.host, "%s", rows[i]);
		struct silent first = fall_silent("127.0.0.4", pair.address.port);
		struct silent second = fall_silent("127.0.0.5", pair.address.port);
		connect_patiently(rows[i]);
		/* The one that answered is the first choice from now on. */
		pair.ended = pair.opened = 0;
		stream_close(pair.stream, false);
		stream_pair_run(&pair, rows[i], stream_pair_has_ended);
		stream_connect(pair.stream);
		stream_pair_run(&pair, rows[i], stream_pair_has_opened);
		/* Until it fails: then they are tried from the first on. */
		pair.ended = 0;
		stream_close(pair.stream, false);
		stream_pair_run(&pair, rows[i], stream_pair_has_ended);
		close(pair.listener);
		pair.listener = -1;
		pair.ended = 0;
		stream_connect(pair.stream);
		stream_pair_run(&pair, rows[i], stream_pair_has_ended);
		cr_assert_str_eq(pair.reason, "connection refused", "%s", rows[i]);
		answer_again(&first);
		connect_patiently(rows[i]);
		close_silent(&first);
		close_silent(&second);
		stream_pair_close(&pair);
	}
}

static bool always(struct stream_pair *at)
{
	(void)at;
	return true;
}

static int rude;

static void hang_up(struct stream_pair *at)
{
	(void)at;
	int taken = accept4(rude, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (taken >= 0)
		close(taken);
}

static bool is_taken(struct stream_pair *at)
{
	return at->peer >= 0;
}

/* A connection whose handshake fails could not be made either. */
Test(stream_names, behind_a_failed_handshake_others_are_tried)
{
	struct tls_authority authority;
	tls_authority_make(&authority);
	struct tls_options options = { .server_name = "rude-first.test",
				       .ca = tls_authority_pem(&authority, "ca.pem") };
	struct tls_context *context = tls_context_create(&options, NULL);
	cr_assert_not_null(context);
	stream_pair_open(&pair, PEER_TCP);
	snprintf(pair.address.host, sizeof pair.address.host, "rude-first.test");
	stream_use_tls(pair.stream, context);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(pair.address.port) };
	inet_pton(AF_INET, "127.0.0.6", &address.sin_addr);
	rude = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	cr_assert_eq(bind(rude, (struct sockaddr *)&address, sizeof address), 0);
	cr_assert_eq(listen(rude, 4), 0);
	pair.each_turn = hang_up;
	stream_connect(pair.stream);
	stream_pair_run(&pair, "the first hangs up", stream_pair_has_ended);
	cr_assert_lt(pair.peer, 0);
	pair.ended = 0;
	stream_connect(pair.stream);
	stream_pair_run(&pair, "the second", is_taken);
	close(pair.peer);
	pair.peer = -1;
	pair.ended = 0;
	stream_pair_run(&pair, "the second hangs up", stream_pair_has_ended);
	pair.ended = 0;
	stream_connect(pair.stream);
	stream_pair_run(&pair, "the first again", stream_pair_has_ended);
	cr_assert_lt(pair.peer, 0);
	close(rude);
	stream_pair_close(&pair);
	tls_context_destroy(context);
	tls_authority_remove(&authority);
}

/* Closed or destroyed while the name is being looked up. */
Test(stream_names, given_up_while_resolving)
{
	for (unsigned i = 0; i < 40; i++) {
		stream_pair_open(&pair, PEER_TCP);
		snprintf(pair.address.host, sizeof pair.address.host, "%s",
			 i % 4 < 2 ? "one.test" : "no-such-host.test");
		stream_connect(pair.stream);
		if (i % 2 == 0) {
			stream_close(pair.stream, false);
			stream_pair_run(&pair, "end", stream_pair_has_ended);
			cr_assert_str_eq(pair.reason, "closed by us");
			stream_pair_run(&pair, "a turn", always);
			cr_assert_eq(pair.ended, 1);
			cr_assert_eq(pair.opened, 0);
		}
		stream_pair_close(&pair);
	}
}
