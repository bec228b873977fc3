/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/protection.h"
#include "model/sms.h"

/* What protects recipients, by the class of the sms. What needs no store is judged by rules of policy.h; limits the store
 * keeps. */
struct protection_options {
	struct protection_limits limits[SMS_CLASS_COUNT];
};
