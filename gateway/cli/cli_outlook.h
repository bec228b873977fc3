/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdio.h>

/* When what waits will be gone, as a gateway's status has it (outlook, eta_s, clear_at), for people. */

#define CLI_OUTLOOK_OCTETS 96
#define CLI_RATE_OCTETS    24

/* “in 12 min 5 s, at 09:41”, with the date where it is more than a day; “keeps up”, “not known yet”, “—” where nothing waits; “-” where
 * the gateway does not say. what: a lane or an account. stays: what is said where it does not get shorter. Returns out. */
const char *cli_outlook_say(const json_t *what, const char *stays, char out[static CLI_OUTLOOK_OCTETS]);

/* A number under a key with one decimal; “-” where there is none. Returns out. */
const char *cli_outlook_rate(const json_t *what, const char *key, char out[static CLI_RATE_OCTETS]);

/* A table of the accounts of a status for which something waits, or on which something leaves; nothing where there is none. */
void cli_outlook_accounts(const json_t *accounts, FILE *out);
