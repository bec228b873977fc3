/* SPDX-License-Identifier: Apache-2.0 */

/* Who goes in which order: who has just come before who goes on. A parcel is written as its tenant, how many segments it has where that is more than one, and
 * “'” where it comes back: “a b3 a'”. */

#include "pipeline/turns.h"

#include "pipeline/parcel.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define PARCELS_MAX 128

static struct parcel parcels[PARCELS_MAX];
static char tenants[PARCELS_MAX][8];

/* Adds what is written; returns how many. */
static unsigned add(struct turns *turns, const char *text)
{
	unsigned count = 0;
	for (const char *at = text; *at != '\0'; at += *at == ' ') {
		struct parcel *parcel = &parcels[count];
		*parcel = (struct parcel){ .key = { 0, count, LANE_BULK } };
		list_init(&parcel->turn);
		tenants[count][0] = *at;
		parcel->alert.tenant = (struct slice){ tenants[count], *at++ != '-' };
		parcel->encoded.segment_count = *at >= '0' && *at <= '9' ? (uint8_t)(*at++ - '0') : 1;
		if (*at == '\'') {
			parcel->key.lane = LANE_READY;
			at++;
		}
		turns_add(turns, parcel);
		count++;
	}
	return count;
}

/* Takes all; out: tenants in order, “'” behind those that came back. */
static void take_all(struct turns *turns, char *out)
{
	struct parcel *parcel;
	while ((parcel = turns_next(turns)) != NULL) {
		cr_assert_eq(turns_next(turns), parcel, "a look changes whose turn it is");
		turns_take(turns, parcel);
		*out++ = parcel->alert.tenant.len > 0 ? parcel->alert.tenant.at[0] : '-';
		if (parcel->key.lane == LANE_READY)
			*out++ = '\'';
	}
	*out = '\0';
}

Test(turns, order)
{
	static const struct row {
		const char *name;
		const char *added;
		const char *want;
	} rows[] = {
		{ "nothing", "", "" },
		{ "one tenant", "a a a a a a", "aaaaaa" },
		{ "no tenant", "- - -", "---" },
		{ "a flood and one", "a a a a a a a a a a b", "baaaaaaaaaa" },
		{ "two floods", "a a a a a a b b b b b b", "bbbbaaaabbaa" },
		{ "none is a tenant too", "a a a a a a - -", "--aaaaaa" },
		{ "long ones count as many", "a4 a4 a4 b b b b b b", "bbbbabbaa" },
		{ "longer than a turn: saved up", "a9 a9 b b b b b b b b b b b b b b", "bbbbbbbbbbbbabba" },
		{ "what comes back and what is new alternate", "a' a' a' a' a a", "aa'aa'a'a'" },
		{ "the other way round", "a a a a a'", "aa'aaa" },
		{ "within each tenant", "a' a' a' a b' b' b", "bb'b'aa'a'a'" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct turns turns;
		char got[2 * PARCELS_MAX + 1];
		turns_init(&turns);
		add(&turns, rows[i].added);
		take_all(&turns, got);
		cr_expect_str_eq(got, rows[i].want, "%s: %s", rows[i].name, got);
		cr_expect_eq(turns.active, 0, "%s", rows[i].name);
	}
}

/* In a long run tenants get the same, whatever their alerts' lengths. */
Test(turns, shares_are_equal)
{
	struct turns turns;
	char text[PARCELS_MAX * 3];
	size_t len = 0;
	unsigned sent[2] = { 0, 0 };
	turns_init(&turns);
	for (unsigned i = 0; i < 60; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "a3 ");
	for (unsigned i = 0; i < 60; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, i == 59 ? "b" : "b ");
	add(&turns, text);
	while (sent[1] < 50) {
		struct parcel *parcel = turns_next(&turns);
		sent[parcel->alert.tenant.at[0] == 'b'] += parcel->encoded.segment_count;
		turns_take(&turns, parcel);
	}
	cr_assert(sent[0] >= 44 && sent[0] <= 56, "%u segments beside %u", sent[0], sent[1]);
}

/* Those for whom there is no place share one; nobody is forgotten. */
Test(turns, more_tenants_than_places)
{
	struct turns turns;
	char text[PARCELS_MAX];
	size_t len = 0;
	char got[2 * PARCELS_MAX + 1];
	turns_init(&turns);
	for (char tenant = 'a'; tenant <= 'z'; tenant++)
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%c %c", len > 0 ? " " : "", tenant, tenant);
	add(&turns, text);
	cr_assert_eq(turns.active, TURNS_FLOWS);
	take_all(&turns, got);
	cr_assert_eq(strlen(got), 52, "%s", got);
	for (char tenant = 'a'; tenant <= 'z'; tenant++) {
		const char *first = strchr(got, tenant);
		cr_assert(first != NULL && strchr(first + 1, tenant) != NULL, "%c is missing", tenant);
	}
	add(&turns, "x y");
	take_all(&turns, got);
	cr_assert_str_eq(got, "xy", "places are free again");
}

Test(turns, first_removed_and_given_back)
{
	struct turns turns;
	char got[2 * PARCELS_MAX + 1];
	turns_init(&turns);
	add(&turns, "a c b a");
	turns_remove(&turns, &parcels[2]);
	turns_add_first(&turns, &parcels[2]);
	struct parcel *first = turns_next(&turns);
	cr_assert_eq(first, &parcels[2], "what is in doubt goes first");
	turns_take(&turns, first);
	struct parcel *taken[2];
	for (unsigned i = 0; i < 2; i++) {
		taken[i] = turns_next(&turns);
		turns_take(&turns, taken[i]);
	}
	for (unsigned i = 2; i-- > 0;)
		turns_give_back(&turns, taken[i]);
	turns_remove(&turns, &parcels[1]);
	cr_assert_eq(turns_next(&turns), &parcels[0], "what was given back is its tenant's next");
	take_all(&turns, got);
	cr_assert_str_eq(got, "aa");
	cr_assert_eq(turns.active, 0);
}
