/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Watches malloc, calloc, realloc, aligned_alloc and free of the watched code only: a test turns the watch on around the code under
 * test, fakes turn it off inside their own. Per thread. Linking this replaces the program's malloc, also for its libraries; what is
 * not made to fail goes on to glibc, or to a sanitizer that is linked as a shared library. */

/* Turns the watch on or off. Returns what it was. */
bool alloc_fault_watch(bool is_on);

/* Allocations made while watched, since the start of the thread. */
uint64_t alloc_fault_count(void);

/* Allocations that were made while watched, and that nobody has freed, watched or not, whichever the thread. */
uint64_t alloc_fault_live(void);

/* The count at which the latest of these was made; 0 = there is none. */
uint64_t alloc_fault_latest(void);

/* The watched allocation number `nth` from now (from 1) and the `repeat` ones after it fail; 0 = none does. False where
 * this build can't make them fail. */
bool alloc_fault_arm(uint64_t nth, uint64_t repeat);

/* What a shared library allocates never fails, for one that ends the process itself where it gets no memory. library: a part of its
 * file's name, static; NULL = none is spared. */
void alloc_fault_spare(const char *library);

/* From now on each allocation that is made to fail writes on stderr where. */
void alloc_fault_tell(void);
