/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The values an SMSC insists on in a submit_sm or data_sm: numbering, times and flags. */

#include <stdbool.h>
#include <stdint.h>

#include "fake_pdu.h"
#include "fake_violation.h"

/* True if TON `ton` is one of SMPP 3.4 §5.2.5. */
bool fake_rules_ton_known(uint8_t ton);

/* True if NPI `npi` is one of SMPP 3.4 §5.2.6. */
bool fake_rules_npi_known(uint8_t npi);

/* Judge the mandatory fields of `pdu`, received at `wall_s` (seconds since 1970) on a bind of `interface_version`. The
 * destination must be digits (international: at most 15, not beginning with 0), the source digits, empty with TON and NPI 0, or
 * with TON 5 at most 11 printable characters. False with `found` for the first field that is not as SMPP 3.4 §5.2 wants it. */
bool fake_rules_check(const struct fake_pdu *pdu, uint8_t interface_version, int64_t wall_s,
                      struct fake_violation_found *found);
