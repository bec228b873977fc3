/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

bool secret_equal(struct slice given, struct slice known)
{
	volatile unsigned char differs = given.len != known.len;
	if (known.len == 0)
		return given.len == 0;
	for (size_t i = 0; i < given.len; i++)
		differs = (unsigned char)(differs | (given.at[i] ^ known.at[i % known.len]));
	return differs == 0;
}
