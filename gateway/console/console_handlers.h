/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the routes lead to: each answers its call, in the call's thread. console_routes.c has the paths. */

struct console_call;

void console_session_post(struct console_call *call);
void console_session_get(struct console_call *call);
void console_session_delete(struct console_call *call);
void console_password_put(struct console_call *call);
void console_factor_post(struct console_call *call);
void console_factor_put(struct console_call *call);
void console_tongue_put(struct console_call *call);
void console_number_put(struct console_call *call);
void console_number_post(struct console_call *call);

void console_templates_list(struct console_call *call);
void console_template_get(struct console_call *call);
void console_versions_list(struct console_call *call);
void console_version_get(struct console_call *call);

void console_draft_put(struct console_call *call);
void console_draft_delete(struct console_call *call);
void console_lock_put(struct console_call *call);
void console_lock_delete(struct console_call *call);

void console_submit_post(struct console_call *call);
void console_approve_post(struct console_call *call);
void console_reject_post(struct console_call *call);
void console_publish_post(struct console_call *call);
void console_unschedule_post(struct console_call *call);
void console_rollback_post(struct console_call *call);
void console_archive_post(struct console_call *call);
void console_restore_post(struct console_call *call);

void console_preview_post(struct console_call *call);

void console_messages_find(struct console_call *call);
void console_messages_number(struct console_call *call);
void console_dead_list(struct console_call *call);
void console_dead_requeue(struct console_call *call);

void console_users_list(struct console_call *call);
void console_users_post(struct console_call *call);
void console_user_put(struct console_call *call);
void console_user_reset(struct console_call *call);
void console_user_end(struct console_call *call);

void console_audit_list(struct console_call *call);
void console_audit_check(struct console_call *call);
void console_audit_export(struct console_call *call);

void console_config_get(struct console_call *call);
void console_description_get(struct console_call *call);
