/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

/* Somebody who calls the gateway over HTTP on loopback: a provider, or who says to be one. */

/* Sends a whole request, which must ask for “Connection: close”, on a connection of its own; the answer is to be heard. */
int http_caller_say(uint16_t port, const char *request);

/* The status of the answer to it. */
int http_caller_hear(int said);

/* The same, and the answer's body, NUL-terminated; free it. */
int http_caller_hear_all(int said, char **body);
