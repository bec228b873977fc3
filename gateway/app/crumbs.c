/* SPDX-License-Identifier: Apache-2.0 */
#include "app/crumbs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define OCTETS (CRUMBS_MAX * sizeof(struct crumb))

static void look(struct crumbs *crumbs, const volatile struct crumb *crumb)
{
	if (crumb->lane >= 1 && crumb->lane <= LANE_COUNT)
		crumbs->found[crumbs->found_count++] =
			(struct entry_key){ .ms = crumb->ms, .seq = crumb->seq, .lane = (enum lane)(crumb->lane - 1) };
}

static void clear(struct crumbs *crumbs)
{
	for (unsigned i = 0; i < CRUMBS_MAX && crumbs->places; i++)
		crumbs->places[i].lane = 0;
}

bool crumbs_open(struct crumbs *crumbs, int fd)
{
	*crumbs = (struct crumbs){ .places = NULL };
	if (fd < 0)
		return true;
	/* Not ftruncate: a hole in the file on a full disk would end us at the first crumb. */
	errno = posix_fallocate(fd, 0, OCTETS);
	if (errno != 0)
		return false;
	void *places = mmap(NULL, OCTETS, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (places == MAP_FAILED)
		return false;
	crumbs->places = places;
	for (unsigned i = 0; i < CRUMBS_MAX; i++)
		look(crumbs, &crumbs->places[i]);
	return true;
}

void crumbs_hand_on(struct crumbs *crumbs)
{
	clear(crumbs);
	crumbs->is_handed_on = true;
}

void crumbs_close(struct crumbs *crumbs)
{
	if (crumbs->places == NULL)
		return;
	if (crumbs->is_handed_on)
		clear(crumbs);
	munmap((void *)(uintptr_t)crumbs->places, OCTETS);
	crumbs->places = NULL;
}
