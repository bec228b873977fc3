/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fd_need.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/resource.h>

static struct config config_of(struct config_account *accounts, unsigned count)
{
	return (struct config){ .accounts = accounts, .account_count = count };
}

Test(fd_need, grows_with_links_workers_and_addresses)
{
	static char host[] = "127.0.0.1";
	struct config_account accounts[] = {
		{ .protocol = CONFIG_PROTOCOL_SMPP, .binds = 40 },
		{ .protocol = CONFIG_PROTOCOL_HTTP, .http = { .connections = 100 } },
	};
	struct config config = config_of(accounts, 0);
	struct fd_need bare = fd_need_of(&config, 1);
	cr_expect(bare.least < bare.most);
	config.account_count = 2;
	struct fd_need both = fd_need_of(&config, 1);
	cr_expect_eq(both.least, bare.least + 40);
	cr_expect_eq(both.most, bare.most + 40 + 100);
	struct fd_need many = fd_need_of(&config, 4);
	cr_expect(many.least > both.least);
	config.callbacks.listen.host = host;
	cr_expect_eq(fd_need_of(&config, 4).most, many.most + 4 * 256);
	config.callbacks.listen.host = NULL;
	config.api.listen.host = host;
	cr_expect_eq(fd_need_of(&config, 4).most, many.most + 66);
	cr_expect_eq(fd_need_of(&config, 4).least, many.least);
}

Test(fd_need, is_held_against_the_limit)
{
	static const struct fd_need need = { .least = 100, .most = 400 };
	static const struct {
		uint64_t limit;
		enum fd_verdict want;
		const char *want_text;
	} rows[] = {
		{ UINT64_MAX, FD_ENOUGH, "" },
		{ 400, FD_ENOUGH, "" },
		{ 399, FD_SCARCE, "Raise the hard limit to 400 at least" },
		{ 100, FD_SCARCE, "may have 100 file descriptors" },
		{ 99, FD_TOO_FEW, "or configure fewer binds or workers" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[512];
		struct buf out = buf_over(text, sizeof text - 1);
		cr_expect_eq(fd_need_judge(&need, rows[i].limit, &out), rows[i].want, "row %zu", i);
		text[out.len] = '\0';
		cr_expect_not_null(strstr(text, rows[i].want_text), "row %zu: %s", i, text);
		cr_expect_eq(out.len == 0, rows[i].want == FD_ENOUGH);
	}
}

Test(fd_need, the_soft_limit_becomes_the_hard_one)
{
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	cr_assert(limit.rlim_max > 64);
	limit.rlim_cur = 64;
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	cr_expect_eq(fd_need_raise_limit(), limit.rlim_max == RLIM_INFINITY ? UINT64_MAX : (uint64_t)limit.rlim_max);
	struct rlimit after;
	getrlimit(RLIMIT_NOFILE, &after);
	cr_expect_eq(after.rlim_cur, limit.rlim_max);
}
