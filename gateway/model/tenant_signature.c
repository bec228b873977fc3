/* SPDX-License-Identifier: Apache-2.0 */
#include "model/tenant_signature.h"

struct slice tenant_signature_of(const struct tenant_signature *list, unsigned count, struct slice tenant,
				 struct slice common)
{
	for (unsigned i = 0; tenant.len > 0 && i < count; i++) {
		if (slice_is(tenant, list[i].tenant))
			return slice_of(list[i].signature);
	}
	return common;
}
