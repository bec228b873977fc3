/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* True for characters that nobody sees but that change what others show or how text is counted: zero-width blanks,
 * direction marks and overrides (Unicode UAX #9), word joiners, the byte order mark, soft hyphen. The two joiners
 * U+200C and U+200D are not among them: emoji and some scripts need them. */
bool invisible_is(uint32_t code);

/* True for C0 and C1 control characters and DEL, newline and tab included. */
bool invisible_is_control(uint32_t code);
