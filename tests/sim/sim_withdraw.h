/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "sim/sim_world.h"

/* Judges withdrawals and pauses: which alerts may not go any more, and from when on. */

/* An alert or a cancel was added; what it means for others, and others for it, is noted. */
void sim_withdraw_note(struct sim_world *world, struct sim_alert *alert);

/* Its part of what the worker's store tells. ctx: the worker. */
void sim_withdraw_watch(struct fake_store_watch *watch);

/* A worker submits an alert: was it asked for in time, and may it go still? */
void sim_withdraw_check_submit(struct sim_worker *worker, struct sim_alert *alert);

/* At the end: whoever was withdrawn was withdrawn rightly. */
void sim_withdraw_check_end(struct sim_world *world, const struct sim_alert *alert);

/* True where a pause in force holds the alert back. */
bool sim_withdraw_is_paused(const struct pause *pauses, unsigned count, const struct sim_alert *alert);
