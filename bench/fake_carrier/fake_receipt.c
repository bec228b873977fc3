/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_receipt.h"

#include <stdlib.h>
#include <string.h>

#include "fake_message_id.h"
#include "fake_time.h"

enum {
  RECEIPTS_MAX = 1 << 20,
  FIRST_CAP = 1024,
  TRIES_MAX = 5,
  BACKLOG_MAX = 256 * 1024, /* octets of output at which a receiver counts as slow */
  PDU_CAP = 256,
  NO_STATE = 0xFF,
};
#define RETRY_NS 1000000000u
#define MS_NS 1000000u

struct fake_receipt {
  uint64_t message;
  int64_t submitted_s;
  uint32_t next; /* slot + 1: in a queue or in the free list */
  uint32_t sequence_number;
  uint16_t account;
  uint16_t user_reference;
  bool has_user_reference;
  uint8_t state; /* index into the options' states */
  uint8_t tries;
  uint8_t from_ton, from_npi, to_ton, to_npi;
  uint8_t from_len, to_len;
  char from[FAKE_SMPP_ADDRESS_MAX + 1]; /* the submit's destination, */
  char to[FAKE_SMPP_ADDRESS_MAX + 1];   /* and its source */
};

static struct fake_receipt *take_slot(struct fake_receipt_pool *pool, uint32_t *slot) {
  if (pool->free_head != 0) {
    *slot = pool->free_head - 1;
    pool->free_head = pool->slots[*slot].next;
    return &pool->slots[*slot];
  }
  if (pool->used == pool->cap) {
    uint32_t cap = pool->cap == 0 ? FIRST_CAP : pool->cap * 2;
    struct fake_receipt *slots = cap > RECEIPTS_MAX ? NULL : realloc(pool->slots, cap * sizeof *slots);
    if (slots == NULL) return NULL;
    pool->slots = slots;
    pool->cap = cap;
  }
  *slot = pool->used++;
  return &pool->slots[*slot];
}

static void free_slot(struct fake_receipt_pool *pool, uint32_t slot) {
  pool->slots[slot].next = pool->free_head;
  pool->free_head = slot + 1;
}

static void enqueue(struct fake_server *server, uint32_t slot, bool at_front) {
  struct fake_receipt *slots = server->receipts.slots;
  struct fake_account *account = &server->accounts[slots[slot].account];
  slots[slot].next = at_front ? account->queue_head : 0;
  if (account->queue_head == 0) {
    account->queue_head = account->queue_tail = slot + 1;
  } else if (at_front) {
    account->queue_head = slot + 1;
  } else {
    slots[account->queue_tail - 1].next = slot + 1;
    account->queue_tail = slot + 1;
  }
  account->queue_count++;
}

static bool schedule(struct fake_server *server, uint32_t slot, uint64_t due_ns) {
  struct fake_due_item item = {.due_ns = due_ns, .message = slot, .kind = FAKE_DUE_RECEIPT};
  return fake_due_push(&server->due, &item);
}

static bool is_wanted(const struct fake_options *options, uint8_t registered_delivery, uint32_t state) {
  bool is_delivered = strcmp(options->state[state].stat, "DELIVRD") == 0;
  switch (registered_delivery & 3) {
    case 1: return true;
    case 2: return !is_delivered;
    case 3: return is_delivered;
    default: return false;
  }
}

static void plan_one(struct fake_session *session, const struct fake_pdu *pdu, uint64_t message, uint32_t state,
                     uint64_t due_ns) {
  struct fake_server *server = session->server;
  uint32_t slot;
  struct fake_receipt *receipt = take_slot(&server->receipts, &slot);
  if (receipt == NULL) {
    server->counters.receipts_dropped++;
    return;
  }
  *receipt = (struct fake_receipt){.message = message,
                                   .submitted_s = server->now_wall_us / 1000000,
                                   .account = (uint16_t)(session->account - server->accounts),
                                   .state = (uint8_t)state,
                                   .user_reference = pdu->user_reference,
                                   .has_user_reference = pdu->has_user_reference,
                                   .from_ton = pdu->dest.ton,
                                   .from_npi = pdu->dest.npi,
                                   .to_ton = pdu->source.ton,
                                   .to_npi = pdu->source.npi,
                                   .from_len = pdu->dest.len,
                                   .to_len = pdu->source.len};
  memcpy(receipt->from, pdu->dest.text, pdu->dest.len);
  memcpy(receipt->to, pdu->source.text, pdu->source.len);
  if (server->options->receipts == FAKE_RECEIPTS_EARLY) {
    enqueue(server, slot, false);
    fake_receipt_pump(server, session->account);
  } else if (!schedule(server, slot, due_ns)) {
    server->counters.receipts_dropped++;
    free_slot(&server->receipts, slot);
  }
}

