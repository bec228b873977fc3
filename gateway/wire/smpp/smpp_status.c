/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_status.h"

#include <stddef.h>

static const struct smpp_status statuses[] = {
#define STATUS(code, name, submit, bind, alarm, about_account) \
	{ code, "ESME_" #name, OUTCOME_##submit, OUTCOME_##bind, alarm, about_account, false, true },
#include "wire/smpp/smpp_status.def"
#undef STATUS
};

struct smpp_status smpp_status_of(uint32_t code, const struct smpp_status_overrides *overrides)
{
	/* The answer to nearly every submit: it is the first row. */
	if (code == SMPP_STATUS_ROK)
		return statuses[0];

	struct smpp_status status = { code, NULL, OUTCOME_REJECTED, OUTCOME_TEMPORARY, false, false, false, false };
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
		if (statuses[i].code == code) {
			status = statuses[i];
			break;
		}
	}
	for (unsigned i = 0; overrides && i < overrides->count; i++) {
		if (overrides->rows[i].code == code) {
			status.submit_class = overrides->rows[i].outcome_class;
			status.is_not_mine = overrides->rows[i].is_not_mine;
			status.is_about_account |= status.is_not_mine;
			break;
		}
	}
	return status;
}
