/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What a TCP socket was given and has surely not sent, for the moment at which its connection ends. */

/* Octets at the end of all that was written to the socket that have not left and never will.
 * fd: a TCP socket that is closed next and not written to again; is_reset: it will be closed by a reset, which drops what
 * the kernel has not sent. Where it can't be told for sure, 0. */
size_t unsent_octets(int fd, bool is_reset);
