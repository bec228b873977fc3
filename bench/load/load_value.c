/* SPDX-License-Identifier: Apache-2.0 */
#include "load_value.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Producers of these alerts live in China: UTC+8 the whole year. */
#define ZONE_S 28800

uint64_t load_value_random(uint64_t *state)
{
	uint64_t z = *state += 0x9E3779B97F4A7C15u;
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

static struct tm local(int64_t wall_s)
{
	time_t shifted = (time_t)(wall_s + ZONE_S);
	struct tm parts;
	gmtime_r(&shifted, &parts);
	return parts;
}

size_t load_value_instant(int64_t wall_ms, char out[32])
{
	struct tm at = local(wall_ms / 1000);
	return (size_t)snprintf(out, 32, "%04d-%02d-%02dT%02d:%02d:%02d.%03d+08:00", (at.tm_year + 1900) % 10000,
				(at.tm_mon + 1) % 100, at.tm_mday % 100, at.tm_hour % 100, at.tm_min % 100,
				at.tm_sec % 100, (int)(wall_ms % 1000));
}

static size_t word(const char *words, uint64_t random, char *out, size_t cap)
{
	unsigned count = 1;
	for (const char *at = words; *at != '\0'; at++)
		count += *at == '|';
	for (uint64_t skip = random % count; skip > 0; skip--)
		words = strchr(words, '|') + 1;
	return (size_t)snprintf(out, cap, "%.*s", (int)strcspn(words, "|"), words);
}

static size_t digits(const struct load_value *value, uint64_t random, char *out, size_t cap)
{
	size_t len = (size_t)snprintf(out, cap, "%s", value->words != NULL ? value->words : "");
	for (int32_t i = 0; i < value->low && len + 1 < cap; i++, random /= 10)
		out[len++] = (char)(i == 0 ? '1' + random % 9 : '0' + random % 10);
	out[len] = '\0';
	return len;
}

size_t load_value_format(const struct load_value *value, uint64_t random, int64_t now_s, char *out, size_t cap)
{
	uint64_t span = (uint64_t)((int64_t)value->high - value->low + 1);
	int64_t number = value->low + (int64_t)(random % span);
	struct tm at;
	switch (value->kind) {
	case LOAD_VALUE_MONEY:
		return (size_t)snprintf(out, cap, "%lld.%02lld", (long long)(number / 100), (long long)(number % 100));
	case LOAD_VALUE_INTEGER:
		return (size_t)snprintf(out, cap, "%lld", (long long)number);
	case LOAD_VALUE_DATE:
		at = local(now_s + number * 86400);
		return strftime(out, cap, "%Y-%m-%d", &at);
	case LOAD_VALUE_DATETIME:
		at = local((now_s + number * 60) / 300 * 300);
		return strftime(out, cap, "%Y-%m-%dT%H:%M:%S+08:00", &at);
	case LOAD_VALUE_DIGITS:
		return digits(value, random, out, cap);
	case LOAD_VALUE_WORD:
		return word(value->words, random, out, cap);
	}
	return 0;
}
