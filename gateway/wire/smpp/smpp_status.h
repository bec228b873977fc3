/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/outcome.h"

#include <stdbool.h>
#include <stdint.h>

/* Values of command_status, SMPP 3.4 §5.1.3. */
enum smpp_status_code {
#define STATUS(code, name, submit, bind, alarm, about_account) SMPP_STATUS_##name = code,
#include "wire/smpp/smpp_status.def"
#undef STATUS
};

/* What a status means to us. */
struct smpp_status {
	uint32_t code;
	const char *name;                /* “ESME_RTHROTTLED”, static; NULL where unlisted */
	enum outcome_class submit_class; /* in the answer to a submit, or in a generic_nack */
	enum outcome_class bind_class;   /* in the answer to a bind */
	bool is_alarm;                   /* our encoding or configuration is at fault: tell a human when it repeats */
	bool is_about_account;           /* a refused submit speaks of the account: another one may take the same sms */
	bool is_not_mine;                /* likewise: the number is another carrier's */
	bool is_listed;                  /* false: in no edition of the specification; the classes are defaults */
};

#define SMPP_STATUS_OVERRIDES_MAX 32

/* What one account means by some statuses, against the table. Counts for submits only. */
struct smpp_status_overrides {
	struct smpp_status_override {
		uint32_t code; /* not 0 */
		enum outcome_class outcome_class;
		bool is_not_mine; /* the number is another carrier's: about the account, too */
	} rows[SMPP_STATUS_OVERRIDES_MAX];
	unsigned count;
};

/* The meaning of a status. overrides: may be NULL; the first row for that code wins. An unlisted code is REJECTED on
 * a submit and TEMPORARY on a bind. Status 0 cannot be overridden. */
struct smpp_status smpp_status_of(uint32_t code, const struct smpp_status_overrides *overrides);
