/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "audit/audit_link.h"

/* The account of the queue at one instant: what was added = what waits + what was closed. */
struct audit_account {
	long long added;
	long long waiting; /* on the lanes, in ready, later and held */
	long long listed;  /* on the list: not added to a stream yet, so no part of the sum */
	long long closed;  /* by any closing; less what was put back */
};

/* Reads it. False with trouble. */
bool audit_account_read(redisContext *link, struct audit_account *account, struct audit_trouble *trouble);
