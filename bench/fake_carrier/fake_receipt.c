/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_receipt.h"

#include <stdlib.h>
#include <string.h>

#include "fake_shape.h"

enum {
  RECEIPTS_MAX = 1 << 20,
  FIRST_CAP = 1024,
  TRIES_MAX = 5,
  BACKLOG_MAX = 256 * 1024, /* octets of output at which a receiver counts as slow */
  WANTS_INTERMEDIATE = 0x10, /* in registered_delivery, SMPP 3.4 §5.2.17 */
};
#define RETRY_NS 1000000000u
#define MS_NS 1000000u

/* A receipt, or a message from a phone: then `octets` holds its PDU. */
struct fake_receipt {
  struct fake_shape_facts facts;
  uint32_t next; /* slot + 1: in a queue or in the free list */
  uint32_t sequence_number;
  int64_t done_s; /* when it was first told; the same each time it is told again */
  uint16_t account;
  uint8_t state; /* index into the options' states */
  uint8_t tries;
  unsigned char *octets; /* owned; NULL = a receipt */
  uint32_t octets_len;
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
  free(pool->slots[slot].octets);
  pool->slots[slot].octets = NULL;
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

static void plan_one(struct fake_session *session, const struct fake_pdu *pdu, uint64_t message, bool is_intermediate,
                     uint64_t due_ns) {
  struct fake_server *server = session->server;
  uint32_t slot;
  struct fake_receipt *receipt = take_slot(&server->receipts, &slot);
  if (receipt == NULL) {
    server->counters.receipts_dropped++;
    return;
  }
  *receipt = (struct fake_receipt){.account = (uint16_t)(session->account - server->accounts),
                                   .state = (uint8_t)fake_fate_state(&server->fate, message),
                                   .facts = {.message = message,
                                             .submitted_s = server->now_wall_us / 1000000,
                                             .is_intermediate = is_intermediate,
                                             .shape = fake_fate_shape(&server->fate, message),
                                             .user_reference = pdu->user_reference,
                                             .has_user_reference = pdu->has_user_reference,
                                             .from_ton = pdu->dest.ton,
                                             .from_npi = pdu->dest.npi,
                                             .to_ton = pdu->source.ton,
                                             .to_npi = pdu->source.npi,
                                             .from_len = pdu->dest.len,
                                             .to_len = pdu->source.len}};
  memcpy(receipt->facts.from, pdu->dest.text, pdu->dest.len);
  memcpy(receipt->facts.to, pdu->source.text, pdu->source.len);
  if (server->options->receipts == FAKE_RECEIPTS_EARLY) {
    enqueue(server, slot, false);
    fake_receipt_pump(server, session->account);
  } else if (!schedule(server, slot, due_ns)) {
    server->counters.receipts_dropped++;
    free_slot(&server->receipts, slot);
  }
}

void fake_receipt_plan(struct fake_session *session, const struct fake_pdu *pdu, const struct fake_segment *segment,
                       uint64_t message, uint64_t answer_ns) {
  struct fake_server *server = session->server;
  const struct fake_options *options = server->options;
  if (options->receipts == FAKE_RECEIPTS_OFF) return;
  if (!fake_shape_is_wanted(fake_fate_shape(&server->fate, message), segment->number, segment->total)) return;
  uint64_t due_ns = answer_ns + (uint64_t)options->receipt_delay_ms * MS_NS;
  if ((pdu->registered_delivery & WANTS_INTERMEDIATE) != 0) plan_one(session, pdu, message, true, due_ns);
  if (!is_wanted(options, pdu->registered_delivery, fake_fate_state(&server->fate, message))) return;
  plan_one(session, pdu, message, false, due_ns);
  if (options->receipts == FAKE_RECEIPTS_DUPLICATE) plan_one(session, pdu, message, false, due_ns);
}

bool fake_receipt_send_octets(struct fake_server *server, struct fake_account *account, const unsigned char *octets,
                              uint32_t len) {
  uint32_t slot;
  struct fake_receipt *receipt = take_slot(&server->receipts, &slot);
  unsigned char *copy = receipt != NULL ? malloc(len) : NULL;
  if (receipt == NULL) return false;
  *receipt = (struct fake_receipt){.account = (uint16_t)(account - server->accounts), .octets = copy, .octets_len = len};
  if (copy == NULL) {
    free_slot(&server->receipts, slot);
    return false;
  }
  memcpy(copy, octets, len);
  enqueue(server, slot, false);
  fake_receipt_pump(server, account);
  return true;
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
  if (receipt->octets != NULL) {
    server->counters.mo_sent++;
    fake_smpp_put32(receipt->octets + 12, receipt->sequence_number);
    memcpy(fake_session_extend(session, receipt->octets_len), receipt->octets, receipt->octets_len);
    return;
  }
  server->counters.receipts_sent++;
  const struct fake_options *options = server->options;
  struct fake_shape_run run = {
      .id_prefix = server->id_prefix, .response_form = options->id_form, .receipt_form = options->receipt_id_form};
  const char *stat = receipt->facts.is_intermediate ? "ENROUTE" : options->state[receipt->state].stat;
  unsigned char pdu[FAKE_SHAPE_PDU_CAP];
  if (receipt->done_s == 0) receipt->done_s = server->now_wall_us / 1000000;
  uint32_t len = fake_shape_encode(&run, &receipt->facts, stat, receipt->done_s, receipt->sequence_number, pdu);
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
  struct fake_counters *counters = &server->counters;
  bool is_mo = receipt->octets != NULL;
  ++*(is_mo ? status == 0 ? &counters->mo_answered : &counters->mo_refused
            : status == 0 ? &counters->receipts_answered : &counters->receipts_refused);
  if (status == 0 && !is_mo) counters->last_receipt_wall_us = server->now_wall_us;
  if (is_retried) counters->receipts_requeued++;
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
  for (uint32_t slot = 0; slot < pool->used; slot++) free(pool->slots[slot].octets);
  free(pool->slots);
  *pool = (struct fake_receipt_pool){0};
}
