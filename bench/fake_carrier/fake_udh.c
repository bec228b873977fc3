/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_udh.h"

#include "fake_smpp.h"

enum { IEI_CONCAT_8 = 0x00, IEI_CONCAT_16 = 0x08 };

static bool take_concat(unsigned iei, const unsigned char *value, unsigned len, struct fake_udh *udh,
                        struct fake_violation_found *found) {
  unsigned want = iei == IEI_CONCAT_8 ? 3 : 4;
  if (len != want)
    return fake_violation_set(found, FAKE_VIOLATION_udh, "concatenation element %02X has %u octets instead of %u", iei, len,
                              want);
  if (udh->total != 0) return fake_violation_set(found, FAKE_VIOLATION_udh, "two concatenation elements in one UDH");
  udh->reference_bits = iei == IEI_CONCAT_8 ? 8 : 16;
  udh->reference = iei == IEI_CONCAT_8 ? value[0] : fake_smpp_get16(value);
  udh->total = value[want - 2];
  udh->number = value[want - 1];
  if (udh->total == 0 || udh->number == 0 || udh->number > udh->total)
    return fake_violation_set(found, FAKE_VIOLATION_udh, "segment %u of %u cannot be", udh->number, udh->total);
  return true;
}

bool fake_udh_parse(const unsigned char *text, uint32_t len, struct fake_udh *udh, struct fake_violation_found *found) {
  *udh = (struct fake_udh){0};
  if (len == 0) return fake_violation_set(found, FAKE_VIOLATION_udh, "esm_class announces a UDH, but there is no text");
  uint32_t end = 1u + text[0];
  if (end > len)
    return fake_violation_set(found, FAKE_VIOLATION_udh, "UDH of %u octets in a text of %u octets", end, len);
  if (end == 1) return fake_violation_set(found, FAKE_VIOLATION_udh, "UDH of length 0");
  for (uint32_t at = 1; at < end;) {
    if (end - at < 2)
      return fake_violation_set(found, FAKE_VIOLATION_udh, "UDH element at offset %u is cut off", at);
    unsigned iei = text[at], element_len = text[at + 1];
    if (element_len > end - at - 2)
      return fake_violation_set(found, FAKE_VIOLATION_udh, "UDH element %02X at offset %u has %u octets, %u are left", iei,
                                at, element_len, end - at - 2);
    if ((iei == IEI_CONCAT_8 || iei == IEI_CONCAT_16) && !take_concat(iei, text + at + 2, element_len, udh, found))
      return false;
    at += 2 + element_len;
  }
  udh->octets = end;
  return true;
}

bool fake_udh_looks_like(const unsigned char *text, uint32_t len) {
  if (len >= 6 && text[0] == 5 && text[1] == IEI_CONCAT_8 && text[2] == 3)
    return text[4] >= 2 && text[5] >= 1 && text[5] <= text[4];
  if (len >= 7 && text[0] == 6 && text[1] == IEI_CONCAT_16 && text[2] == 4)
    return text[5] >= 2 && text[6] >= 1 && text[6] <= text[5];
  return false;
}