void fake_receipt_plan(struct fake_session *session, const struct fake_pdu *pdu, uint64_t message, uint64_t answer_ns) {
  struct fake_server *server = session->server;
  const struct fake_options *options = server->options;
  if (options->receipts == FAKE_RECEIPTS_OFF || (pdu->registered_delivery & 3) == 0) return;
  uint32_t state = fake_fate_state(&server->fate, message);
  if (!is_wanted(options, pdu->registered_delivery, state)) return;
  uint64_t due_ns = answer_ns + (uint64_t)options->receipt_delay_ms * MS_NS;
  plan_one(session, pdu, message, state, due_ns);
  if (options->receipts == FAKE_RECEIPTS_DUPLICATE) plan_one(session, pdu, message, state, due_ns);
}

/* message_state of a stat word, SMPP 3.4 §5.2.28; NO_STATE for a carrier's own word. */
static uint8_t state_number(const char *stat) {
  static const char *const words[] = {"ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD"};
  for (uint8_t index = 0; index < sizeof words / sizeof *words; index++)
    if (strcmp(stat, words[index]) == 0) return (uint8_t)(index + 1);
  return NO_STATE;
}

static unsigned char *put(unsigned char *out, const void *octets, size_t len) {
  memcpy(out, octets, len);
  return out + len;
}
#define PUT_LITERAL(out, text) put(out, text, sizeof(text) - 1)

/* The text of SMPP 3.4 appendix B. */
static unsigned char *put_text(unsigned char *out, const struct fake_server *server, const struct fake_receipt *receipt,
                               const unsigned char *id, uint32_t id_len) {
  const char *stat = server->options->state[receipt->state].stat;
  bool is_delivered = strcmp(stat, "DELIVRD") == 0;
  char submitted[11], done[11];
  fake_time_put_minute(receipt->submitted_s, submitted);
  fake_time_put_minute(server->now_wall_us / 1000000, done);
  out = PUT_LITERAL(out, "id:");
  out = put(out, id, id_len);
  out = is_delivered ? PUT_LITERAL(out, " sub:001 dlvrd:001 submit date:") : PUT_LITERAL(out, " sub:001 dlvrd:000 submit date:");
  out = put(out, submitted, 10);
  out = PUT_LITERAL(out, " done date:");
  out = put(out, done, 10);
  out = PUT_LITERAL(out, " stat:");
  out = put(out, stat, strlen(stat));
  return is_delivered ? PUT_LITERAL(out, " err:000 text:") : PUT_LITERAL(out, " err:001 text:");
}

static unsigned char *put_tlv(unsigned char *out, uint16_t tag, const void *value, uint16_t len) {
  fake_smpp_put16(out, tag);
  fake_smpp_put16(out + 2, len);
  return put(out + 4, value, len);
}

/* A whole deliver_sm (SMPP 3.4 §4.6.1) into `pdu`; returns its length. */
static uint32_t encode(const struct fake_server *server, const struct fake_receipt *receipt, unsigned char pdu[PDU_CAP]) {
  bool is_decimal = server->options->is_id_decimal;
  unsigned char id[FAKE_MESSAGE_ID_CAP] = {0};
  uint32_t id_len = fake_message_id_len(is_decimal);
  fake_message_id_put(server->id_prefix, receipt->message, is_decimal, id);
  unsigned char *out = pdu + FAKE_SMPP_HEADER_LEN;
  *out++ = 0; /* service_type */
  *out++ = receipt->from_ton;
  *out++ = receipt->from_npi;
  out = put(out, receipt->from, receipt->from_len + 1u);
  *out++ = receipt->to_ton;
  *out++ = receipt->to_npi;
  out = put(out, receipt->to, receipt->to_len + 1u);
  static const unsigned char fields[] = {FAKE_ESM_RECEIPT, 0, 0, 0, 0, 0, 0, 0, 0};
  out = put(out, fields, sizeof fields);
  unsigned char *sm_length = out++;
  unsigned char *text = out;
  out = put_text(out, server, receipt, id, id_len);
  *sm_length = (unsigned char)(out - text);
  out = put_tlv(out, FAKE_TLV_RECEIPTED_MESSAGE_ID, id, (uint16_t)(id_len + 1));
  uint8_t state = state_number(server->options->state[receipt->state].stat);
  if (state != NO_STATE) out = put_tlv(out, FAKE_TLV_MESSAGE_STATE, &state, 1);
  unsigned char reference[2];
  fake_smpp_put16(reference, receipt->user_reference);
  if (receipt->has_user_reference) out = put_tlv(out, FAKE_TLV_USER_MESSAGE_REFERENCE, reference, sizeof reference);
  uint32_t len = (uint32_t)(out - pdu);
  fake_smpp_put_header(pdu, len, FAKE_COMMAND_DELIVER_SM, FAKE_STATUS_ROK, receipt->sequence_number);
  return len;
}

