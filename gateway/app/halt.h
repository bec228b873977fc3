/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* How a thread of its own rests between two looks, and is called off while it does. */
struct halt {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool is_called;
};

void halt_init(struct halt *halt);
void halt_fini(struct halt *halt);

/* Waits so many milliseconds by the monotonic clock, or until it is called off. Returns false then; with 0 it only says so. */
bool halt_rest(struct halt *halt, int64_t ms);

/* Calls it off, from any thread. */
void halt_call(struct halt *halt);
