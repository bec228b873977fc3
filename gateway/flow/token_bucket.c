/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/token_bucket.h"

#define TOKEN 1000000 /* micro-tokens */

static int64_t room(const struct token_bucket *bucket)
{
	int64_t tenth = (int64_t)bucket->rate_per_s * TOKEN / 10;
	return tenth > TOKEN ? tenth : TOKEN;
}

void token_bucket_init(struct token_bucket *bucket, uint32_t rate_per_s, mono_us now)
{
	*bucket = (struct token_bucket){ .rate_per_s = rate_per_s, .micro_tokens = TOKEN, .filled_at = now };
}

/* rate per second × microseconds is micro-tokens, without rounding. */
static void fill(struct token_bucket *bucket, mono_us now)
{
	int64_t elapsed = now - bucket->filled_at;
	if (elapsed <= 0)
		return;
	bucket->filled_at = now;
	int64_t room_left = room(bucket) - bucket->micro_tokens;
	if (elapsed > room_left / (int64_t)bucket->rate_per_s)
		bucket->micro_tokens = room(bucket);
	else
		bucket->micro_tokens += elapsed * bucket->rate_per_s;
}

uint32_t token_bucket_level(struct token_bucket *bucket, mono_us now)
{
	if (bucket->rate_per_s == 0)
		return UINT32_MAX;
	fill(bucket, now);
	return bucket->micro_tokens < TOKEN ? 0 : (uint32_t)(bucket->micro_tokens / TOKEN);
}

void token_bucket_take(struct token_bucket *bucket, uint32_t count)
{
	if (bucket->rate_per_s != 0)
		bucket->micro_tokens -= (int64_t)count * TOKEN;
}

/* What the bucket must hold for count tokens: all of them, or all that it can ever hold. */
static int64_t needed(const struct token_bucket *bucket, uint32_t count)
{
	int64_t wanted = (int64_t)count * TOKEN;
	return wanted < room(bucket) ? wanted : room(bucket);
}

bool token_bucket_admits(struct token_bucket *bucket, uint32_t count, mono_us now)
{
	if (bucket->rate_per_s == 0)
		return true;
	fill(bucket, now);
	return bucket->micro_tokens >= needed(bucket, count);
}

mono_us token_bucket_ready_at(const struct token_bucket *bucket, uint32_t count)
{
	if (bucket->rate_per_s == 0)
		return INT64_MIN;
	int64_t missing = needed(bucket, count) - bucket->micro_tokens;
	if (missing <= 0)
		return INT64_MIN;
	return bucket->filled_at + (missing + bucket->rate_per_s - 1) / bucket->rate_per_s;
}
