/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "explorer/explorer_world.h"

/* Runs a world until all has come to rest, and checks it all the way. world->failure tells what went wrong, if anything.
 * The world must be initialised; fini it afterwards. */
void explorer_run(struct explorer_world *world);
