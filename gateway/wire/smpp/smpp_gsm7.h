/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* GSM-7 packed as it goes on the air (3GPP TS 23.038 §6.1.2.1), for carriers that want it so on the wire too. */

/* Octets that so many septets take behind a user data header of udh_octets (0 = none), the header included. */
size_t smpp_gsm7_packed_octets(size_t udh_octets, size_t septets);

/* Packs septets, each in an octet, behind the header, both at from. out: smpp_gsm7_packed_octets. The text begins at a septet's
 * boundary counted from the header's first octet (3GPP TS 23.040 §9.2.3.24). Seven bits that are left at the end, which
 * would be read as one more “@”, become a CR. */
void smpp_gsm7_pack(const uint8_t *from, size_t udh_octets, size_t septets, uint8_t *out);

/* Septets that so many octets may hold, at most. */
#define SMPP_GSM7_SEPTETS(octets) ((octets)*8 / 7)

/* Unpacks len octets, each septet into an octet of its own. octets: behind the header of udh_octets (0 = none). septets: room for
 * SMPP_GSM7_SEPTETS(len). SMPP counts octets only, so that seven bits that are left at the end cannot be told from a septet: “@”
 * or CR there are none of the text. Bits that make no whole septet are nothing. Returns how many there are. */
size_t smpp_gsm7_unpack(const uint8_t *octets, size_t len, size_t udh_octets, uint8_t *septets);
