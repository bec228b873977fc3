/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Which account gets an sms, and why, as GET /v1/route and route_answer_write say it, for people. */

/* False where it is something else. */
bool cli_route_is_answer(const json_t *answer);

/* Whether an account gets the sms: now where a gateway answers, else where one of its route is up. */
bool cli_route_gets_it(const json_t *answer);

/* Prints it. source: where it comes from, or why it is the configuration's only; a sentence without its end. */
void cli_route_page(const json_t *answer, const char *source, FILE *out);
