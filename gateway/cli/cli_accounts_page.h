/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* What GET /v1/accounts says, for people. */

/* printf format of what to do about an account that the carrier refuses; its argument is the account's name. */
#define CLI_ACCOUNTS_REFUSED_ADVICE                                                                    \
	"correct its credentials and reload (SIGHUP), or ask the carrier, and when it has mended it: " \
	"“hongyan accounts resume %s”"

/* What it means that nearly all of an account's last answers were failures. */
#define CLI_ACCOUNTS_BROKEN \
	"nearly all of its last answers were failures, so that it gets nothing, and is tried now and then"

/* True where that holds for one of the accounts of a page. */
bool cli_accounts_is_broken(const json_t *account);

/* False where it is something else. */
bool cli_accounts_is_page(const json_t *page);

/* The account called name; NULL where there is none. Borrowed from page. */
const json_t *cli_accounts_find(const json_t *page, const char *name);

/* Prints the table. */
void cli_accounts_page(const json_t *page, FILE *out);
