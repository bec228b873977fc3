/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_ledger.h"

#include <stdlib.h>
#include <string.h>

#include "fake_check.h"
#include "fake_entry.h"
#include "fake_smpp.h"

enum { FIRST_CAP = 1024, SESSIONS_MAX = 1 << 24, OPEN_COPIES_MAX = 64 };

/* An array with room for one more; it doubles at need. */
static void *grown(void *array, uint32_t count, uint32_t *cap, size_t item_len) {
  if (count < *cap) return array;
  uint32_t wider = *cap == 0 ? FIRST_CAP : *cap * 2;
  CHECK(wider > *cap);
  void *result = realloc(array, wider * item_len);
  CHECK(result != NULL);
  *cap = wider;
  return result;
}

static uint64_t hash(uint64_t state, const void *octets, size_t len) {
  const unsigned char *at = octets;
  state ^= len * 0x9E3779B97F4A7C15u;
  for (; len > 0;) {
    uint64_t word = 0;
    size_t step = len < sizeof word ? len : sizeof word;
    memcpy(&word, at, step);
    state = (state ^ word) * 0xBF58476D1CE4E5B9u;
    state ^= state >> 29;
    at += step;
    len -= step;
  }
  state *= 0x94D049BB133111EBu;
  return state ^ state >> 32;
}

/* An sms over HTTP, as if it had come in one PDU. */
static bool read_entry(const struct fake_spool_record *record, struct fake_pdu *pdu, struct fake_segment *segment) {
  struct fake_entry entry;
  if (!fake_entry_read((const unsigned char *)(record + 1), record->len, &entry)) return false;
  *pdu = (struct fake_pdu){.source = {.text = entry.from.at, .len = (uint8_t)entry.from.len},
                           .dest = {.text = entry.to.at, .len = (uint8_t)entry.to.len},
                           .data_coding = entry.encoding == FAKE_ENCODING_UCS2 ? 8 : 0};
  *segment = (struct fake_segment){.encoding = entry.encoding,
                                   .method = FAKE_METHOD_HTTP,
                                   .text = (const unsigned char *)entry.text.at,
                                   .text_len = (uint32_t)entry.text.len,
                                   .air_count = entry.segments,
                                   .total = 1,
                                   .number = 1};
  return true;
}

bool fake_ledger_read(const struct fake_ledger *ledger, const struct fake_spool_record *record, struct fake_pdu *pdu,
                      struct fake_segment *segment) {
  struct fake_violation_found found;
  if (record->kind == FAKE_SPOOL_HTTP) return read_entry(record, pdu, segment);
  const unsigned char *frame = (const unsigned char *)(record + 1);
  return record->len >= FAKE_SMPP_HEADER_LEN && fake_pdu_parse(frame, record->len, pdu, &found) &&
         fake_segment_read(pdu, (enum fake_encoding)ledger->reader->run.dcs0, segment, &found);
}

static void note_session(struct fake_ledger *ledger, const struct fake_spool_record *record) {
  uint32_t session = record->session;
  if (session >= SESSIONS_MAX) return;
  if (session >= ledger->system_ids_cap) {
    uint32_t cap = ledger->system_ids_cap == 0 ? FIRST_CAP : ledger->system_ids_cap;
    while (cap <= session) cap *= 2;
    struct fake_ledger_system_id *wider = realloc(ledger->system_ids, cap * sizeof *wider);
    CHECK(wider != NULL);
    memset(wider + ledger->system_ids_cap, 0, (cap - ledger->system_ids_cap) * sizeof *wider);
    ledger->system_ids = wider;
    ledger->system_ids_cap = cap;
  }
  ledger->system_ids[session] = (struct fake_ledger_system_id){(const char *)(record + 1), record->len};
}

static struct fake_ledger_system_id system_id_of(const struct fake_ledger *ledger, uint32_t session) {
  struct fake_ledger_system_id none = {"", 0};
  if (session >= ledger->system_ids_cap || ledger->system_ids[session].text == NULL) return none;
  return ledger->system_ids[session];
}

static uint64_t key_hash(const struct fake_ledger_key *key) {
  uint64_t state = hash((uint64_t)key->reference << 16 | (uint64_t)key->total << 8 | key->method, key->system_id,
                        key->system_id_len);
  state = hash(state, key->source, strlen(key->source));
  return hash(state, key->dest, strlen(key->dest));
}

