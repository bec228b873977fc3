/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/alloc_sweep.h"
#include "pipeline_rig.h"

static enum alloc_end makes_a_pipeline(void *ctx)
{
	(void)ctx;
	struct pipeline *pipeline = pipeline_create(&rig.store, &rig.options);
	bool is_made = pipeline != NULL;
	pipeline_destroy(pipeline);
	return is_made ? ALLOC_WELL : ALLOC_TOLD;
}

Test(no_memory, pipeline)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	rig.options.parcel_count = 4;
	alloc_sweep("a pipeline", makes_a_pipeline, NULL);
	rig_tear_down();
}
