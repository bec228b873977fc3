/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_rules.h"

#include "fake_smpp.h"
#include "fake_time.h"

enum {
  TON_INTERNATIONAL = 1,
  TON_ALPHANUMERIC = 5,
  TON_MAX = 6,
  E164_DIGITS_MAX = 15,
  ALPHANUMERIC_MAX = 11, /* 3GPP 23.040 §9.1.2.5 */
  PRIORITY_MAX = 3,
  MODE_FORWARD = 2, /* data_sm only */
  TYPE_DELIVERY_ACK = 0x08,
  TYPE_USER_ACK = 0x10,
  REGISTERED_RESERVED = 0xE0,
  REGISTERED_SUCCESS_ONLY = 3, /* from SMPP 5.0 on */
};

bool fake_rules_ton_known(uint8_t ton) { return ton <= TON_MAX; }

bool fake_rules_npi_known(uint8_t npi) {
  const uint32_t known = 1u << 0 | 1u << 1 | 1u << 3 | 1u << 4 | 1u << 6 | 1u << 8 | 1u << 9 | 1u << 10 | 1u << 14 | 1u << 18;
  return npi < 32 && (known >> npi & 1) != 0;
}

static bool check_digits(const struct fake_address *address, enum fake_violation kind, const char *field,
                         struct fake_violation_found *found) {
  for (uint32_t at = 0; at < address->len; at++)
    if (address->text[at] < '0' || address->text[at] > '9')
      return fake_violation_set(found, kind, "%s has no digit at offset %u (octet 0x%02X)", field, at,
                                (unsigned char)address->text[at]);
  if (address->len == 0) return fake_violation_set(found, kind, "%s is empty with TON %u", field, address->ton);
  if (address->ton != TON_INTERNATIONAL) return true;
  if (address->len > E164_DIGITS_MAX)
    return fake_violation_set(found, kind, "%s has %u digits, E.164 allows %d", field, address->len, E164_DIGITS_MAX);
  if (address->text[0] == '0') return fake_violation_set(found, kind, "international %s begins with 0", field);
  return true;
}

static bool check_source(const struct fake_address *source, struct fake_violation_found *found) {
  if (!fake_rules_ton_known(source->ton))
    return fake_violation_set(found, FAKE_VIOLATION_source_ton, "source_addr_ton %u is unknown", source->ton);
  if (!fake_rules_npi_known(source->npi))
    return fake_violation_set(found, FAKE_VIOLATION_source_npi, "source_addr_npi %u is unknown", source->npi);
  if (source->len == 0 && source->ton == 0 && source->npi == 0) return true; /* the SMSC fills in */
  if (source->ton != TON_ALPHANUMERIC) return check_digits(source, FAKE_VIOLATION_source_addr, "source_addr", found);
  if (source->len == 0 || source->len > ALPHANUMERIC_MAX)
    return fake_violation_set(found, FAKE_VIOLATION_source_addr, "alphanumeric source_addr has %u characters, 1 to %d are legal",
                              source->len, ALPHANUMERIC_MAX);
  for (uint32_t at = 0; at < source->len; at++)
    if (source->text[at] < 0x20 || source->text[at] > 0x7E)
      return fake_violation_set(found, FAKE_VIOLATION_source_addr, "octet 0x%02X at offset %u of an alphanumeric source_addr",
                                (unsigned char)source->text[at], at);
  return true;
}

static bool check_dest(const struct fake_address *dest, struct fake_violation_found *found) {
  if (!fake_rules_ton_known(dest->ton) || dest->ton == TON_ALPHANUMERIC)
    return fake_violation_set(found, FAKE_VIOLATION_dest_ton, "dest_addr_ton %u is unknown or cannot be a destination", dest->ton);
  if (!fake_rules_npi_known(dest->npi))
    return fake_violation_set(found, FAKE_VIOLATION_dest_npi, "dest_addr_npi %u is unknown", dest->npi);
  return check_digits(dest, FAKE_VIOLATION_dest_addr, "destination_addr", found);
}

static bool check_flags(const struct fake_pdu *pdu, uint8_t interface_version, struct fake_violation_found *found) {
  unsigned mode = pdu->esm_class & FAKE_ESM_MODE_MASK, type = pdu->esm_class & FAKE_ESM_TYPE_MASK;
  if (mode == MODE_FORWARD && pdu->command_id != FAKE_COMMAND_DATA_SM)
    return fake_violation_set(found, FAKE_VIOLATION_esm_class, "esm_class 0x%02X asks for forward mode, data_sm only",
                              pdu->esm_class);
  if (type != 0 && type != TYPE_DELIVERY_ACK && type != TYPE_USER_ACK)
    return fake_violation_set(found, FAKE_VIOLATION_esm_class, "message type of esm_class 0x%02X is not an ESME's", pdu->esm_class);
  if ((pdu->registered_delivery & REGISTERED_RESERVED) != 0 ||
      ((pdu->registered_delivery & 3) == REGISTERED_SUCCESS_ONLY && interface_version < 0x50))
    return fake_violation_set(found, FAKE_VIOLATION_registered_delivery, "registered_delivery 0x%02X is reserved",
                              pdu->registered_delivery);
  if (pdu->priority_flag > PRIORITY_MAX)
    return fake_violation_set(found, FAKE_VIOLATION_priority_flag, "priority_flag %u", pdu->priority_flag);
  if (pdu->replace_if_present > 1)
    return fake_violation_set(found, FAKE_VIOLATION_replace_if_present, "replace_if_present_flag %u", pdu->replace_if_present);
  if (pdu->default_msg_id != 0)
    return fake_violation_set(found, FAKE_VIOLATION_default_msg_id, "sm_default_msg_id %u, none is stored here",
                              pdu->default_msg_id);
  return true;
}

bool fake_rules_check(const struct fake_pdu *pdu, uint8_t interface_version, int64_t wall_s,
                      struct fake_violation_found *found) {
  for (uint32_t at = 0; at < pdu->service_type_len; at++)
    if (pdu->service_type[at] < 0x20 || pdu->service_type[at] > 0x7E)
      return fake_violation_set(found, FAKE_VIOLATION_service_type, "octet 0x%02X at offset %u of service_type",
                                (unsigned char)pdu->service_type[at], at);
  if (!check_source(&pdu->source, found) || !check_dest(&pdu->dest, found)) return false;
  if (!check_flags(pdu, interface_version, found)) return false;
  return fake_time_check(pdu->schedule_delivery_time, pdu->schedule_len, wall_s, FAKE_VIOLATION_schedule_time, found) &&
         fake_time_check(pdu->validity_period, pdu->validity_len, wall_s, FAKE_VIOLATION_validity_period, found);
}
