/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Receipts over HTTP: planned when an sms is taken, sent to the URL that its request named, or to the account's, and again until they
 * are answered as that provider wants it.
 *
 *   planned ──its time──► queued at its target ──a free link──► on the wire ──2xx──► gone
 *      ▲                                                            │
 *      └────────── a second later, up to --http-callback-tries ─────┘
 */

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "fake_buffer.h"
#include "fake_due.h"
#include "fake_http_take.h"

enum { FAKE_CALLBACK_TARGETS_MAX = 64, FAKE_CALLBACK_LINKS_MAX = 16, FAKE_CALLBACK_BATCH_MAX = 100, FAKE_CALLBACK_AUTHORITY_CAP = 128 };

struct fake_callback {
  struct fake_callback *next; /* in a queue or on a link */
  uint32_t target;
  enum fake_http_dialect dialect;
  int64_t submitted_us;
  int64_t reported_us; /* when it was told first, and is told again; 0 = not yet */
  uint32_t segments;
  uint8_t state; /* index into the options' states */
  uint8_t tries;
  bool is_final;
  bool is_forged;  /* its signature is wrong on purpose: it should be refused */
  const char *url; /* these texts lie in the same block */
  const char *id;
  const char *number; /* international, digits */
  const char *from;
  const char *ref; /* "" = none */
};

struct fake_callback_link {
  uv_tcp_t tcp;
  uv_connect_t connect;
  uv_write_t write;
  struct fake_callbacks *callbacks;
  uint32_t target;
  bool is_connected;
  bool is_gone;
  struct fake_callback *sent; /* what waits for the answer, NULL = idle */
  uint64_t since_ns;
  struct fake_buffer out;
  struct fake_buffer in;
};

struct fake_callback_target {
  char authority[FAKE_CALLBACK_AUTHORITY_CAP]; /* host:port, as URLs have it */
  struct sockaddr_storage address;
  struct fake_callback *head;
  struct fake_callback *tail;
  struct fake_callback_link *links[FAKE_CALLBACK_LINKS_MAX];
};

struct fake_callbacks {
  struct fake_server *server;
  uint32_t targets_count;
  uint64_t pending; /* planned, queued or on the wire */
  bool has_complained;
  struct fake_callback_target targets[FAKE_CALLBACK_TARGETS_MAX];
};

/* Plan the receipts of `sms`, which is taken, as the options want them; `answer_delay_ns` is how long its answer takes. Copies what it
 * needs. Over a million waiting, or to a URL that this client cannot call (it speaks http:// to numeric addresses), they are dropped
 * and counted so. */
void fake_callback_plan(struct fake_http *http, const struct fake_http_sms *sms, uint64_t answer_delay_ns);

/* A planned receipt's time has come: it waits for fake_callback_pump_all. */
void fake_callback_due(struct fake_server *server, const struct fake_due_item *item);

/* Send what waits. Once for all that is due at a time, so that it can share requests. */
void fake_callback_pump_all(struct fake_callbacks *callbacks);

/* Give up on answers that take over 10 s. Call now and then. */
void fake_callback_sweep(struct fake_callbacks *callbacks);

/* End of the run: close all links. */
void fake_callback_end_all(struct fake_callbacks *callbacks);

/* Free what waits, and it; before the server's heap of due items is freed. NULL is fine. */
void fake_callback_destroy(struct fake_callbacks *callbacks);

/* fake_callback_link.c: send what waits for that target, as far as it has free links. */
void fake_callback_pump(struct fake_callbacks *callbacks, uint32_t target);

/* fake_callback.c: the receipts `sent` were answered with `status` (0 = not at all) and `body`. */
void fake_callback_answered(struct fake_callbacks *callbacks, struct fake_callback *sent, unsigned status, struct fake_slice body);

/* fake_callback_body.c: the whole request for the receipts at `first`, one of which follows the other; all share URL and dialect. */
void fake_callback_write(const struct fake_callbacks *callbacks, const struct fake_callback *first, struct fake_buffer *out);

/* Whether one request has room for both. */
bool fake_callback_may_share(const struct fake_callback *one, const struct fake_callback *other);

/* Whether that answer makes the provider content. */
bool fake_callback_is_yes(enum fake_http_dialect dialect, unsigned status, struct fake_slice body);
