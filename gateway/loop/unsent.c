/* SPDX-License-Identifier: Apache-2.0 */

/* The kernel tells what it has not sent yet (SIOCOUTQNSD). On a connection that is over (the peer reset it, or retries
 * ran out) that is the last word. On one that still lives, and is about to be reset, more could leave between the question
 * and the reset; so it is asked only where nothing has left for a second: then it is not our own sending that is under way,
 * only the peer's acknowledgements (which a filter keeps out) or a timer could set more free, and a timer sends one segment
 * at a time, which is left out of the account. */

#include "loop/unsent.h"

#include <linux/filter.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define STANDSTILL_MS 1000

static size_t ask(int fd)
{
	int octets = 0;
	return ioctl(fd, SIOCOUTQNSD, &octets) == 0 && octets > 0 ? (size_t)octets : 0;
}

/* From now on the kernel drops whatever comes for this socket. */
static bool turn_deaf(int fd)
{
	struct sock_filter nothing = { .code = BPF_RET | BPF_K, .k = 0 };
	const struct sock_fprog program = { .len = 1, .filter = &nothing };
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

size_t unsent_octets(int fd, bool is_reset)
{
	struct tcp_info info;
	socklen_t len = sizeof info;
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
		return 0;
	if (info.tcpi_state == TCP_CLOSE)
		return ask(fd);
	if (!is_reset || info.tcpi_last_data_sent < STANDSTILL_MS || !turn_deaf(fd))
		return 0;
	size_t octets = ask(fd);
	return octets > info.tcpi_snd_mss ? octets - info.tcpi_snd_mss : 0;
}
