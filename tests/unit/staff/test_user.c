/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/staff/staff_rig.h"

#include "staff/audit_log.h"
#include "staff/own_number.h"
#include "staff/user.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define MINUTE INT64_C(60000)

static struct staff_rig rig;
static struct staff_actor boss;
static char code[ONE_TIME_CODE_OCTETS];
static const struct msisdn number = { .digits = "8613900000001", .len = 13 };

static void setup(void)
{
	staff_rig_open(&rig);
	boss = staff_rig_actor("boss", STAFF_ROLE(STAFF_ADMIN));
}

static void teardown(void)
{
	staff_rig_close(&rig);
}

TestSuite(user, .init = setup, .fini = teardown);

static void add(const char *name, staff_roles roles)
{
	WANT(&rig, user_add(rig.db, &boss, rig.now, slice_of(name), SLICE(""), roles, code, &rig.at), STAFF_OK);
}

Test(user, names_have_a_form)
{
	static const struct {
		const char *name;
		bool want;
	} rows[] = { { "li", true },
		     { "li.si-2_x", true },
		     { "9", true },
		     { "", false },
		     { ".li", false },
		     { "Li", false },
		     { "li si", false },
		     { "李", false },
		     { "li@x", false },
		     { "li:x", false },
		     { "a23456789012345678901234567890123", false } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_assert_eq(user_name_is_valid(slice_of(rows[i].name)), rows[i].want, "%s", rows[i].name);
	WANT(&rig, user_add(rig.db, &boss, rig.now, SLICE("A B"), SLICE(""), 0, code, &rig.at), STAFF_INVALID);
	WANT(&rig, user_add(rig.db, &boss, rig.now, SLICE("li"), SLICE("a\nb"), 0, code, &rig.at), STAFF_INVALID);
	WANT(&rig,
	     user_add(rig.db, &boss, rig.now, SLICE("li"),
		      SLICE("\xE2\x80\xAE"
			    "ab"),
		      0, code, &rig.at),
	     STAFF_INVALID);
}

Test(user, is_added_once_and_shown_without_secrets)
{
	json_t *users;
	add("wang", STAFF_ROLE(STAFF_APPROVER));
	add("li", STAFF_ROLE(STAFF_EDITOR));
	WANT(&rig, user_add(rig.db, &boss, rig.now, SLICE("li"), SLICE(""), 0, code, &rig.at), STAFF_EXISTS);
	staff_rig_meddle(&rig, "HSET :staff:users broken {");
	WANT(&rig, user_list(rig.db, NULL, &users, &rig.at), STAFF_OK);
	cr_assert_eq(json_array_size(users), 2);
	const json_t *li = json_array_get(users, 0);
	cr_assert_str_eq(json_string_value(json_object_get(li, "name")), "li");
	cr_assert_str_eq(json_string_value(json_object_get(li, "display")), "li");
	cr_assert_str_eq(json_string_value(json_object_get(li, "created_by")), "boss");
	cr_assert(json_is_true(json_object_get(li, "has_code")));
	cr_assert(json_is_true(json_object_get(li, "must_change")));
	cr_assert_eq(json_array_size(json_object_get(li, "permissions")), 5);
	char *text = json_dumps(users, 0);
	cr_assert_null(strstr(text, "argon2"), "%s", text);
	cr_assert_null(json_object_get(li, "password"));
	free(text);
	json_decref(users);
	json_t *user = NULL;
	WANT(&rig, user_find(rig.db, SLICE("nobody"), &user, &rig.at), STAFF_NOT_FOUND);
}

static json_t *newest_entry(void)
{
	json_t *entries;
	int64_t next;
	struct audit_filter filter = { .count = 1 };
	WANT(&rig, audit_log_page(rig.db, &filter, &entries, &next, &rig.at), STAFF_OK);
	json_t *entry = json_incref(json_array_get(entries, 0));
	json_decref(entries);
	return entry;
}

Test(user, a_change_is_audited_with_before_and_now)
{
	add("li", STAFF_ROLE(STAFF_EDITOR));
	struct user_wish wish = { .display = SLICE("李四"), .has_roles = true, .roles = STAFF_ROLE(STAFF_AUDITOR) };
	WANT(&rig, user_change(rig.db, &boss, rig.now, SLICE("li"), &wish, &rig.at), STAFF_OK);
	json_t *entry = newest_entry();
	const char *action, *object, *actor, *address, *before, *after;
	cr_assert_eq(json_unpack(entry, "{s:s, s:s, s:s, s:s, s:{s:{s:[s]}, s:{s:[s]}}}", "action", &action, "object",
				 &object, "actor", &actor, "address", &address, "detail", "before", "roles", &before,
				 "now", "roles", &after),
		     0);
	cr_assert_str_eq(action, "user.change");
	cr_assert_str_eq(object, "li");
	cr_assert_str_eq(actor, "boss");
	cr_assert_str_eq(address, "10.0.0.7");
	cr_assert_str_eq(before, "editor");
	cr_assert_str_eq(after, "auditor");
	json_decref(entry);
	WANT(&rig, user_change(rig.db, &boss, rig.now, SLICE("li"), &wish, &rig.at), STAFF_OK);
	cr_assert_eq(staff_rig_count(&rig, "XLEN :staff:audit"), 2, "what changes nothing is no entry");
	WANT(&rig, user_change(rig.db, &boss, rig.now, SLICE("nobody"), &wish, &rig.at), STAFF_NOT_FOUND);
}

Test(user, the_last_admin_stays)
{
	add("first", STAFF_ROLE(STAFF_ADMIN));
	struct user_wish off = { .has_disabled = true, .is_disabled = true };
	struct user_wish less = { .has_roles = true, .roles = STAFF_ROLE(STAFF_VIEWER) };
	WANT(&rig, user_change(rig.db, &boss, rig.now, SLICE("first"), &off, &rig.at), STAFF_WRONG_STATE);
	WANT(&rig, user_change(rig.db, &boss, rig.now, SLICE("first"), &less, &rig.at), STAFF_WRONG_STATE);
	add("second", STAFF_ROLE(STAFF_ADMIN));
	WANT(&rig, user_change(rig.db, &boss, rig.now, SLICE("first"), &off, &rig.at), STAFF_OK);
	WANT(&rig, user_change(rig.db, &boss, rig.now, SLICE("second"), &less, &rig.at), STAFF_WRONG_STATE);
	struct staff_actor shell = { .name = SLICE("root (command line)"), .is_at_command_line = true };
	WANT(&rig, user_change(rig.db, &shell, rig.now, SLICE("second"), &less, &rig.at), STAFF_OK);
}

Test(user, has_a_tongue)
{
	json_t *user;
	add("li", 0);
	WANT(&rig, user_set_tongue(rig.db, SLICE("li"), SLICE("fr"), &rig.at), STAFF_INVALID);
	WANT(&rig, user_set_tongue(rig.db, SLICE("li"), SLICE("en"), &rig.at), STAFF_OK);
	WANT(&rig, user_find(rig.db, SLICE("li"), &user, &rig.at), STAFF_OK);
	cr_assert_str_eq(json_string_value(json_object_get(user, "tongue")), "en");
	json_decref(user);
}

static void check_number(const char *want)
{
	json_t *user;
	WANT(&rig, user_find(rig.db, SLICE("li"), &user, &rig.at), STAFF_OK);
	cr_assert_str_eq(own_number_of(user), want);
	json_decref(user);
}

Test(user, a_number_is_ones_own_when_its_code_comes_back)
{
	char sent[OWN_NUMBER_CODE_OCTETS];
	char spaced[16];
	struct staff_actor li = staff_rig_actor("li", 0);
	add("li", 0);
	WANT(&rig, own_number_prove(rig.db, &li, rig.now, SLICE("123456"), &rig.at), STAFF_WRONG_STATE);
	WANT(&rig, own_number_ask(rig.db, &li, rig.now, &number, sent, &rig.at), STAFF_OK);
	cr_assert_eq(strspn(sent, "0123456789"), 6);
	check_number("");
	WANT(&rig, own_number_prove(rig.db, &li, rig.now, SLICE("1234567"), &rig.at), STAFF_INVALID);
	WANT(&rig, own_number_prove(rig.db, &li, rig.now + 10 * MINUTE, slice_of(sent), &rig.at), STAFF_WRONG_STATE);
	snprintf(spaced, sizeof spaced, "%.3s %s ", sent, sent + 3);
	WANT(&rig, own_number_prove(rig.db, &li, rig.now + 10 * MINUTE - 1, slice_of(spaced), &rig.at), STAFF_OK);
	check_number("8613900000001");
	WANT(&rig, own_number_prove(rig.db, &li, rig.now, slice_of(sent), &rig.at), STAFF_WRONG_STATE);
	json_t *entry = newest_entry();
	char *text = json_dumps(entry, 0);
	cr_assert_null(strstr(text, "13900000001"), "%s", text);
	cr_assert_not_null(strstr(text, "number.prove"), "%s", text);
	free(text);
	json_decref(entry);
}

Test(user, a_code_for_a_number_is_tried_five_times)
{
	char sent[OWN_NUMBER_CODE_OCTETS];
	struct staff_actor li = staff_rig_actor("li", 0);
	add("li", 0);
	WANT(&rig, own_number_ask(rig.db, &li, rig.now, &number, sent, &rig.at), STAFF_OK);
	for (unsigned i = 0; i < OWN_NUMBER_TRIES; i++)
		WANT(&rig, own_number_prove(rig.db, &li, rig.now, SLICE("wrong"), &rig.at), STAFF_INVALID);
	WANT(&rig, own_number_prove(rig.db, &li, rig.now, slice_of(sent), &rig.at), STAFF_WRONG_STATE);
	check_number("");
}

Test(user, nobodys_phone_is_flooded_with_codes)
{
	char sent[OWN_NUMBER_CODE_OCTETS];
	struct staff_actor li = staff_rig_actor("li", 0);
	wall_ms now = rig.now;
	add("li", 0);
	for (unsigned i = 0; i < OWN_NUMBER_ASKS; i++, now += MINUTE) {
		WANT(&rig, own_number_ask(rig.db, &li, now, &number, sent, &rig.at), STAFF_OK);
		WANT(&rig, own_number_ask(rig.db, &li, now + MINUTE - 1, &number, sent, &rig.at), STAFF_TOO_SOON);
	}
	WANT(&rig, own_number_ask(rig.db, &li, now, &number, sent, &rig.at), STAFF_TOO_SOON);
	WANT(&rig, own_number_ask(rig.db, &li, rig.now + 24 * 60 * MINUTE, &number, sent, &rig.at), STAFF_OK);
}
