/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_inner.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *const methods[HTTPD_METHOD_COUNT] = { "get", "post", "put", "delete" };

static json_t *description(void)
{
	json_error_t error;
	json_t *all = json_load_file(SOURCE_DIR "/gateway/console/openapi.json", JSON_REJECT_DUPLICATES, &error);
	cr_assert_not_null(all, "%s:%d", error.text, error.line);
	return all;
}

Test(console_routes, each_is_described_with_its_permission)
{
	json_t *all = description();
	for (unsigned i = 0; i < console_route_count; i++) {
		const struct console_route *route = &console_routes[i];
		json_t *page = json_object_get(json_object_get(all, "paths"), route->path);
		json_t *operation = json_object_get(page, methods[route->method]);
		cr_assert_not_null(operation, "%s %s is not described", methods[route->method], route->path);
		const char *permission = json_string_value(json_object_get(operation, "x-permission"));
		if (route->gate == CONSOLE_MAY)
			cr_expect_str_eq(permission != NULL ? permission : "none",
					 staff_permission_name(route->permission), "%s", route->path);
		else
			cr_expect_null(permission, "%s", route->path);
		cr_expect_eq(json_is_array(json_object_get(operation, "security")), route->gate == CONSOLE_OPEN, "%s",
			     route->path);
		cr_expect_eq(json_object_get(operation, "requestBody") != NULL, route->has_body, "%s", route->path);
	}
	json_decref(all);
}

Test(console_routes, nothing_else_is_described)
{
	json_t *all = description();
	const char *path, *method;
	json_t *page, *operation;
	unsigned count = 0;
	json_object_foreach(json_object_get(all, "paths"), path, page) json_object_foreach(page, method, operation)
		count++;
	cr_expect_eq(count, console_route_count);
	json_decref(all);
}

/* Pages and others tell problems apart by their codes. */
Test(console_routes, each_problem_is_described)
{
	json_t *all = description();
	const json_t *codes = json_object_get(all, "components");
	static const char *const path[] = { "schemas", "Problem", "properties", "code", "enum" };
	for (size_t i = 0; i < sizeof path / sizeof path[0]; i++)
		codes = json_object_get(codes, path[i]);
	cr_assert_eq(json_array_size(codes), CONSOLE_PROBLEM_COUNT);
	for (unsigned i = 0; i < CONSOLE_PROBLEM_COUNT; i++)
		cr_expect_str_eq(json_string_value(json_array_get(codes, i)),
				 console_problem_words((enum console_problem)i)->code);
	json_decref(all);
}

/* Each name that is used is there: whoever makes types of it needs that. */
static void check_references(const json_t *node, const json_t *schemas)
{
	const char *key;
	json_t *value;
	size_t index;
	if (json_is_array(node)) {
		json_array_foreach(node, index, value) check_references(value, schemas);
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)node, key, value)
	{
		static const char prefix[] = "#/components/schemas/";
		if (strcmp(key, "$ref") == 0) {
			const char *name = json_string_value(value);
			cr_assert_eq(strncmp(name, prefix, sizeof prefix - 1), 0, "%s", name);
			cr_expect_not_null(json_object_get(schemas, name + sizeof prefix - 1), "%s", name);
		} else {
			check_references(value, schemas);
		}
	}
}

Test(console_routes, what_is_referred_to_is_there)
{
	json_t *all = description();
	check_references(all, json_object_get(json_object_get(all, "components"), "schemas"));
	json_decref(all);
}

Test(console_routes, paths_are_told_apart)
{
	static const struct {
		enum httpd_method method;
		const char *path, *want, *param;
	} rows[] = {
		{ HTTPD_GET, "/api/templates", "/api/templates", NULL },
		{ HTTPD_GET, "/api/templates/balance", "/api/templates/{name}", "balance" },
		{ HTTPD_GET, "/api/templates/balance/versions/7", "/api/templates/{name}/versions/{version}",
		  "balance" },
		{ HTTPD_PUT, "/api/users/li", "/api/users/{name}", "li" },
		{ HTTPD_GET, "/api/audit/check", "/api/audit/check", NULL },
		{ HTTPD_GET, "/api/templates/", NULL, NULL },
		{ HTTPD_GET, "/api/templates//versions", NULL, NULL },
		{ HTTPD_GET, "/api/template", NULL, NULL },
		{ HTTPD_GET, "/api/templates/balance/versions/7/8", NULL, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct slice params[CONSOLE_PARAMS_MAX];
		unsigned allowed;
		const struct console_route *route =
			console_route_find(rows[i].method, slice_of(rows[i].path), params, &allowed);
		cr_assert_eq(route == NULL, rows[i].want == NULL, "%s", rows[i].path);
		if (route == NULL)
			continue;
		cr_expect_str_eq(route->path, rows[i].want);
		cr_expect(slice_is(params[0], rows[i].param != NULL ? rows[i].param : ""), "%s", rows[i].path);
	}
	struct slice params[CONSOLE_PARAMS_MAX];
	unsigned allowed;
	cr_expect_null(console_route_find(HTTPD_POST, SLICE("/api/templates/x/draft"), params, &allowed));
	cr_expect_eq(allowed, 1u << HTTPD_PUT | 1u << HTTPD_DELETE);
}
