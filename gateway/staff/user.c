/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/user_inner.h"

#include "model/msisdn.h"
#include "staff/own_factor.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

bool user_name_is_valid(struct slice name)
{
	if (name.len == 0 || name.len > USER_NAME_OCTETS_MAX)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		unsigned char octet = (unsigned char)name.at[i];
		bool is_alnum = (octet >= 'a' && octet <= 'z') || isdigit(octet);
		if (!is_alnum && (i == 0 || octet == '\0' || strchr("_-.", octet) == NULL))
			return false;
	}
	return true;
}

static enum staff_outcome not_found(struct slice name, struct err_at *at)
{
	err_at_set(at, ERR_NOT_FOUND, 0, NULL, "there is no user “%.*s”", name.len < 40 ? (int)name.len : 40,
		   name.len ? name.at : "");
	return STAFF_NOT_FOUND;
}

enum staff_outcome user_find(struct staff_db *db, struct slice name, json_t **out, struct err_at *at)
{
	json_t *user = NULL;
	if (!user_name_is_valid(name))
		return not_found(name, at);
	enum staff_outcome outcome = staff_db_read(db, staff_key(STAFF_KEY_USERS), name, &user, at);
	if (outcome == STAFF_OK && user == NULL)
		return not_found(name, at);
	if (outcome == STAFF_OK)
		*out = user;
	return outcome;
}

enum staff_outcome user_read(struct staff_change *change, struct slice name, json_t **out, struct err_at *at)
{
	return user_find(staff_change_db(change), name, out, at);
}

void user_keep(struct staff_change *change, const json_t *user)
{
	staff_change_put(change, staff_key(STAFF_KEY_USERS), slice_of(user_text(user, "name")), user);
}

const char *user_text(const json_t *user, const char *member)
{
	const char *text = json_string_value(json_object_get(user, member));
	return text != NULL ? text : "";
}

int64_t user_integer(const json_t *user, const char *member)
{
	return json_integer_value(json_object_get(user, member));
}

bool user_is_usual_address(const json_t *user, struct slice address)
{
	return address.len > 0 && slice_is(address, user_text(user, "signed_in_from"));
}

enum staff_outcome user_set(json_t *user, const char *member, json_t *value, struct err_at *at)
{
	if (json_object_set_new(user, member, value) == 0)
		return STAFF_OK;
	err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	return STAFF_MEMORY;
}

enum staff_outcome user_next_epoch(json_t *user, struct err_at *at)
{
	return user_set(user, "epoch", json_integer(user_integer(user, "epoch") + 1), at);
}

staff_roles user_roles(const json_t *user)
{
	staff_roles roles = 0;
	enum err err = staff_roles_read(json_object_get(user, "roles"), &roles, NULL);
	return err == ERR_OK ? roles : 0; /* what nobody here has written gives no rights */
}

bool user_is_disabled(const json_t *user)
{
	return !json_is_false(json_object_get(user, "disabled"));
}

struct staff_actor user_actor(const json_t *user, struct slice address)
{
	return (struct staff_actor){ .name = slice_of(user_text(user, "name")),
				     .roles = user_roles(user),
				     .address = address };
}

json_t *user_shown(const json_t *user, const struct country *country)
{
	struct msisdn number = { .len = 0 };
	char masked[MSISDN_MASK_OCTETS] = "";
	snprintf(number.digits, sizeof number.digits, "%s", user_text(user, "number"));
	number.len = (uint8_t)strlen(number.digits);
	if (number.len > 0)
		msisdn_mask(&number, country, masked);
	return json_pack("{s:s, s:s, s:o, s:o, s:b, s:I, s:s, s:I, s:b, s:s, s:b, s:s, s:b, s:b}", "name",
			 user_text(user, "name"), "display", user_text(user, "display"), "roles",
			 staff_roles_json(user_roles(user)), "permissions",
			 staff_permissions_json(staff_roles_permissions(user_roles(user))), "disabled",
			 user_is_disabled(user), "created", (json_int_t)user_integer(user, "created"), "created_by",
			 user_text(user, "created_by"), "signed_in_at", (json_int_t)user_integer(user, "signed_in_at"),
			 "must_change", json_is_true(json_object_get(user, "must_change")), "number", masked,
			 "number_verified", number.len > 0, "tongue", user_text(user, "tongue"), "has_code",
			 *user_text(user, "code") != '\0' && user_integer(user, "code_used_at") == 0, "has_factor",
			 own_factor_is_set(user));
}

static int by_name(const void *a, const void *b)
{
	const char *const *first = a;
	const char *const *second = b;
	return strcmp(*first, *second);
}

/* The names in their order. Owned; NULL where there is no memory. */
static const char **sorted_names(const json_t *users)
{
	size_t count = 0;
	const char **names = calloc(json_object_size(users) + 1, sizeof *names);
	for (void *i = json_object_iter((json_t *)(uintptr_t)users); names != NULL && i != NULL;
	     i = json_object_iter_next((json_t *)(uintptr_t)users, i))
		names[count++] = json_object_iter_key(i);
	if (count > 1)
		qsort(names, count, sizeof *names, by_name);
	return names;
}

enum staff_outcome user_list(struct staff_db *db, const struct country *country, json_t **out, struct err_at *at)
{
	json_t *users;
	enum staff_outcome outcome = staff_db_read_all(db, staff_key(STAFF_KEY_USERS), &users, at);
	if (outcome != STAFF_OK)
		return outcome;
	json_t *list = json_array();
	const char **names = sorted_names(users);
	bool is_good = list != NULL && names != NULL;
	for (size_t i = 0; is_good && names[i] != NULL; i++)
		is_good = json_array_append_new(list, user_shown(json_object_get(users, names[i]), country)) == 0;
	free(names);
	json_decref(users);
	if (is_good) {
		*out = list;
		return STAFF_OK;
	}
	json_decref(list);
	err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	return STAFF_MEMORY;
}
