/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/role.h"

#include "base/buf.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* The whole table, as the documents have it. */
Test(role, may_what_is_written)
{
	static const struct {
		enum staff_role role;
		const char *may; /* behind what every role may */
	} rows[] = {
		{ STAFF_VIEWER, "" },
		{ STAFF_EDITOR, " templates.edit templates.test" },
		{ STAFF_APPROVER, " templates.review templates.publish" },
		{ STAFF_OPERATOR, " dead.read dead.requeue" },
		{ STAFF_AUDITOR, " dead.read messages.unmask audit.read" },
		{ STAFF_ADMIN, " audit.read users.manage" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char all[512];
		struct buf buf = buf_over(all, sizeof all);
		char want[512];
		for (unsigned p = 0; p < STAFF_PERMISSION_COUNT; p++)
			if (staff_roles_may(STAFF_ROLE(rows[i].role), p))
				buf_put_format(&buf, "%s%s", buf.len ? " " : "", staff_permission_name(p));
		buf_put_u8(&buf, '\0');
		snprintf(want, sizeof want, "templates.read overview.read messages.read%s", rows[i].may);
		cr_assert_str_eq(all, want, "%s", staff_role_name(rows[i].role));
	}
	cr_assert_eq(staff_roles_permissions(0), 0u, "who has no role may nothing");
	cr_assert(staff_roles_may(STAFF_ROLE(STAFF_EDITOR) | STAFF_ROLE(STAFF_AUDITOR), STAFF_AUDIT_READ));
}

Test(role, names_are_read_and_written)
{
	staff_roles roles = 0;
	struct err_at at = { .err = ERR_OK };
	cr_assert_eq(staff_roles_parse(SLICE("editor,admin,editor"), &roles, &at), ERR_OK);
	cr_assert_eq(roles, STAFF_ROLE(STAFF_EDITOR) | STAFF_ROLE(STAFF_ADMIN));
	json_t *array = staff_roles_json(roles);
	staff_roles again = 0;
	cr_assert_eq(staff_roles_read(array, &again, &at), ERR_OK);
	cr_assert_eq(again, roles);
	json_decref(array);
	array = staff_permissions_json(staff_roles_permissions(roles));
	cr_assert_eq(json_array_size(array), 7);
	json_decref(array);
	cr_assert_eq(staff_roles_parse(SLICE("editor,aprover"), &roles, &at), ERR_NOT_FOUND);
	cr_assert_not_null(strstr(at.text, "did you mean “approver”"), "%s", at.text);
	cr_assert_eq(staff_roles_parse(SLICE(""), &roles, NULL), ERR_FORMAT);
	cr_assert_eq(staff_roles_read(NULL, &roles, NULL), ERR_FORMAT);
	array = json_pack("[i]", 1);
	cr_assert_eq(staff_roles_read(array, &roles, NULL), ERR_NOT_FOUND);
	json_decref(array);
	cr_assert_eq(roles, STAFF_ROLE(STAFF_EDITOR) | STAFF_ROLE(STAFF_ADMIN), "untouched");
}