static bool is_same_key(const struct fake_ledger_key *left, const struct fake_ledger_key *right) {
  return left->reference == right->reference && left->total == right->total && left->method == right->method &&
         left->system_id_len == right->system_id_len && memcmp(left->system_id, right->system_id, left->system_id_len) == 0 &&
         strcmp(left->source, right->source) == 0 && strcmp(left->dest, right->dest) == 0;
}

static void rehash(struct fake_ledger *ledger, uint32_t buckets_count) {
  free(ledger->buckets);
  ledger->buckets = calloc(buckets_count, sizeof *ledger->buckets);
  CHECK(ledger->buckets != NULL);
  ledger->buckets_count = buckets_count;
  for (uint32_t index = 0; index < ledger->keys_count; index++) {
    uint32_t *bucket = &ledger->buckets[key_hash(&ledger->keys[index]) & (buckets_count - 1)];
    ledger->keys[index].next_in_bucket = *bucket;
    *bucket = index + 1;
  }
}

/* Index of the key equal to `wanted`, added at need. */
static uint32_t find_key(struct fake_ledger *ledger, const struct fake_ledger_key *wanted) {
  if (ledger->keys_count >= ledger->buckets_count)
    rehash(ledger, ledger->buckets_count == 0 ? FIRST_CAP : ledger->buckets_count * 2);
  uint32_t *bucket = &ledger->buckets[key_hash(wanted) & (ledger->buckets_count - 1)];
  for (uint32_t next = *bucket; next != 0; next = ledger->keys[next - 1].next_in_bucket)
    if (is_same_key(&ledger->keys[next - 1], wanted)) return next - 1;
  ledger->keys = grown(ledger->keys, ledger->keys_count, &ledger->keys_cap, sizeof *ledger->keys);
  ledger->keys[ledger->keys_count] = *wanted;
  ledger->keys[ledger->keys_count].next_in_bucket = *bucket;
  *bucket = ++ledger->keys_count;
  return ledger->keys_count - 1;
}

static uint32_t add_message(struct fake_ledger *ledger, uint32_t segment, uint32_t key, uint32_t total) {
  ledger->messages = grown(ledger->messages, ledger->messages_count, &ledger->messages_cap, sizeof *ledger->messages);
  ledger->messages[ledger->messages_count] =
      (struct fake_ledger_message){.first = segment, .last = segment, .key = key, .have = 1, .total = (uint16_t)total};
  return ledger->messages_count++;
}

const struct fake_ledger_segment *fake_ledger_segment_of(const struct fake_ledger *ledger,
                                                         const struct fake_ledger_message *message, uint32_t number) {
  for (uint32_t next = message->first + 1; next != 0; next = ledger->segments[next - 1].next)
    if (ledger->segments[next - 1].number == number) return &ledger->segments[next - 1];
  return NULL;
}

/* Where the open copy behind `before` (index + 1, 0 = none) is noted. */
static uint32_t *open_link(struct fake_ledger *ledger, uint32_t key, uint32_t before) {
  return before == 0 ? &ledger->keys[key].open_head : &ledger->messages[before - 1].next_open;
}

static void add_to_set(struct fake_ledger *ledger, uint32_t segment, const struct fake_ledger_key *wanted, uint8_t number) {
  uint32_t key = find_key(ledger, wanted), before = 0, open_count = 0, next;
  while ((next = *open_link(ledger, key, before)) != 0) {
    struct fake_ledger_message *message = &ledger->messages[next - 1];
    if (fake_ledger_segment_of(ledger, message, number) == NULL) {
      ledger->segments[message->last].next = segment + 1;
      message->last = segment;
      if (++message->have < message->total) return;
      ledger->keys[key].whole_count++;
      *open_link(ledger, key, before) = message->next_open;
      return;
    }
    before = next;
    open_count++;
  }
  uint32_t added = add_message(ledger, segment, key + 1, wanted->total);
  /* One segment sent over and over must not make this loop long: copies past the limit stay as they are. */
  if (open_count < OPEN_COPIES_MAX) *open_link(ledger, key, before) = added + 1;
}

static void add_record(struct fake_ledger *ledger, const struct fake_spool_record *record) {
  struct fake_pdu pdu;
  struct fake_segment read;
  if (!fake_ledger_read(ledger, record, &pdu, &read)) {
    ledger->skipped_count++;
    return;
  }
  ledger->air_count += read.air_count;
  ledger->segments = grown(ledger->segments, ledger->segments_count, &ledger->segments_cap, sizeof *ledger->segments);
  uint32_t segment = ledger->segments_count++;
  ledger->segments[segment] = (struct fake_ledger_segment){.record = record, .number = read.number};
  if (read.total == 1) {
    add_message(ledger, segment, 0, 1);
    return;
  }
  struct fake_ledger_system_id system_id = system_id_of(ledger, record->session);
  struct fake_ledger_key wanted = {.system_id = system_id.text,
                                   .system_id_len = system_id.len,
                                   .source = pdu.source.text,
                                   .dest = pdu.dest.text,
                                   .reference = read.reference,
                                   .total = read.total,
                                   .method = (uint8_t)read.method};
  add_to_set(ledger, segment, &wanted, read.number);
}

