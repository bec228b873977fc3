/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* What GET /v1/accounts says, for people. */

/* False where it is something else. */
bool cli_accounts_is_page(const json_t *page);

/* The account called name; NULL where there is none. Borrowed from page. */
const json_t *cli_accounts_find(const json_t *page, const char *name);

/* Prints the table. */
void cli_accounts_page(const json_t *page, FILE *out);
