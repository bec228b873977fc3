/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/pause.h"

#include <stdint.h>

/* What operators want of a carrier account, as all gateways of one queue keep to it. It is kept in a hash of three fields
 * an account: “state:NAME” is “paused since_ms who⇥reason” or “drained …”, “tps:NAME” is “500 since_ms who”, “again:NAME” is
 * “since_ms”. */

#define ACCOUNT_NAME_MAX   32  /* octets */
#define ACCOUNT_REASON_MAX 120 /* octets */
#define ACCOUNT_TPS_MAX    1000000

enum account_stance {
	ACCOUNT_RUNS,
	ACCOUNT_PAUSED,  /* nothing more is submitted; its links stay */
	ACCOUNT_DRAINED, /* and they are unbound when all is answered */
	ACCOUNT_STANCE_COUNT
};

struct account_order {
	char name[ACCOUNT_NAME_MAX + 1]; /* of the account */
	enum account_stance stance;
	struct pause_note note; /* of a stance that is not RUNS */
	char reason[ACCOUNT_REASON_MAX + 1];
	bool has_tps; /* instead of the configuration's */
	uint32_t tps; /* segments a second of all workers of one gateway; 0 = unlimited */
	struct pause_note tps_note;
	wall_ms again; /* when somebody last said that it shall run, also where it ran: refused links are tried again; 0 = never */
};

/* “runs”, “paused”, “drained”. Static storage. */
const char *account_stance_name(enum account_stance stance);

/* Reads one field into the list of orders, count of them so far, of at most most; those of one account are one. False
 * where it is none, or there is no place. */
bool account_order_read(struct slice field, struct slice value, struct account_order *orders, unsigned *count,
			unsigned most);

/* The order about an account; NULL where there is none. */
const struct account_order *account_order_find(const struct account_order *orders, unsigned count, const char *name);
