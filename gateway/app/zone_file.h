/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/civil.h"
#include "base/err.h"

/* Loads the offsets of a time zone (“Asia/Shanghai”) from the system's zone files (RFC 8536), from a year before now
 * on. out: set on success only. ERR_NOT_FOUND there is no such zone; ERR_FORMAT its file is broken; ERR_UNSUPPORTED
 * its rules for the coming years are not in its table; at->text is the end of a sentence. */
MUST_CHECK enum err zone_file_load(const char *name, wall_ms now, struct zone *out, struct err_at *at);
