/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_handlers.h"
#include "console/console_inner.h"
#include "console/console_overview.h"
#include "console/console_stream.h"
#include "console/console_test.h"

/* The whole API, and who may what. openapi.json says the same; a test holds them against each other. */

#define OPEN(verb, where, does, ...)                                                              \
	{                                                                                         \
		.method = verb, .path = where, .gate = CONSOLE_OPEN, .handler = does, __VA_ARGS__ \
	}
#define SESSION(verb, where, does, ...)                                                              \
	{                                                                                            \
		.method = verb, .path = where, .gate = CONSOLE_SESSION, .handler = does, __VA_ARGS__ \
	}
#define SIGNED(verb, where, does, ...)                                                              \
	{                                                                                           \
		.method = verb, .path = where, .gate = CONSOLE_SIGNED, .handler = does, __VA_ARGS__ \
	}
#define MAY(verb, where, may, does, ...)                                                                            \
	{                                                                                                           \
		.method = verb, .path = where, .gate = CONSOLE_MAY, .permission = may, .handler = does, __VA_ARGS__ \
	}
#define BODY     .has_body = true
#define HEAVY    .is_heavy = true
#define SLOW     .is_slow = true
#define STREAM   .is_stream = true
#define TEMPLATE "/api/templates/{name}"

const struct console_route console_routes[] = {
	OPEN(HTTPD_POST, "/api/session", console_session_post, BODY, HEAVY),
	SESSION(HTTPD_GET, "/api/session", console_session_get, ),
	SESSION(HTTPD_DELETE, "/api/session", console_session_delete, ),
	SESSION(HTTPD_PUT, "/api/session/password", console_password_put, BODY, HEAVY),
	SESSION(HTTPD_POST, "/api/session/factor", console_factor_post, BODY),
	SESSION(HTTPD_PUT, "/api/session/factor", console_factor_put, BODY),
	SESSION(HTTPD_PUT, "/api/session/tongue", console_tongue_put, BODY),
	SIGNED(HTTPD_PUT, "/api/session/number", console_number_put, BODY, SLOW),
	SIGNED(HTTPD_POST, "/api/session/number", console_number_post, BODY),

	MAY(HTTPD_GET, "/api/templates", STAFF_TEMPLATES_READ, console_templates_list, ),
	MAY(HTTPD_GET, TEMPLATE, STAFF_TEMPLATES_READ, console_template_get, ),
	MAY(HTTPD_GET, TEMPLATE "/versions", STAFF_TEMPLATES_READ, console_versions_list, ),
	MAY(HTTPD_GET, TEMPLATE "/versions/{version}", STAFF_TEMPLATES_READ, console_version_get, ),
	MAY(HTTPD_PUT, TEMPLATE "/draft", STAFF_TEMPLATES_EDIT, console_draft_put, BODY),
	MAY(HTTPD_DELETE, TEMPLATE "/draft", STAFF_TEMPLATES_EDIT, console_draft_delete, ),
	MAY(HTTPD_PUT, TEMPLATE "/lock", STAFF_TEMPLATES_EDIT, console_lock_put, BODY),
	MAY(HTTPD_DELETE, TEMPLATE "/lock", STAFF_TEMPLATES_EDIT, console_lock_delete, ),
	MAY(HTTPD_POST, TEMPLATE "/submit", STAFF_TEMPLATES_EDIT, console_submit_post, BODY),
	MAY(HTTPD_POST, TEMPLATE "/approve", STAFF_TEMPLATES_REVIEW, console_approve_post, BODY),
	MAY(HTTPD_POST, TEMPLATE "/reject", STAFF_TEMPLATES_REVIEW, console_reject_post, BODY),
	MAY(HTTPD_POST, TEMPLATE "/publish", STAFF_TEMPLATES_PUBLISH, console_publish_post, BODY),
	MAY(HTTPD_POST, TEMPLATE "/unschedule", STAFF_TEMPLATES_PUBLISH, console_unschedule_post, ),
	MAY(HTTPD_POST, TEMPLATE "/rollback", STAFF_TEMPLATES_PUBLISH, console_rollback_post, BODY),
	MAY(HTTPD_POST, TEMPLATE "/archive", STAFF_TEMPLATES_PUBLISH, console_archive_post, BODY),
	MAY(HTTPD_POST, TEMPLATE "/restore", STAFF_TEMPLATES_PUBLISH, console_restore_post, BODY),
	MAY(HTTPD_POST, TEMPLATE "/test", STAFF_TEMPLATES_TEST, console_test_post, BODY, SLOW),
	MAY(HTTPD_GET, "/api/tests/{id}", STAFF_TEMPLATES_TEST, console_stream_test, STREAM),

	MAY(HTTPD_POST, "/api/preview", STAFF_TEMPLATES_READ, console_preview_post, BODY),

	MAY(HTTPD_GET, "/api/overview", STAFF_OVERVIEW_READ, console_overview_get, ),
	MAY(HTTPD_GET, "/api/stream", STAFF_OVERVIEW_READ, console_stream_overview, STREAM),
	MAY(HTTPD_POST, "/api/messages", STAFF_MESSAGES_READ, console_messages_find, BODY, SLOW),
	MAY(HTTPD_POST, "/api/messages/number", STAFF_MESSAGES_UNMASK, console_messages_number, BODY, SLOW),
	MAY(HTTPD_GET, "/api/dead", STAFF_DEAD_READ, console_dead_list, ),
	MAY(HTTPD_POST, "/api/dead/requeue", STAFF_DEAD_REQUEUE, console_dead_requeue, BODY, SLOW),

	MAY(HTTPD_GET, "/api/users", STAFF_USERS_MANAGE, console_users_list, ),
	MAY(HTTPD_POST, "/api/users", STAFF_USERS_MANAGE, console_users_post, BODY, HEAVY),
	MAY(HTTPD_PUT, "/api/users/{name}", STAFF_USERS_MANAGE, console_user_put, BODY),
	MAY(HTTPD_POST, "/api/users/{name}/reset", STAFF_USERS_MANAGE, console_user_reset, HEAVY),
	MAY(HTTPD_DELETE, "/api/users/{name}/sessions", STAFF_USERS_MANAGE, console_user_end, ),
	MAY(HTTPD_GET, "/api/audit", STAFF_AUDIT_READ, console_audit_list, ),
	MAY(HTTPD_GET, "/api/audit/check", STAFF_AUDIT_READ, console_audit_check, SLOW),
	MAY(HTTPD_GET, "/api/audit/export", STAFF_AUDIT_READ, console_audit_export, SLOW),

	SIGNED(HTTPD_GET, "/api/config", console_config_get, ),
	OPEN(HTTPD_GET, "/api/openapi.json", console_description_get, ),
};
const unsigned console_route_count = sizeof console_routes / sizeof console_routes[0];
