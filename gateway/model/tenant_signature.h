/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

/* A tenant whose texts have a signature of their own. */
struct tenant_signature {
	char *tenant;
	char *signature; /* without 【】 */
};

#define TENANT_SIGNATURES_MAX 64

/* The signature of a tenant, borrowed from list; the common one where it has none of its own, or tenant is absent. list: count of them. */
struct slice tenant_signature_of(const struct tenant_signature *list, unsigned count, struct slice tenant,
				 struct slice common);
