/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "world.h"

#include <jansson.h>

/* A carrier's SMSC: the fake carrier as a process of its own, steered by its control lines, with its record afterwards. */

struct smsc {
	struct process process;
	uint16_t port;
	char line[4096]; /* what came of the answer under way */
	size_t line_len;
	json_t *record;    /* after smsc_finish: all messages as they were received, in order */
	json_t *by_number; /* number -> array of its messages */
	json_t *summary;
};

#define SMSC_OPTIONS_MAX 32

/* Starts it with options as the program has them (NULL-terminated), and waits until it listens. port: 0 = any. */
void smsc_start(struct smsc *smsc, const char *name, uint16_t port, const char *const options[]);

/* A control line; fails where it is refused. */
void smsc_tell(struct smsc *smsc, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* One counter of its “stats”. */
long long smsc_count(struct smsc *smsc, const char *name);

/* Ends it and reads its record. */
void smsc_finish(struct smsc *smsc);

/* After smsc_finish: how often a message went to that number (in international form, no “+”), and the message that went
 * there first; fails where none did. */
size_t smsc_copies(const struct smsc *smsc, const char *number);
const json_t *smsc_message(const struct smsc *smsc, const char *number);

/* A number of the summary. */
long long smsc_total(const struct smsc *smsc, const char *name);

/* Frees what smsc_finish has read. */
void smsc_fini(struct smsc *smsc);
