/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config.h"
#include "httpd/httpd.h"

/* Who may tell us receipts. */

/* A target “/callbacks/ACCOUNT/SECRET?query” taken apart; borrowed from it. */
struct callback_target {
	struct slice account;
	struct slice secret; /* empty = none */
	struct slice query;  /* without “?” */
};

/* False where it is no such target. */
bool callback_target_parse(struct slice target, struct callback_target *out);

/* Whether the request comes from the provider of an account. account: NULL where none has the target's name, or where it takes no
 * callbacks; it is ERR_NOT_FOUND then, after as much time as for any other. why: a word for the log, static, set where it is not; the
 * one who asked must not hear it. peer: set to the address that counts, HTTPD_PEER_OCTETS. ERR_NOT_FOUND: it does not; ERR_MEMORY:
 * there is no memory to tell. */
MUST_CHECK enum err callback_gate_admit(const struct config_callbacks *settings, const struct config_account *account,
					const struct httpd_request *request, const struct callback_target *target,
					wall_ms now, char *peer, const char **why);
