/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

/* Passwords, tokens and keys. */

/* True where both are the same octets. How long it takes says nothing about where they differ: it grows with what was given, which
 * whoever gave it knows. Both empty are the same: ask before whether there is a secret at all. */
bool secret_equal(struct slice given, struct slice known);
