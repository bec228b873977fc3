/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/fake_plant.h"

static const char *const names[PLANT_COUNT] = {
	[PLANT_NONE] = "none",
	[PLANT_SETTLE_BEFORE_OUTCOME] = "settle-before-outcome",
	[PLANT_DEDUPE_WITHOUT_ORIGIN] = "dedupe-without-origin",
	[PLANT_RETRY_LOSES_ORIGIN] = "retry-loses-origin",
	[PLANT_INTENT_AFTER_OCTETS] = "intent-after-octets",
	[PLANT_CANCEL_FORGOTTEN] = "cancel-forgotten",
	[PLANT_MOVER_NOT_ATOMIC] = "mover-not-atomic",
	[PLANT_ADOPT_WITHOUT_FENCE] = "adopt-without-fence",
	[PLANT_CAREFUL_TAKES_ALL] = "careful-settle-takes-all",
	[PLANT_LATE_CLOSES_TWICE] = "late-closes-twice",
	[PLANT_EACH_ITS_OWN_RATE] = "each-its-own-rate",
	[PLANT_OPTOUT_FORGOTTEN] = "optout-forgotten",
	[PLANT_CAP_FORGOTTEN] = "cap-forgotten",
	[PLANT_BUDGET_OF_A_BATCH] = "budget-of-a-batch",
	[PLANT_BUDGET_COUNTS_AGAIN] = "budget-counts-again",
	[PLANT_EACH_ITS_OWN_BINDS] = "each-its-own-binds",
	[PLANT_BIND_TAKEN_TOO_EARLY] = "bind-taken-too-early",
};

const char *fake_plant_name(enum fake_plant plant)
{
	return names[plant];
}

enum fake_plant fake_plant_parse(struct slice name)
{
	unsigned plant = 0;
	while (plant < PLANT_COUNT && !slice_is(name, names[plant]))
		plant++;
	return (enum fake_plant)plant;
}
