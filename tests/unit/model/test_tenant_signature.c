/* SPDX-License-Identifier: Apache-2.0 */
#include "model/tenant_signature.h"

#include <criterion/criterion.h>

Test(tenant_signature, a_tenant_has_its_own_or_the_common_one)
{
	static char north[] = "north", south[] = "south", northern[] = "北方供电", southern[] = "南方供电";
	static const struct tenant_signature list[] = { { north, northern }, { south, southern } };
	struct slice common = SLICE("国网");
	cr_expect(slice_is(tenant_signature_of(list, 2, SLICE("south"), common), southern));
	cr_expect(slice_is(tenant_signature_of(list, 2, SLICE("nort"), common), "国网"));
	cr_expect(slice_is(tenant_signature_of(list, 2, (struct slice){ NULL, 0 }, common), "国网"));
	cr_expect(slice_is(tenant_signature_of(NULL, 0, SLICE("north"), common), "国网"));
}
