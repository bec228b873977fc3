/* SPDX-License-Identifier: Apache-2.0 */
#include "explorer/explorer_path.h"

#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void explorer_path_first(struct explorer_path *path, unsigned depth)
{
	*path = (struct explorer_path){ .mode = EXPLORER_PATH_ALL, .depth = depth };
}

static unsigned deviations(const struct explorer_path *path, unsigned up_to)
{
	unsigned count = 0;
	for (unsigned i = 0; i < up_to; i++)
		count += path->taken[i] != 0;
	return count;
}

bool explorer_path_next(struct explorer_path *path)
{
	for (unsigned i = path->at; i-- > 0;) {
		if (path->taken[i] + 1 >= path->count[i] || deviations(path, i) >= path->depth)
			continue;
		path->taken[i]++;
		path->given = i + 1;
		return true;
	}
	return false;
}

void explorer_path_seed(struct explorer_path *path, uint64_t seed, unsigned depth)
{
	*path = (struct explorer_path){ .mode = EXPLORER_PATH_SEEDED, .depth = depth };
	rng_seed(&path->rng, seed);
	path->one_in = 3 + (unsigned)rng_below(&path->rng, 20);
}

bool explorer_path_parse(struct explorer_path *path, const char *text)
{
	*path = (struct explorer_path){ .mode = EXPLORER_PATH_GIVEN };
	if (strcmp(text, "-") == 0)
		return true;
	for (;;) {
		char *end;
		unsigned long point = strtoul(text, &end, 10);
		if (end == text || *end != '=' || point >= EXPLORER_PATH_MAX)
			return false;
		text = end + 1;
		unsigned long choice = strtoul(text, &end, 10);
		if (end == text || choice > 1000)
			return false;
		path->taken[point] = (unsigned)choice;
		if (path->given <= point)
			path->given = (unsigned)point + 1;
		if (*end == '\0')
			return true;
		if (*end != ',')
			return false;
		text = end + 1;
	}
}

void explorer_path_start(struct explorer_path *path)
{
	path->at = 0;
}

static unsigned deviate(struct explorer_path *path, unsigned count)
{
	if (count == 1 || deviations(path, path->at) >= path->depth || rng_below(&path->rng, path->one_in) != 0)
		return 0;
	return 1 + (unsigned)rng_below(&path->rng, count - 1);
}

unsigned explorer_path_choose(struct explorer_path *path, unsigned count)
{
	CHECK(path->at < EXPLORER_PATH_MAX);
	unsigned choice = 0;
	if (path->mode == EXPLORER_PATH_SEEDED)
		choice = deviate(path, count);
	else if (path->at < path->given)
		choice = path->taken[path->at];
	/* A case of another state of the scripts may have had more ways. */
	if (choice >= count)
		choice = 0;
	path->taken[path->at] = choice;
	path->count[path->at++] = count;
	return choice;
}

void explorer_path_format(const struct explorer_path *path, char *out, size_t cap)
{
	size_t len = (size_t)snprintf(out, cap, "-");
	const char *comma = "";
	for (unsigned i = 0; i < path->at; i++) {
		if (path->taken[i] == 0)
			continue;
		if (*comma == '\0')
			len = 0;
		if (len < cap)
			len += (size_t)snprintf(out + len, cap - len, "%s%u=%u", comma, i, path->taken[i]);
		comma = ",";
	}
}
