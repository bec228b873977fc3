/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

/* What a gateway's pages say, as it may go to a terminal. */

#define CLI_PRINTABLE_OCTETS 256
#define CLI_SPAN_OCTETS      32

/* The text under a key, "" where there is none: whatever a carrier wrote into its reason, without control characters.
 * Returns out. */
const char *cli_printable(const json_t *object, const char *key, char out[CLI_PRINTABLE_OCTETS]);

/* The same of a text itself; “?” where it is none. */
const char *cli_printable_text(const json_t *text, char out[CLI_PRINTABLE_OCTETS]);

/* “1.5 s”, “3 min 20 s”, “2 h 5 min”, “3 d 4 h”. Returns out. */
const char *cli_span_format(double seconds, char out[CLI_SPAN_OCTETS]);
