/* SPDX-License-Identifier: Apache-2.0 */
/* A file of a time zone, whatever it holds: what is taken has its spans in order, and offsets that clocks can have. */
#include "app/zone_file.h"
#include "base/check.h"
#include "base/civil.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);
int __wrap_open(const char *path, int flags, ...);

#define NOW INT64_C(1800000000000)

static struct slice file;

int __wrap_open(const char *path, int flags, ...)
{
	(void)flags;
	CHECK(strcmp(path, "/usr/share/zoneinfo/Some/Where") == 0);
	int fd = memfd_create("zone", MFD_CLOEXEC);
	CHECK(fd >= 0 && (file.len == 0 || pwrite(fd, file.at, file.len, 0) == (ssize_t)file.len));
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct zone zone = { .span_count = 0 };
	struct err_at at = { .err = ERR_OK };
	file = (struct slice){ (const char *)octets, len };
	enum err err = zone_file_load("Some/Where", NOW, &zone, &at);
	CHECK(err == at.err);
	if (err != ERR_OK) {
		CHECK(at.text[0] != '\0');
		return 0;
	}
	CHECK(zone.span_count >= 1 && zone.span_count <= ZONE_SPANS_MAX);
	for (unsigned i = 0; i < zone.span_count; i++)
		CHECK(zone.spans[i].offset_s > -26 * 3600 && zone.spans[i].offset_s < 26 * 3600);
	for (unsigned i = 1; i < zone.span_count; i++)
		CHECK(zone.spans[i].from > zone.spans[i - 1].from);
	wall_ms change = zone_next_change(&zone, NOW);
	CHECK(change > NOW && zone_next_day(&zone, NOW) > NOW);
	CHECK(zone_date(&zone, NOW) >= 20270101 && zone_date(&zone, NOW) <= 20271231);
	return 0;
}
