/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fd_need.h"

#include "api/api.h"
#include "app/callbacks.h"
#include "httpd/httpd.h"

#include <inttypes.h>
#include <sys/resource.h>

/* Counted on Linux with libuv 1.44 and libmicrohttpd 0.9, with room for what a later version takes more. */
#define PROCESS_FDS 24 /* standard streams, lock, main loop, signals, admin address, and a file read in passing */
#define WORKER_FDS  13 /* its loop, curl's, Redis, a Sentinel, and the address of callbacks */

struct fd_need fd_need_of(const struct config *config, unsigned worker_count)
{
	struct fd_need need = { .least = PROCESS_FDS + (uint64_t)worker_count * WORKER_FDS };
	uint64_t over_http = HTTPD_CONNECTIONS_DEFAULT;
	for (unsigned i = 0; i < config->account_count; i++) {
		const struct config_account *account = &config->accounts[i];
		if (account->protocol == CONFIG_PROTOCOL_HTTP)
			over_http += config_account_links(account);
		else
			need.least += config_account_links(account);
	}
	if (config->api.listen.host != NULL)
		over_http += API_CONNECTIONS_MAX + 2; /* its listener, and its connection to Redis */
	if (config->callbacks.listen.host != NULL)
		over_http += (uint64_t)worker_count * CALLBACKS_CONNECTIONS_MAX;
	need.most = need.least + over_http;
	return need;
}

uint64_t fd_need_raise_limit(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return UINT64_MAX;
	rlim_t before = limit.rlim_cur;
	limit.rlim_cur = limit.rlim_max;
	if (before < limit.rlim_max && setrlimit(RLIMIT_NOFILE, &limit) != 0)
		limit.rlim_cur = before;
	return limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : (uint64_t)limit.rlim_cur;
}

enum fd_verdict fd_need_judge(const struct fd_need *need, uint64_t limit, struct buf *out)
{
	if (limit >= need->most)
		return FD_ENOUGH;
	bool is_enough_for_links = limit >= need->least;
	buf_put_format(out,
		       "this process may have %" PRIu64 " file descriptors; this configuration needs %" PRIu64
		       " for its links, and %" PRIu64
		       " when all connections over HTTP are in use. Raise the hard limit to %" PRIu64
		       " at least (systemd: LimitNOFILE=, a container: --ulimit nofile=, a shell: ulimit -Hn)%s",
		       limit, need->least, need->most, need->most,
		       is_enough_for_links ? "" : ", or configure fewer binds or workers");
	return is_enough_for_links ? FD_SCARCE : FD_TOO_FEW;
}
