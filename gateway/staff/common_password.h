/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

/* The list of passwords that are tried first (gateway/staff/common_passwords.txt, built in). */

/* Whether a password is on the list, in any case. also_in_the_middle: also where it is one of the list with digits and ASCII signs
 * around it, such as “Password2026!”. */
bool common_password_is(struct slice password, bool also_in_the_middle);