static bool is_ready(const struct fake_session *session, const struct fake_account *account) {
  return session != NULL && session->account == account && session->may_receive && session->state == FAKE_SESSION_BOUND &&
         session->unbind_asked == 0 && session->receipts_outstanding < session->server->options->receipt_window &&
         fake_session_backlog(session) < BACKLOG_MAX;
}

/* The account's sessions take turns. */
static struct fake_session *find_receiver(struct fake_server *server, struct fake_account *account) {
  for (uint32_t tried = 0; tried < server->slots_used; tried++) {
    uint32_t slot = (account->next_slot + tried) % server->slots_used;
    if (!is_ready(server->sessions[slot], account)) continue;
    account->next_slot = slot + 1;
    return server->sessions[slot];
  }
  return NULL;
}

static void send_on(struct fake_session *session, uint32_t slot) {
  struct fake_server *server = session->server;
  struct fake_receipt *receipt = &server->receipts.slots[slot];
  uint32_t *place;
  do { /* a number whose place is still taken by an unanswered one is passed over */
    receipt->sequence_number = fake_session_next_sequence(session);
    place = &session->receipt_slots[receipt->sequence_number % FAKE_SESSION_RECEIPT_SLOTS];
  } while (*place != 0);
  *place = slot + 1;
  session->receipts_outstanding++;
  server->counters.receipts_sent++;
  unsigned char pdu[PDU_CAP];
  uint32_t len = encode(server, receipt, pdu);
  memcpy(fake_session_extend(session, len), pdu, len);
}

void fake_receipt_pump(struct fake_server *server, struct fake_account *account) {
  while (account->queue_head != 0) {
    struct fake_session *session = find_receiver(server, account);
    if (session == NULL) return;
    uint32_t slot = account->queue_head - 1;
    account->queue_head = server->receipts.slots[slot].next;
    account->queue_count--;
    send_on(session, slot);
  }
}

void fake_receipt_due(struct fake_server *server, const struct fake_due_item *item) {
  uint32_t slot = (uint32_t)item->message;
  enqueue(server, slot, false);
  fake_receipt_pump(server, &server->accounts[server->receipts.slots[slot].account]);
}

static bool is_temporary(uint32_t status) {
  return status == FAKE_STATUS_RSYSERR || status == FAKE_STATUS_RMSGQFUL || status == FAKE_STATUS_RTHROTTLED ||
         status == FAKE_STATUS_RX_T_APPN;
}

bool fake_receipt_answered(struct fake_session *session, uint32_t sequence_number, uint32_t status) {
  if (session->receipt_slots == NULL) return false;
  struct fake_server *server = session->server;
  uint32_t *place = &session->receipt_slots[sequence_number % FAKE_SESSION_RECEIPT_SLOTS];
  if (*place == 0 || server->receipts.slots[*place - 1].sequence_number != sequence_number) return false;
  uint32_t slot = *place - 1;
  *place = 0;
  session->receipts_outstanding--;
  struct fake_receipt *receipt = &server->receipts.slots[slot];
  bool is_retried = is_temporary(status) && ++receipt->tries < TRIES_MAX && schedule(server, slot, server->now_ns + RETRY_NS);
  if (status == 0) server->counters.receipts_answered++;
  if (status == 0) server->counters.last_receipt_wall_us = server->now_wall_us;
  if (status != 0) server->counters.receipts_refused++;
  if (is_retried) server->counters.receipts_requeued++;
  if (!is_retried) free_slot(&server->receipts, slot);
  if (session->account != NULL) fake_receipt_pump(server, session->account);
  return true;
}

void fake_receipt_take_back(struct fake_session *session, struct fake_account *account) {
  struct fake_server *server = session->server;
  if (session->receipt_slots == NULL) return;
  for (uint32_t back = FAKE_SESSION_RECEIPT_SLOTS; back > 0 && session->receipts_outstanding > 0; back--) {
    /* From the newest number to the oldest, each to the front: the queue keeps its order. */
    uint32_t place = (session->sequence_last + back) % FAKE_SESSION_RECEIPT_SLOTS;
    if (session->receipt_slots[place] == 0) continue;
    enqueue(server, session->receipt_slots[place] - 1, true);
    session->receipt_slots[place] = 0;
    session->receipts_outstanding--;
    server->counters.receipts_requeued++;
  }
  if (!server->is_ending) fake_receipt_pump(server, account);
}

uint64_t fake_receipt_pending(const struct fake_server *server) {
  uint64_t free_count = 0;
  for (uint32_t next = server->receipts.free_head; next != 0; next = server->receipts.slots[next - 1].next) free_count++;
  return server->receipts.used - free_count;
}

void fake_receipt_fini(struct fake_receipt_pool *pool) {
  free(pool->slots);
  *pool = (struct fake_receipt_pool){0};
}
