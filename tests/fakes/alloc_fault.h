/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Watches malloc, calloc and realloc of the watched code only: a test turns the watch on around the code under test,
 * fakes turn it off inside their own. Per thread. Linking this replaces the program's malloc; under a sanitizer, whose
 * malloc it is then, allocations are counted but can't be made to fail. */

/* Turns the watch on or off. Returns what it was. */
bool alloc_fault_watch(bool is_on);

/* Allocations made while watched, since the start of the thread. */
uint64_t alloc_fault_count(void);

/* The watched allocation number `nth` from now (from 1) and the `repeat` ones after it fail; 0 = none does. False where
 * this build can't make them fail. */
bool alloc_fault_arm(uint64_t nth, uint64_t repeat);
