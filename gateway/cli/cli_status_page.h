/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* A status as people want it at night: what is wrong first, and what to do about it; then the figures. */

/* True where the JSON is a status of a gateway. What it lacks beyond that counts as 0. */
bool cli_status_is_status(const json_t *status);

/* Writes a line for each thing that is wrong to out (NULL: only counts). Returns how many. */
unsigned cli_status_problems(const json_t *status, FILE *out);

/* Writes the whole page. Returns how many things are wrong. */
unsigned cli_status_page(const json_t *status, FILE *out);
