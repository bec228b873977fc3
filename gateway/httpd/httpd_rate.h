/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

/* How often somebody may ask: for each key (an address) a bucket of tokens that fills steadily. The table has a fixed size: where two keys
 * meet in one place the newer one takes it over with a full bucket, unless the older one has asked within the last second; then they
 * share it. */

#define HTTPD_RATE_PLACES 1024

struct httpd_rate {
	unsigned per_s; /* tokens that come back; 0 = everybody may */
	unsigned burst; /* that a bucket holds */
	uint64_t salt;  /* so that nobody can choose whom he meets */
	struct httpd_rate_place {
		uint64_t key;
		mono_us at;      /* when it asked last; 0 = nobody has */
		int64_t left_us; /* tokens left, each 1 s / per_s */
	} places[HTTPD_RATE_PLACES];
};

/* Begins with full buckets. salt: random. */
void httpd_rate_init(struct httpd_rate *rate, unsigned per_s, unsigned burst, uint64_t salt);

/* Takes a token of key's bucket. False where there is none. */
bool httpd_rate_take(struct httpd_rate *rate, struct slice key, mono_us now);
