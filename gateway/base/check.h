/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* CHECK states what only a bug could make false. It stays on in release: a gateway that stops and is restarted loses
 * nothing (the queue remembers), one that goes on with a broken invariant may. */

/* Prints one line on stderr and aborts.
 * expression, file, line: what failed and where. Never returns. */
_Noreturn void check_failed(const char *expression, const char *file, int line);

#define CHECK(condition) ((condition) ? (void)0 : check_failed(#condition, __FILE__, __LINE__))
