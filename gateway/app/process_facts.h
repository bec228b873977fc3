/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "metrics/metrics.h"

/* What the system knows of this process, for /metrics. */

/* Writes it into a block, whose one writer the caller is. What can't be read is left as it was. */
void process_facts_fill(struct metrics *block);
