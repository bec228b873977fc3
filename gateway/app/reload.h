/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/carrier_maker.h"
#include "app/snapshot.h"

/* Takes each thing that is worth telling of a reload, as a line for people. */
typedef void reload_tell(void *ctx, const char *line, bool is_warning);

/* Reads the configuration's file again, all of it, and checks it as a start would, and that it fits the workers that run.
 * first: what the process was started with; settings that need a restart are told as a warning where they differ from it.
 * maker: of any worker; its config is set by this. names: as snapshot_create has it. out: held by the caller, set on success
 * only; on any error nothing has changed, and each was told. */
MUST_CHECK enum err reload_read(const struct config *first, struct carrier_maker *maker, struct slot_names *names,
				struct snapshot **out, reload_tell *tell, void *ctx);
