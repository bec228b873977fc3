/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Whoever started this process and wants to know how it fares: systemd, or what speaks as it does. It is told in datagrams of
 * lines “NAME=VALUE” on the socket that it named (sd_notify(3)). */
struct supervisor {
	int fd; /* -1 = there is none */
	struct sockaddr_un address;
	socklen_t address_len;
	mono_us watchdog_us; /* it wants to hear WATCHDOG=1 at least so often; 0 = it does not */
};

/* Reads what the supervisor says in the environment: socket_name is NOTIFY_SOCKET, a path or “@” with an abstract name;
 * watchdog is WATCHDOG_USEC, and holds for the process of watchdog_pid (WATCHDOG_PID) alone. Each may be NULL, and what is no
 * such thing counts as not there. */
void supervisor_open(struct supervisor *supervisor, const char *socket_name, const char *watchdog,
		     const char *watchdog_pid);

/* Nothing is told any more. Legal once after supervisor_open. */
void supervisor_close(struct supervisor *supervisor);

/* True where somebody listens. */
bool supervisor_is_there(const struct supervisor *supervisor);

/* Tells him lines, without waiting. False where they could not be handed over now, or there is none. */
bool supervisor_tell(const struct supervisor *supervisor, const char *lines);
