/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/alloc_sweep.h"
#include "staff/totp.h"

#include <openssl/err.h>

#define SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" /* RFC 6238, appendix B */

static enum alloc_end makes_codes(void *ctx)
{
	(void)ctx;
	char code[TOTP_DIGITS + 1] = "";
	int64_t step = 0;
	bool is_made = totp_code(SECRET, 1, code);
	bool is_taken = totp_is(SECRET, SLICE("287082"), 59 * MS_PER_S, 0, &step);
	bool is_another = totp_is(SECRET, SLICE("287083"), 59 * MS_PER_S, 0, &step);
	ERR_clear_error();
	if (is_another || (is_made && !slice_is(SLICE("287082"), code)))
		return alloc_wrong("another code is one, too");
	return is_made && is_taken ? ALLOC_WELL : ALLOC_TOLD;
}

Test(no_memory, totp)
{
	alloc_sweep("codes", makes_codes, NULL);
}
