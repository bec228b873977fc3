/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "model/pause.h"
#include "sim/sim_world.h"

/* The words of the simulated world: templates, routes, and alerts as JSON. */

/* Makes catalogues and routes. */
bool sim_texts_make(struct sim_world *world);

/* Staff may publish other texts in this step; the workers that are awake follow. Chance of its own, so that the other troubles of a
 * seed stay what they are. */
void sim_texts_publish(struct sim_world *world);

/* Writes an alert or a cancel. */
void sim_texts_put(struct sim_world *world, struct buf *body, const struct sim_alert *alert);

/* Writes one that can't be sent; some of them would supersede others. */
void sim_texts_put_bad(struct sim_world *world, struct buf *body, const struct sim_alert *alert);

/* True where both are of one template. */
bool sim_texts_same_template(const struct sim_alert *a, const struct sim_alert *b);

/* The name of what a pause of that kind would name to hold the alert; empty where it has none. out: PAUSE_NAME_OCTETS. */
void sim_texts_name(const struct sim_alert *alert, enum pause_kind kind, char *out);

enum sms_class sim_texts_class(const struct sim_alert *alert);

#define SIM_NUMBER_OCTETS 16

/* A recipient's number in international form, NUL-terminated. */
void sim_texts_number(unsigned number, char out[static SIM_NUMBER_OCTETS]);
