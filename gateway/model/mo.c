/* SPDX-License-Identifier: Apache-2.0 */
#include "model/mo.h"

#include "base/utf8.h"

static bool is_address(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] < 0x20 || text.at[i] > 0x7E)
			return false;
	}
	return text.len <= MO_ADDRESS_MAX;
}

bool mo_is_valid(const struct mo *mo)
{
	bool is_part = mo->part >= 1 && mo->part <= mo->total && (mo->total > 1 || mo->reference == 0);
	bool is_body = mo->octets.len <= MO_OCTETS_MAX &&
		       (!mo->is_text || utf8_valid(mo->octets.at, mo->octets.len) == mo->octets.len);
	return is_part && is_body && is_address(mo->from) && is_address(mo->to);
}
