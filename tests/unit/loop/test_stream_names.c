/* SPDX-License-Identifier: Apache-2.0 */

/* Host names. This program brings its own resolver, so that nothing is asked of the network: names under .test have the
 * addresses that the table says. */

#include "unit/loop/stream_pair.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>

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

static bool always(struct stream_pair *at)
{
	(void)at;
	return true;
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
