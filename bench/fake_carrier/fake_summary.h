/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The one JSON object at the end of a run. */

#include <stdbool.h>

#include "fake_ledger.h"
#include "fake_server.h"

/* What the process used; take it before the record is made, so that it tells of the run alone. */
struct fake_usage {
  double cpu_user_s;
  double cpu_sys_s;
  double rss_mib;
};

/* Read it from the kernel. */
struct fake_usage fake_summary_usage(void);

/* Print the summary of a run on stdout, and to `path` unless that is NULL. `ledger` may be NULL: nothing was recorded. False, with
 * a line on stderr, if the file cannot be written. */
bool fake_summary_print(const struct fake_server *server, const struct fake_ledger *ledger, const struct fake_usage *usage,
                        const char *path);

/* The same for --decode: only what a spool can tell. */
bool fake_summary_print_ledger(const struct fake_ledger *ledger, const char *path);
