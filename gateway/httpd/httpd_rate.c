/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/httpd_rate.h"

#include "base/check.h"

void httpd_rate_init(struct httpd_rate *rate, unsigned per_s, unsigned burst, uint64_t salt)
{
	CHECK(burst > 0);
	*rate = (struct httpd_rate){ .per_s = per_s, .burst = burst, .salt = salt };
}

/* FNV-1a, begun with the salt and mixed at the end. */
static uint64_t hash_of(const struct httpd_rate *rate, struct slice key)
{
	uint64_t hash = 14695981039346656037u ^ rate->salt;
	for (size_t i = 0; i < key.len; i++)
		hash = (hash ^ (unsigned char)key.at[i]) * 1099511628211u;
	hash ^= hash >> 31;
	hash *= 0x9E3779B97F4A7C15u;
	return hash ^ (hash >> 29);
}

bool httpd_rate_take(struct httpd_rate *rate, struct slice key, mono_us now)
{
	if (rate->per_s == 0)
		return true;
	uint64_t hash = hash_of(rate, key);
	struct httpd_rate_place *place = &rate->places[hash % HTTPD_RATE_PLACES];
	int64_t token_us = US_PER_S / rate->per_s;
	int64_t full_us = token_us * rate->burst;
	bool is_free = place->at == 0 || (place->key != hash && now - place->at > US_PER_S);
	if (is_free)
		*place = (struct httpd_rate_place){ .key = hash, .at = now, .left_us = full_us };
	int64_t left_us = place->left_us + (now - place->at);
	place->left_us = left_us < full_us ? left_us : full_us;
	place->at = now;
	if (place->left_us < token_us)
		return false;
	place->left_us -= token_us;
	return true;
}
