/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/crumb.h"

/* The workers' crumbs (model/crumb.h) lie in the instance's lock file, mapped: what a process had in hand is there after
 * its end, however it ended, and for whoever gets the lock next. */

#define CRUMBS_MAX 64 /* workers */

struct crumbs {
	volatile struct crumb *places;      /* CRUMBS_MAX; NULL = there is no lock file */
	struct entry_key found[CRUMBS_MAX]; /* what the process before had in hand */
	unsigned found_count;
	bool is_handed_on;
};

/* Maps the file and looks what lies there: it stays until it is handed on, so that a start that fails forgets nothing. fd: of the locked file, or -1 for none; may be closed afterwards. False where the
 * file can't be made as large as it must be (errno tells). */
bool crumbs_open(struct crumbs *crumbs, int fd);

/* Clears the file: there is somebody now who tells what was found, and who lays crumbs. */
void crumbs_hand_on(struct crumbs *crumbs);

/* Clears what was handed on, and unmaps: this process ends well. */
void crumbs_close(struct crumbs *crumbs);
