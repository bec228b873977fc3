/* SPDX-License-Identifier: Apache-2.0 */
#include "model/mo.h"

#include "base/utf8.h"

static bool is_printable(struct slice text, size_t max)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] < 0x20 || text.at[i] > 0x7E)
			return false;
	}
	return text.len <= max;
}

bool mo_is_valid(const struct mo *mo)
{
	bool is_part = mo->part >= 1 && mo->part <= mo->total && (mo->total > 1 || mo->reference == 0);
	bool is_body = mo->octets.len <= MO_OCTETS_MAX &&
		       (!mo->is_text || utf8_valid(mo->octets.at, mo->octets.len) == mo->octets.len);
	return is_part && is_body && is_printable(mo->from, MO_ADDRESS_MAX) && is_printable(mo->to, MO_ADDRESS_MAX) &&
	       is_printable(mo->id, MO_ID_MAX);
}
