/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

/* A rate limit as a token bucket; one token is one segment. It starts empty but for one token, so that a start is no
 * burst, and holds at most a tenth of a second's worth (at least one), so that what was not used is soon lost. */
struct token_bucket {
	uint32_t rate_per_s;  /* 0 = unlimited */
	int64_t micro_tokens; /* millionths of a token; below 0 after a sms larger than the bucket */
	mono_us filled_at;
};

/* Starts a bucket. rate_per_s: 0–1,000,000. */
void token_bucket_init(struct token_bucket *bucket, uint32_t rate_per_s, mono_us now);

/* Whole tokens at hand; UINT32_MAX where unlimited. */
uint32_t token_bucket_level(struct token_bucket *bucket, mono_us now);

/* Takes tokens that level said are there. An sms of more segments than the bucket holds may be taken when the bucket is
 * full: it goes below zero and pays back before the next. */
void token_bucket_take(struct token_bucket *bucket, uint32_t count);

/* True where an sms of count segments may go now. */
bool token_bucket_admits(struct token_bucket *bucket, uint32_t count, mono_us now);

/* When the next count tokens will be there; INT64_MIN where they are. */
mono_us token_bucket_ready_at(const struct token_bucket *bucket, uint32_t count);
