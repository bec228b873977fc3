/* SPDX-License-Identifier: Apache-2.0 */
/* What the staff's desk keeps in Redis, as somebody else may have written it: users, sessions, drafts, versions, the audit log, published
 * templates. The first octet chooses who reads; then comes what Redis answers (redis_script.h). Nothing secret of a user comes out, and what
 * is no record of ours is told as broken. */
#include "base/utf8.h"
#include "redis_script.h"
#include "render/catalogue.h"
#include "staff/audit_log.h"
#include "staff/draft.h"
#include "staff/live_catalogue.h"
#include "staff/own_number.h"
#include "staff/session.h"
#include "staff/staff_db.h"
#include "staff/user.h"
#include "staff/version.h"

#include <jansson.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

#define NOW INT64_C(1800000000000)

static struct err_at why;

/* What pages are shown has none of the members that nobody is told. */
static void check_shown(const json_t *user)
{
	static const char *const secret[] = { "password", "code", "factor", "factor_asked" };
	json_t *shown = user_shown(user, NULL);
	for (size_t i = 0; shown != NULL && i < sizeof secret / sizeof secret[0]; i++)
		CHECK(json_object_get(shown, secret[i]) == NULL);
	CHECK(user_roles(user) >> STAFF_ROLE_COUNT == 0);
	(void)user_is_disabled(user);
	CHECK(own_number_of(user) != NULL);
	json_decref(shown);
}

static void check_records(enum staff_outcome outcome, json_t *records)
{
	if (outcome != STAFF_OK)
		return;
	CHECK(records == NULL || json_is_object(records) || json_is_array(records));
	json_decref(records);
}

static void read_users(struct staff_db *db)
{
	json_t *user = NULL;
	struct staff_session session = { .user = NULL };
	enum staff_outcome outcome = user_find(db, SLICE("li"), &user, &why);
	CHECK(outcome != STAFF_OK || json_is_object(user));
	if (outcome == STAFF_OK)
		check_shown(user);
	json_decref(user);
	json_t *users = NULL;
	outcome = user_list(db, country_find(SLICE("CN")), &users, &why);
	check_records(outcome, users);
	outcome = session_look(db, SLICE("0123456789abcdef0123456789abcdef0123456789a"), NOW, &session, &why);
	if (outcome == STAFF_OK) {
		CHECK(json_is_object(session.user) && session.created <= NOW + INT64_C(86400000));
		check_shown(session.user);
		session_fini(&session);
	}
}

static void read_texts(struct staff_db *db)
{
	json_t *records = NULL;
	int64_t number;
	check_records(draft_get(db, SLICE("t"), &records, &why), records);
	records = NULL;
	check_records(version_live(db, SLICE("t"), &records, &why), records);
	records = NULL;
	check_records(version_get(db, SLICE("t"), 3, &records, &why), records);
	if (version_latest(db, SLICE("t"), &number, &why) == STAFF_OK)
		CHECK(number >= 0);
	records = NULL;
	check_records(version_list(db, SLICE("t"), &records, &why), records);
}

static void read_lists(struct staff_db *db)
{
	json_t *records = NULL;
	check_records(draft_all(db, &records, &why), records);
	records = NULL;
	check_records(version_all_live(db, &records, &why), records);
	records = NULL;
	check_records(version_archived(db, &records, &why), records);
}

static void read_log(struct staff_db *db)
{
	struct audit_verdict verdict;
	const struct audit_filter filter = { .action = SLICE("template"), .count = 20 };
	json_t *entries = NULL;
	int64_t next = 0;
	enum staff_outcome outcome = audit_log_page(db, &filter, &entries, &next, &why);
	if (outcome == STAFF_OK)
		CHECK(json_is_array(entries) && json_array_size(entries) <= filter.count && next >= 0);
	json_decref(outcome == STAFF_OK ? entries : NULL);
	if (audit_log_check(db, NULL, &verdict, &why) == STAFF_OK) {
		CHECK(memchr(verdict.why, '\0', sizeof verdict.why) != NULL && verdict.count >= 0);
		CHECK(verdict.is_whole == (verdict.why[0] == '\0') && verdict.is_whole == (verdict.broken_at == 0));
	}
}

static bool take_text(void *ctx, struct slice text)
{
	(void)ctx;
	CHECK(utf8_valid(text.at, text.len) == text.len);
	return true;
}

static void export_log(struct staff_db *db)
{
	(void)audit_log_export(db, true, take_text, NULL, &why);
}

static void on_problem(void *ctx, const char *line)
{
	(void)ctx;
	CHECK(line[0] != '\0' && utf8_valid(line, strlen(line)) == strlen(line));
}

static void read_catalogue(struct staff_db *db)
{
	struct redis_ask *ask;
	struct live_catalogue live = { .catalogue = NULL };
	CHECK(staff_db_ask(db, &ask, &why) == STAFF_OK);
	if (live_catalogue_load(ask, "zh-CN", NULL, on_problem, NULL, &live, &why) != ERR_OK)
		return;
	CHECK(live.catalogue != NULL);
	for (unsigned i = 0; i < catalogue_count(live.catalogue); i++) {
		const struct template_header *header = template_header(catalogue_at(live.catalogue, i));
		CHECK(header->name.len > 0 && catalogue_find(live.catalogue, header->name, header->locale) != NULL);
	}
	catalogue_release(live.catalogue);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static void (*const readers[])(struct staff_db * db) = { read_users, read_texts, read_lists,
								 read_log,   export_log, read_catalogue };
	struct staff_db *db = NULL;
	if (len < 2)
		return 0;
	const struct redis_place place = redis_script_place();
	redis_script = (struct slice){ (const char *)octets + 1, len - 1 };
	why = (struct err_at){ .err = ERR_OK };
	CHECK(staff_db_open(&place, &db, &why) == STAFF_OK);
	readers[octets[0] % (sizeof readers / sizeof readers[0])](db);
	staff_db_close(db);
	return 0;
}