void fake_ledger_text(const struct fake_ledger *ledger, const struct fake_ledger_message *message, struct fake_buffer *text) {
  for (uint32_t number = 1; number <= message->total; number++) {
    const struct fake_ledger_segment *segment = fake_ledger_segment_of(ledger, message, number);
    struct fake_pdu pdu;
    struct fake_segment read;
    if (segment == NULL || !fake_ledger_read(ledger, segment->record, &pdu, &read)) continue;
    if (read.method == FAKE_METHOD_HTTP) {
      fake_buffer_append(text, read.text, read.text_len);
      continue;
    }
    size_t cap = fake_text_utf8_cap(read.text_len);
    char *room = (char *)fake_buffer_extend(text, cap);
    text->len -= cap - fake_text_to_utf8(read.encoding, read.text, read.text_len, read.udh_octets, room);
  }
}

static uint32_t fingerprint_place(const struct fake_ledger *ledger, uint64_t fingerprint) {
  uint32_t place = (uint32_t)(fingerprint & (ledger->fingerprints_cap - 1));
  while (ledger->fingerprint_counts[place] != 0 && ledger->fingerprints[place] != fingerprint)
    place = (place + 1) & (ledger->fingerprints_cap - 1);
  return place;
}

static void compare_messages(struct fake_ledger *ledger) {
  ledger->fingerprints_cap = FIRST_CAP;
  while (ledger->fingerprints_cap / 2 < ledger->messages_count) ledger->fingerprints_cap *= 2;
  ledger->fingerprints = calloc(ledger->fingerprints_cap, sizeof *ledger->fingerprints);
  ledger->fingerprint_counts = calloc(ledger->fingerprints_cap, sizeof *ledger->fingerprint_counts);
  CHECK(ledger->fingerprints != NULL && ledger->fingerprint_counts != NULL);
  struct fake_buffer text = {0};
  for (uint32_t index = 0; index < ledger->messages_count; index++) {
    struct fake_ledger_message *message = &ledger->messages[index];
    struct fake_pdu pdu;
    struct fake_segment read;
    if (message->have < message->total) {
      ledger->incomplete_count++;
      if (ledger->keys[message->key - 1].whole_count > 0) ledger->repeats_count++;
      continue;
    }
    CHECK(fake_ledger_read(ledger, ledger->segments[message->first].record, &pdu, &read));
    text.len = 0;
    fake_ledger_text(ledger, message, &text);
    message->fingerprint = hash(hash(1, pdu.dest.text, pdu.dest.len), text.at, text.len);
    uint32_t place = fingerprint_place(ledger, message->fingerprint);
    ledger->fingerprints[place] = message->fingerprint;
    message->copy = ++ledger->fingerprint_counts[place];
    if (message->copy == 1)
      ledger->distinct_count++;
    else
      ledger->duplicates_count++;
  }
  fake_buffer_fini(&text);
}

void fake_ledger_build(struct fake_ledger *ledger, const struct fake_spool_reader *reader) {
  *ledger = (struct fake_ledger){.reader = reader};
  size_t offset = 0;
  const struct fake_spool_record *record;
  while ((record = fake_spool_reader_next(reader, &offset)) != NULL) {
    if (record->kind == FAKE_SPOOL_SESSION) note_session(ledger, record);
    if (record->kind == FAKE_SPOOL_MESSAGE || record->kind == FAKE_SPOOL_HTTP) add_record(ledger, record);
  }
  compare_messages(ledger);
}

uint32_t fake_ledger_copies(const struct fake_ledger *ledger, const struct fake_ledger_message *message) {
  return message->copy == 0 ? 0 : ledger->fingerprint_counts[fingerprint_place(ledger, message->fingerprint)];
}

void fake_ledger_fini(struct fake_ledger *ledger) {
  free(ledger->segments);
  free(ledger->messages);
  free(ledger->keys);
  free(ledger->buckets);
  free(ledger->system_ids);
  free(ledger->fingerprints);
  free(ledger->fingerprint_counts);
  *ledger = (struct fake_ledger){0};
}
