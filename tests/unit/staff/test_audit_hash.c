/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/audit_hash.h"

#include "staff/audit_log.h"
#include "unit/staff/staff_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define ENTRIES 4
#define OCTETS  1024

static struct staff_rig rig;

static void setup(void)
{
	staff_rig_open(&rig);
}

static void teardown(void)
{
	staff_rig_close(&rig);
}

TestSuite(audit_hash, .init = setup, .fini = teardown);

struct lines {
	char text[ENTRIES][OCTETS];
	unsigned count;
};

static bool take_line(void *ctx, struct slice text)
{
	struct lines *lines = ctx;
	if (slice_is(text, "\n"))
		return true;
	cr_assert(lines->count < ENTRIES && text.len < OCTETS);
	snprintf(lines->text[lines->count++], OCTETS, "%.*s", SLICE_ARG(text));
	return true;
}

/* Another actor, and a hash that fits again: what somebody can do who knows how the hash is made. */
static void forge(char entry[static OCTETS])
{
	char prev[AUDIT_HASH_OCTETS], hash[AUDIT_HASH_OCTETS], body[OCTETS], made[OCTETS + 128];
	const char *at = strstr(entry, "\"prev\":\"");
	char *actor = strstr(entry, "\"actor\":\"li\"");
	const char *tail = strstr(entry, ",\"hash\":\"");
	cr_assert(at != NULL && actor != NULL && tail != NULL);
	snprintf(prev, sizeof prev, "%.*s", AUDIT_HASH_OCTETS - 1, at + 8);
	memcpy(actor, "\"actor\":\"lo\"", 12);
	snprintf(body, sizeof body, "%.*s}", (int)(tail - entry), entry);
	audit_hash_make(prev, slice_of(body), hash);
	body[strlen(body) - 1] = '\0';
	int len = snprintf(made, sizeof made, "%s,\"hash\":\"%s\"}", body, hash);
	cr_assert(len > 0 && len < OCTETS);
	memcpy(entry, made, (size_t)len + 1);
	cr_assert(audit_hash_is_right(slice_of(entry), prev, hash), "the entry by itself is right");
}

static void put_back(const struct lines *lines)
{
	staff_rig_meddle(&rig, "DEL :staff:audit");
	for (unsigned i = 0; i < ENTRIES; i++) {
		char id[16];
		const struct reply *reply;
		snprintf(id, sizeof id, "%u-0", i + 1);
		redis_ask_begin(rig.ask, "XADD");
		redis_ask_key(rig.ask, ":staff:audit", (struct slice){ NULL, 0 });
		redis_ask_add_word(rig.ask, id);
		redis_ask_add_word(rig.ask, "entry");
		redis_ask_add_word(rig.ask, lines->text[i]);
		cr_assert_eq(redis_ask_run(rig.ask, &reply, &rig.at), ERR_OK, "%s", rig.at.text);
	}
}

/* That is what the chain is for: the next entry knows the hash that was there before. */
Test(audit_hash, an_entry_that_was_made_anew_is_found_by_the_next)
{
	static struct lines lines;
	struct staff_actor li = staff_rig_actor("li", STAFF_ROLE(STAFF_EDITOR));
	struct audit_verdict verdict;
	for (unsigned i = 0; i < ENTRIES; i++)
		WANT(&rig,
		     audit_log_write(rig.db, &li, rig.now + i, "template.submit", SLICE("balance"), NULL, &rig.at),
		     STAFF_OK);
	WANT(&rig, audit_log_export(rig.db, false, take_line, &lines, &rig.at), STAFF_OK);
	cr_assert_eq(lines.count, ENTRIES);
	put_back(&lines);
	WANT(&rig, audit_log_check(rig.db, NULL, &verdict, &rig.at), STAFF_OK);
	cr_assert(verdict.is_whole, "as it was: %s", verdict.why);
	forge(lines.text[1]);
	put_back(&lines);
	WANT(&rig, audit_log_check(rig.db, NULL, &verdict, &rig.at), STAFF_OK);
	cr_assert_not(verdict.is_whole);
	cr_assert_eq(verdict.broken_at, 3, "%lld", (long long)verdict.broken_at);
}
