/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

/* The value of a line “name:value” of what INFO answers; empty where there is none. Borrowed from text. */
struct slice redis_info_find(struct slice text, const char *name);
