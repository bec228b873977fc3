/* SPDX-License-Identifier: Apache-2.0 */

/* Preloaded into a gateway: a library that crashes on a text with “☠” in it, as one with a bug would. */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#define MARKER 0x2620

bool utf8proc_grapheme_break_stateful(int32_t first, int32_t second, int32_t *state);

bool utf8proc_grapheme_break_stateful(int32_t first, int32_t second, int32_t *state)
{
	(void)state;
	if (first == MARKER || second == MARKER)
		abort();
	return true;
}
