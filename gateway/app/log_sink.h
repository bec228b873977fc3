/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/log.h"

#include <stdatomic.h>

/* Log lines go to standard error, each with one write. A reader that does not keep up must never stop a worker: a line
 * that cannot be written now is dropped and counted. */
struct log_sink {
	struct log log; /* hand this to rooms; ctx is the sink */
	_Atomic uint64_t lost;
};

/* Starts a sink for lines of at least that level. */
void log_sink_init(struct log_sink *sink, enum log_level least);
