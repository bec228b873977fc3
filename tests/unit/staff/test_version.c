/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/version.h"

#include "unit/staff/staff_rig.h"

#include <criterion/criterion.h>

static struct staff_rig rig;

static void setup(void)
{
	staff_rig_open(&rig);
}

static void teardown(void)
{
	staff_rig_close(&rig);
}

TestSuite(version, .init = setup, .fini = teardown);

static enum staff_outcome publish(struct staff_change *change, void *ctx, struct err_at *at)
{
	struct staff_actor li = staff_rig_actor("li", STAFF_ROLE(STAFF_APPROVER));
	const struct version_origin origin = { .kind = "publish", .by = &li, .why = SLICE("test") };
	json_t *content =
		json_pack("{s:{s:s},s:[],s:{}}", "variants", "en", (const char *)ctx, "samples", "registrations");
	int64_t number;
	enum staff_outcome outcome = version_publish(change, rig.now, SLICE("balance"), content, &origin, &number, at);
	json_decref(content);
	return outcome;
}

/* Also where the count of versions has gone back, after a failover to a replica that was behind: what is there stays as it was. */
Test(version, is_never_written_over)
{
	static char first[] = "the first words";
	static char other[] = "other words";
	json_t *version;
	staff_rig_meddle(&rig, "SET :templates:turn 1");
	WANT(&rig, staff_change_run(rig.db, version_keys, version_key_count, publish, first, &rig.at), STAFF_OK);
	staff_rig_meddle(&rig, "DEL :templates:latest");
	WANT(&rig, staff_change_run(rig.db, version_keys, version_key_count, publish, other, &rig.at), STAFF_OK);
	WANT(&rig, version_get(rig.db, SLICE("balance"), 1, &version, &rig.at), STAFF_OK);
	cr_assert_str_eq(json_string_value(json_object_get(json_object_get(version, "variants"), "en")), first);
	json_decref(version);
}
