/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Messages put together again from the segments of a spool.
 *
 * Segments belong together if system_id, source, destination, method, reference and total agree. A segment goes to the oldest copy of
 * that set that still lacks it, else it begins a further copy; a copy that is whole is closed. So a message sent twice makes two
 * messages, and a reference used again makes a new one. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fake_buffer.h"
#include "fake_segment.h"
#include "fake_spool.h"

struct fake_ledger_segment {
  const struct fake_spool_record *record; /* borrowed from the reader */
  uint32_t next;                          /* of the same message: index + 1, 0 = last */
  uint8_t number;
};

struct fake_ledger_message {
  uint32_t first; /* segment indices, in the order they came */
  uint32_t last;
  uint32_t key;       /* index + 1, 0 = not concatenated */
  uint32_t next_open; /* index + 1 of the next open copy of the same key */
  uint16_t have;
  uint16_t total;
  uint32_t copy;        /* this is the copy-th message of that destination and text, from 1; 0 if incomplete */
  uint64_t fingerprint; /* of destination and text */
};

struct fake_ledger_key {
  const char *system_id; /* in the spool, not NUL-terminated */
  const char *source;
  const char *dest;
  uint32_t system_id_len;
  uint32_t next_in_bucket; /* index + 1 */
  uint32_t open_head;      /* message index + 1, oldest first */
  uint32_t whole_count;
  uint16_t reference;
  uint8_t total;
  uint8_t method;
};

struct fake_ledger_system_id {
  const char *text; /* NULL if the session never bound */
  uint32_t len;
};

struct fake_ledger {
  const struct fake_spool_reader *reader; /* borrowed */
  struct fake_ledger_segment *segments;   /* owned, like all below */
  struct fake_ledger_message *messages;
  struct fake_ledger_key *keys;
  uint32_t *buckets;
  struct fake_ledger_system_id *system_ids; /* by session serial */
  uint64_t *fingerprints;                   /* open-addressed set with its counts */
  uint32_t *fingerprint_counts;
  uint32_t segments_count, segments_cap;
  uint32_t messages_count, messages_cap;
  uint32_t keys_count, keys_cap, buckets_count;
  uint32_t system_ids_cap;
  uint32_t fingerprints_cap;
  uint64_t air_count;
  uint64_t incomplete_count;
  uint64_t repeats_count; /* incomplete ones whose set was whole once: single segments sent again */
  uint64_t distinct_count;
  uint64_t duplicates_count;
  uint64_t skipped_count; /* records that cannot be read: not ours */
};

/* Read the whole spool and put the messages together. Memory is bounded by the spool: about 100 octets a message. Ends the
 * program if memory is out. */
void fake_ledger_build(struct fake_ledger *ledger, const struct fake_spool_reader *reader);

/* Parse the PDU of `record` again, or make one up for an sms over HTTP; false if it is none of ours. */
bool fake_ledger_read(const struct fake_ledger *ledger, const struct fake_spool_record *record, struct fake_pdu *pdu,
                      struct fake_segment *segment);

/* Append the text of `message` in UTF-8 to `text`, segments in their order; absent ones are left out. */
void fake_ledger_text(const struct fake_ledger *ledger, const struct fake_ledger_message *message, struct fake_buffer *text);

/* The segment of that number, or NULL. */
const struct fake_ledger_segment *fake_ledger_segment_of(const struct fake_ledger *ledger,
                                                         const struct fake_ledger_message *message, uint32_t number);

/* How many messages have `message`'s destination and text. */
uint32_t fake_ledger_copies(const struct fake_ledger *ledger, const struct fake_ledger_message *message);

/* Free everything but the reader. */
void fake_ledger_fini(struct fake_ledger *ledger);
