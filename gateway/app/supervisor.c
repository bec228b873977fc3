/* SPDX-License-Identifier: Apache-2.0 */
#include "app/supervisor.h"

#include "base/number.h"
#include "base/slice.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* A day: whoever wants to hear less often hears it so often. */
#define WATCHDOG_MAX ((mono_us)24 * 3600 * US_PER_S)

/* False where it is neither an absolute path nor an abstract name, or too long. */
static bool read_address(struct supervisor *supervisor, const char *name)
{
	size_t len = name != NULL ? strlen(name) : 0;
	if (len < 2 || (name[0] != '/' && name[0] != '@') || len >= sizeof supervisor->address.sun_path)
		return false;
	supervisor->address.sun_family = AF_UNIX;
	memcpy(supervisor->address.sun_path, name, len);
	/* An abstract name begins with a NUL and ends where the address does; a path ends with one. */
	if (name[0] == '@')
		supervisor->address.sun_path[0] = '\0';
	supervisor->address_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (name[0] == '/'));
	return true;
}

static mono_us read_watchdog(const char *watchdog, const char *pid)
{
	uint64_t whose = 0;
	uint64_t us = 0;
	if (pid != NULL && (!number_parse(slice_of(pid), INT32_MAX, &whose) || whose != (uint64_t)getpid()))
		return 0;
	if (watchdog == NULL || !number_parse(slice_of(watchdog), INT64_MAX, &us))
		return 0;
	return us > (uint64_t)WATCHDOG_MAX ? WATCHDOG_MAX : (mono_us)us;
}

void supervisor_open(struct supervisor *supervisor, const char *socket_name, const char *watchdog,
		     const char *watchdog_pid)
{
	*supervisor = (struct supervisor){ .fd = -1 };
	if (read_address(supervisor, socket_name))
		supervisor->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (supervisor->fd >= 0)
		supervisor->watchdog_us = read_watchdog(watchdog, watchdog_pid);
}

void supervisor_close(struct supervisor *supervisor)
{
	if (supervisor->fd >= 0)
		close(supervisor->fd);
	supervisor->fd = -1;
}

bool supervisor_is_there(const struct supervisor *supervisor)
{
	return supervisor->fd >= 0;
}

bool supervisor_tell(const struct supervisor *supervisor, const char *lines)
{
	return supervisor->fd >= 0 &&
	       sendto(supervisor->fd, lines, strlen(lines), MSG_NOSIGNAL, (const struct sockaddr *)&supervisor->address,
		      supervisor->address_len) == (ssize_t)strlen(lines);
}
