/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_bind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_check.h"
#include "fake_dispatch.h"
#include "fake_pdu.h"
#include "fake_receipt.h"
#include "fake_rules.h"

enum { PASSWORD_MAX = 8, SYSTEM_TYPE_MAX = 12, ADDRESS_RANGE_MAX = 40, VERSION_OURS = 0x34 };

struct bind {
  const char *system_id;
  const char *password;
  const char *system_type;
  const char *address_range;
  uint8_t system_id_len;
  uint8_t password_len;
  uint8_t version;
  uint8_t ton;
  uint8_t npi;
};

static bool is_printable(const char *text, uint32_t len) {
  for (uint32_t at = 0; at < len; at++)
    if (text[at] < 0x21 || text[at] > 0x7E) return false;
  return true;
}

static bool parse(const struct fake_options *options, const unsigned char *frame, uint32_t len, struct bind *bind,
                  struct fake_violation_found *found) {
  struct fake_cursor cursor = {frame + FAKE_SMPP_HEADER_LEN, frame + len};
  uint8_t ignored = 0;
  /* Some carriers give out longer passwords than the specification has room for; ours is then configured so. */
  uint32_t password_max = PASSWORD_MAX;
  if (options->password != NULL && strlen(options->password) > PASSWORD_MAX) password_max = (uint32_t)strlen(options->password);
  if (!fake_pdu_take_cstring(&cursor, FAKE_SMPP_SYSTEM_ID_MAX, FAKE_VIOLATION_bind_system_id, "system_id", &bind->system_id,
                             &bind->system_id_len, found) ||
      !fake_pdu_take_cstring(&cursor, password_max, FAKE_VIOLATION_bind_password, "password", &bind->password,
                             &bind->password_len, found) ||
      !fake_pdu_take_cstring(&cursor, SYSTEM_TYPE_MAX, FAKE_VIOLATION_bind_system_type, "system_type", &bind->system_type,
                             &ignored, found) ||
      !fake_pdu_take_octet(&cursor, "interface_version", &bind->version, found) ||
      !fake_pdu_take_octet(&cursor, "addr_ton", &bind->ton, found) ||
      !fake_pdu_take_octet(&cursor, "addr_npi", &bind->npi, found) ||
      !fake_pdu_take_cstring(&cursor, ADDRESS_RANGE_MAX, FAKE_VIOLATION_bind_address, "address_range", &bind->address_range,
                             &ignored, found))
    return false;
  if (cursor.at < cursor.end)
    return fake_violation_set(found, FAKE_VIOLATION_body_surplus, "%td octets after address_range", cursor.end - cursor.at);
  if (bind->system_id_len == 0 || !is_printable(bind->system_id, bind->system_id_len))
    return fake_violation_set(found, FAKE_VIOLATION_bind_system_id, "system_id is empty or not printable");
  if (bind->version != 0x33 && bind->version != 0x34 && bind->version != 0x50)
    return fake_violation_set(found, FAKE_VIOLATION_bind_version, "interface_version 0x%02X", bind->version);
  if (!fake_rules_ton_known(bind->ton) || !fake_rules_npi_known(bind->npi))
    return fake_violation_set(found, FAKE_VIOLATION_bind_address, "addr_ton %u, addr_npi %u", bind->ton, bind->npi);
  return true;
}

/* The account of that name, made at need; NULL if there are too many. */
static struct fake_account *find_account(struct fake_server *server, const struct bind *bind) {
  for (uint32_t index = 0; index < server->accounts_count; index++)
    if (strcmp(server->accounts[index].system_id, bind->system_id) == 0) return &server->accounts[index];
  if (server->accounts_count == FAKE_ACCOUNTS_MAX) return NULL;
  struct fake_account *account = &server->accounts[server->accounts_count++];
  memcpy(account->system_id, bind->system_id, bind->system_id_len + 1u);
  return account;
}

static uint32_t judge(const struct fake_server *server, const struct bind *bind, const struct fake_account *account) {
  const struct fake_options *options = server->options;
  if (options->system_id != NULL && strcmp(options->system_id, bind->system_id) != 0) return FAKE_STATUS_RINVSYSID;
  if (options->password != NULL && strcmp(options->password, bind->password) != 0) return FAKE_STATUS_RINVPASWD;
  if (account == NULL) return FAKE_STATUS_RSYSERR;
  if (options->binds_max > 0 && account->binds_count >= options->binds_max) return FAKE_STATUS_RBINDFAIL;
  return FAKE_STATUS_ROK;
}

static void put_response(struct fake_session *session, uint32_t command_id, uint32_t sequence_number) {
  static const char ours[] = "fake-carrier";
  const uint32_t tlv_len = 5, len = FAKE_SMPP_HEADER_LEN + sizeof ours + tlv_len;
  unsigned char *out = fake_session_extend(session, len);
  fake_smpp_put_header(out, len, command_id | FAKE_COMMAND_RESP, FAKE_STATUS_ROK, sequence_number);
  memcpy(out + FAKE_SMPP_HEADER_LEN, ours, sizeof ours);
  unsigned char *tlv = out + FAKE_SMPP_HEADER_LEN + sizeof ours;
  fake_smpp_put16(tlv, FAKE_TLV_SC_INTERFACE_VERSION);
  fake_smpp_put16(tlv + 2, 1);
  tlv[4] = VERSION_OURS;
}

void fake_bind_take(struct fake_session *session, const unsigned char *frame, uint32_t len) {
  struct fake_server *server = session->server;
  struct fake_violation_found found;
  struct bind bind = {0};
  uint32_t command_id = fake_smpp_get32(frame + 4), sequence_number = fake_smpp_get32(frame + 12);
  if (!parse(server->options, frame, len, &bind, &found)) {
    server->counters.binds_refused++;
    fake_dispatch_refuse(session, frame, &found, NULL, 0);
    return;
  }
  /* Only names that may bind get an account: wrong ones must not fill the table. */
  bool is_ours = server->options->system_id == NULL || strcmp(server->options->system_id, bind.system_id) == 0;
  struct fake_account *account = is_ours ? find_account(server, &bind) : NULL;
  uint32_t status = judge(server, &bind, account);
  if (status != FAKE_STATUS_ROK) {
    server->counters.binds_refused++;
    fake_session_put_header(session, command_id | FAKE_COMMAND_RESP, status, sequence_number);
    return;
  }
  session->state = FAKE_SESSION_BOUND;
  session->state_ns = server->now_ns;
  session->account = account;
  session->interface_version = bind.version;
  session->may_submit = command_id != FAKE_COMMAND_BIND_RECEIVER;
  session->may_receive = command_id != FAKE_COMMAND_BIND_TRANSMITTER;
  if (session->may_receive) {
    session->receipt_slots = calloc(FAKE_SESSION_RECEIPT_SLOTS, sizeof *session->receipt_slots);
    CHECK(session->receipt_slots != NULL);
  }
  account->binds_count++;
  server->counters.binds++;
  if (account->binds_count > server->counters.binds_peak) server->counters.binds_peak = account->binds_count;
  struct fake_spool_record header = {.kind = FAKE_SPOOL_SESSION,
                                     .session = session->serial,
                                     .wall_us = server->now_wall_us,
                                     .mono_ns = server->now_ns};
  if (server->is_recording) fake_spool_append(&server->spool, &header, bind.system_id, bind.system_id_len);
  put_response(session, command_id, sequence_number);
  fake_receipt_pump(server, account);
}
