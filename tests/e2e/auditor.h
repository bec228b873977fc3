/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "smsc.h"

/* “hongyan audit” over a scenario: what was added to the queue, what the carriers recorded, what Redis tells. */

#define AUDITOR_CARRIERS_MAX 8

struct auditor {
	char produced[WORLD_PATH_OCTETS];
	char carriers[AUDITOR_CARRIERS_MAX * WORLD_PATH_OCTETS]; /* with commas between them */
};

/* The file of producers, of the books' load: alerts 0 … count − 1, with the text that each must bring. */
void auditor_open_load(struct auditor *auditor, unsigned count);

/* The file of producers, of all that lies on the three lanes now: to be asked before a gateway reads it. */
void auditor_open_queue(struct auditor *auditor);

/* The file of producers, empty at first; and an alert more in it, with the text that it must bring. */
void auditor_open(struct auditor *auditor);
void auditor_add_alert(const struct auditor *auditor, json_t *alert, const char *text);

/* The record of a carrier that has ended, or of one that was killed. */
void auditor_add_carrier(struct auditor *auditor, const struct smsc *smsc);
void auditor_add_killed(struct auditor *auditor, const struct smsc *smsc);

/* Another file of that kind, of the world's folder. */
void auditor_add_file(struct auditor *auditor, const char *name);

/* Runs it with --json and these options behind (NULL-terminated), and fails where its exit status is another. Returns its
 * report, to be freed; NULL where it gave none. */
json_t *auditor_run(const struct auditor *auditor, int want_status, const char *const options[]);

/* A count of the report. */
long long auditor_count(const json_t *report, const char *name);

/* The whole check of a load that is settled: nothing is wrong, and so many messages were sent again. */
void auditor_check_load(const struct smsc *smsc, unsigned count, unsigned again);
