/* SPDX-License-Identifier: Apache-2.0 */
#include "app/snapshot.h"

#include "model/country.h"
#include "test_scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define MORE ", address: \"h:1\", system_id: x }\n"

/* names: of the accounts, a letter each. */
static struct config *load(const char *folder, const char *names, const char *routes)
{
	char text[SCRATCH_TEXT_OCTETS];
	char errors[SCRATCH_TEXT_OCTETS];
	struct buf out = buf_over(text, sizeof text - 1);
	buf_put_text(&out, "accounts:\n");
	for (const char *at = names; *at; at++)
		buf_put_format(&out, "  - { name: %c" MORE, *at);
	buf_put_text(&out, routes);
	text[out.len] = '\0';
	struct config *config = scratch_load(folder, text, NULL, errors);
	cr_assert_not_null(config, "%s\n%s", text, errors);
	return config;
}

/* Where a number goes first, by name; "-" for nowhere. */
static const char *way_of(const struct snapshot *snapshot, const struct slot_names *names, const char *number)
{
	struct msisdn msisdn;
	struct err_at at = { 0 };
	cr_assert_eq(msisdn_parse(slice_of(number), country_find(SLICE("CN")), &msisdn, &at), ERR_OK, "%s", at.text);
	const struct route_query query = { .to = &msisdn };
	int slot = route_pick(route_find(snapshot->routes, &query), &msisdn, UINT64_MAX);
	return slot < 0 ? "-" : names->names[slot];
}

/* An account keeps its slot, whatever comes before it or goes in the meantime. */
Test(snapshot, slots)
{
	static const struct {
		const char *names; /* in the file's order */
		const char *want;  /* of all slots so far; a capital letter for one without an account now */
	} rows[] = {
		{ "ab", "ab" },   { "ba", "ab" },  { "cab", "abc" },   { "c", "ABc" },
		{ "dc", "ABcd" }, { "a", "aBCD" }, { "abcd", "abcd" },
	};
	char folder[SCRATCH_PATH_OCTETS];
	struct slot_names names = { 0 };
	scratch_make(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct snapshot *snapshot;
		struct err_at at = { 0 };
		struct config *config = load(folder, rows[i].names, "");
		cr_assert_eq(snapshot_create(config, config, &names, &snapshot, &at), ERR_OK, "%s", at.text);
		size_t slots = strlen(rows[i].want);
		for (size_t slot = 0; slot < slots; slot++) {
			char name[2] = { (char)(rows[i].want[slot] | 0x20), '\0' };
			const struct config_account *account = snapshot_account(snapshot, (unsigned)slot);
			cr_expect_str_eq(names.names[slot], name, "%s", rows[i].names);
			cr_expect_eq(account != NULL, rows[i].want[slot] >= 'a', "%s: %s", rows[i].names, name);
			if (account != NULL)
				cr_expect_str_eq(account->name, name, "%s", rows[i].names);
		}
		cr_expect_null(names.names[slots]);
		cr_expect_null(snapshot_account(snapshot, (unsigned)slots));
		snapshot_release(snapshot);
	}
	scratch_remove(folder);
}

/* Routes name accounts by their place in the file; the table has slots. */
Test(snapshot, routes_go_by_slot)
{
	static const struct {
		const char *names, *routes, *number, *want;
	} rows[] = {
		{ "ab", "", "13412345678", "a" },
		{ "ba", "", "13412345678", "b" },
		{ "cba", "routes:\n  - { prefix: \"86134\", accounts: [a] }\n  - { accounts: [c, b] }\n", "13412345678",
		  "a" },
		{ "cba", "routes:\n  - { prefix: \"86134\", accounts: [a] }\n  - { accounts: [c, b] }\n", "13512345678",
		  "c" },
		{ "c", "routes:\n  - { prefix: \"86134\", accounts: [c] }\n", "13512345678", "-" },
	};
	char folder[SCRATCH_PATH_OCTETS];
	struct slot_names names = { 0 };
	scratch_make(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct snapshot *snapshot;
		struct err_at at = { 0 };
		struct config *config = load(folder, rows[i].names, rows[i].routes);
		cr_assert_eq(snapshot_create(config, config, &names, &snapshot, &at), ERR_OK, "%s", at.text);
		cr_expect_str_eq(way_of(snapshot, &names, rows[i].number), rows[i].want, "%s, %s", rows[i].names,
				 rows[i].routes);
		snapshot_release(snapshot);
	}
	scratch_remove(folder);
}

/* More names than slots is an error that changes nothing. */
Test(snapshot, slots_run_out)
{
	char folder[SCRATCH_PATH_OCTETS];
	struct slot_names names = { 0 };
	struct slot_names before;
	struct snapshot *snapshot = NULL;
	struct err_at at = { 0 };
	scratch_make(folder);
	for (unsigned i = 0; i < ROUTE_ACCOUNTS_MAX - 1; i++) {
		snprintf(names.octets[i], sizeof names.octets[i], "old-%u", i);
		names.names[i] = names.octets[i];
	}
	before = names;
	struct config *config = load(folder, "ab", "");
	cr_assert_eq(snapshot_create(config, config, &names, &snapshot, &at), ERR_FULL);
	cr_expect_str_eq(at.field, "accounts");
	cr_expect_str_eq(at.text,
			 "2 accounts are new, but only 1 more can be named until the next start: those that were "
			 "taken out count until then");
	cr_expect_null(snapshot);
	cr_expect_arr_eq(&names, &before, sizeof names);
	config_destroy(config);
	/* One does fit. */
	config = load(folder, "b", "");
	cr_assert_eq(snapshot_create(config, config, &names, &snapshot, &at), ERR_OK);
	cr_expect_str_eq(snapshot_account(snapshot, ROUTE_ACCOUNTS_MAX - 1)->name, "b");
	snapshot_release(snapshot);
	scratch_remove(folder);
}

/* The last one that lets go frees it, with what it owns; a configuration that is not its own stays. The sanitizers' build sees
 * what is freed twice or never. */
Test(snapshot, holders)
{
	char folder[SCRATCH_PATH_OCTETS];
	struct slot_names names = { 0 };
	struct snapshot *owner;
	struct snapshot *borrower;
	scratch_make(folder);
	struct config *own = load(folder, "a", "");
	struct config *other = load(folder, "b", "");
	cr_assert_eq(snapshot_create(own, own, &names, &owner, NULL), ERR_OK);
	cr_assert_eq(snapshot_create(other, NULL, &names, &borrower, NULL), ERR_OK);
	cr_expect_eq(snapshot_hold(owner), owner);
	snapshot_release(owner);
	cr_expect_str_eq(snapshot_account(owner, 0)->name, "a");
	snapshot_release(owner);
	snapshot_release(borrower);
	cr_expect_str_eq(other->accounts[0].name, "b");
	snapshot_release(NULL);
	config_destroy(other);
	scratch_remove(folder);
}
