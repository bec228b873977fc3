/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_callback.h"

#include <stdio.h>
#include <stdlib.h>

#include "fake_random.h"

enum { PENDING_MAX = 1 << 20 };
#define MS_NS 1000000u
#define EARLY_NS (50ull * MS_NS)

/* host:port and address out of `http://host[:port]/…`; false if it is anything else. */
static bool read_url(struct fake_slice url, struct fake_callback_target *target) {
  struct fake_slice rest, authority;
  char host[FAKE_CALLBACK_AUTHORITY_CAP];
  uint32_t port = 80;
  for (size_t at = 0; at < url.len; at++)
    if ((unsigned char)url.at[at] <= ' ' || (unsigned char)url.at[at] > '~') return false;
  if (!fake_slice_begins(url, "http://", &rest)) return false;
  authority.at = rest.at;
  authority.len = 0;
  while (authority.len < rest.len && rest.at[authority.len] != '/' && rest.at[authority.len] != '?') authority.len++;
  if (authority.len == 0 || authority.len >= sizeof target->authority) return false;
  memcpy(target->authority, authority.at, authority.len);
  target->authority[authority.len] = '\0';
  memcpy(host, target->authority, authority.len + 1);
  char *colon = strrchr(host, ':'), *bracket = strchr(host, ']');
  if (colon != NULL && (bracket == NULL || colon > bracket)) {
    *colon = '\0';
    if (!fake_options_u32(colon + 1, 1, 65535, &port)) return false;
  }
  if (bracket != NULL) {
    *bracket = '\0';
    return uv_ip6_addr(host + 1, (int)port, (struct sockaddr_in6 *)&target->address) == 0;
  }
  return uv_ip4_addr(strcmp(host, "localhost") == 0 ? "127.0.0.1" : host, (int)port, (struct sockaddr_in *)&target->address) == 0;
}

/* The target of that URL, made at need; false if there is none. */
static bool find_target(struct fake_callbacks *callbacks, struct fake_slice url, uint32_t *target) {
  struct fake_callback_target wanted = {0};
  if (!read_url(url, &wanted)) return false;
  for (*target = 0; *target < callbacks->targets_count; (*target)++)
    if (strcmp(callbacks->targets[*target].authority, wanted.authority) == 0) return true;
  if (callbacks->targets_count == FAKE_CALLBACK_TARGETS_MAX) return false;
  callbacks->targets[callbacks->targets_count++] = wanted;
  return true;
}

static const char *copy(char **room, struct fake_slice text) {
  char *start = *room;
  if (text.len > 0) memcpy(start, text.at, text.len);
  start[text.len] = '\0';
  *room += text.len + 1;
  return start;
}

static struct fake_callback *make(const struct fake_callback *like, struct fake_slice url, struct fake_slice id,
                                  const struct fake_http_sms *sms) {
  struct fake_callback *callback = malloc(sizeof *callback + url.len + id.len + sms->number.len + sms->from.len + sms->ref.len + 5);
  CHECK(callback != NULL);
  *callback = *like;
  char *room = (char *)(callback + 1);
  callback->url = copy(&room, url);
  callback->id = copy(&room, id);
  callback->number = copy(&room, sms->number);
  callback->from = copy(&room, sms->from);
  callback->ref = copy(&room, sms->ref);
  return callback;
}

static void let_go(struct fake_callbacks *callbacks, struct fake_callback *callback) {
  callbacks->pending--;
  free(callback);
}

static void schedule(struct fake_callbacks *callbacks, struct fake_callback *callback, uint64_t due_ns) {
  struct fake_server *server = callbacks->server;
  struct fake_due_item item = {.due_ns = due_ns, .message = (uint64_t)(uintptr_t)callback, .kind = FAKE_DUE_CALLBACK};
  if (fake_due_push(&server->due, &item)) return;
  server->counters.receipts_dropped++;
  let_go(callbacks, callback);
}

static void plan_one(struct fake_callbacks *callbacks, const struct fake_callback *like, struct fake_slice url, struct fake_slice id,
                     const struct fake_http_sms *sms, uint64_t due_ns) {
  callbacks->pending++;
  schedule(callbacks, make(like, url, id, sms), due_ns);
}

/* All that one id gets: a status on the way where the provider tells it, a forged one, the final one, perhaps twice. */
static void plan_id(struct fake_callbacks *callbacks, struct fake_callback *like, struct fake_slice url, struct fake_slice id,
                    const struct fake_http_sms *sms, uint64_t answer_ns) {
  struct fake_server *server = callbacks->server;
  const struct fake_options *options = server->options;
  uint64_t jitter_ns = (uint64_t)options->http_callback_jitter_ms * MS_NS, due_ns = answer_ns + options->receipt_delay_ms * (uint64_t)MS_NS;
  if (jitter_ns > 0) due_ns += (uint64_t)(fake_random_unit(server->fate.seed, sms->message, FAKE_RANDOM_LATENCY) * (double)jitter_ns);
  bool has_way = like->dialect == FAKE_HTTP_TWILIO || like->dialect == FAKE_HTTP_KANNEL;
  if (has_way) plan_one(callbacks, like, url, id, sms, answer_ns);
  like->is_final = true;
  like->is_forged = true;
  if (options->http_callback_forge > 0 && fake_random_unit(server->fate.seed, sms->message, FAKE_RANDOM_DROP) < options->http_callback_forge)
    plan_one(callbacks, like, url, id, sms, due_ns);
  like->is_forged = false;
  plan_one(callbacks, like, url, id, sms, due_ns);
  if (options->receipts == FAKE_RECEIPTS_DUPLICATE) plan_one(callbacks, like, url, id, sms, due_ns);
}

void fake_callback_plan(struct fake_http *http, const struct fake_http_sms *sms, uint64_t answer_delay_ns) {
  struct fake_server *server = http->server;
  struct fake_callbacks *callbacks = http->callbacks;
  const struct fake_options *options = server->options;
  if (options->receipts == FAKE_RECEIPTS_OFF) return;
  struct fake_slice url = sms->callback;
  bool has_account_url = http->dialect != FAKE_HTTP_TWILIO && http->dialect != FAKE_HTTP_KANNEL;
  if (url.len == 0 && has_account_url && options->http_callback != NULL) url = fake_slice_of(options->http_callback);
  if (url.len == 0) return;
  struct fake_callback like = {.dialect = http->dialect,
                               .submitted_us = server->now_wall_us,
                               .segments = sms->measure.segments,
                               .state = (uint8_t)fake_fate_state(&server->fate, sms->message)};
  if (callbacks->pending >= PENDING_MAX || !find_target(callbacks, url, &like.target)) {
    if (!callbacks->has_complained)
      fprintf(stderr, "fake-carrier: receipts cannot be sent to “%.*s”; want http://NUMERIC-HOST:PORT/…\n", (int)url.len, url.at);
    callbacks->has_complained = true;
    server->counters.receipts_dropped++;
    return;
  }
  /* Early: the answer is held until the receipt has had time to overtake it. */
  bool is_early = options->receipts == FAKE_RECEIPTS_EARLY;
  if (is_early && http->plan.delay_ns < EARLY_NS) http->plan.delay_ns = EARLY_NS;
  uint64_t answer_ns = server->now_ns + (is_early ? 0 : answer_delay_ns);
  for (struct fake_slice ids = sms->ids; ids.len > 0;) {
    struct fake_callback each = like;
    struct fake_slice id = fake_slice_cut(&ids, '\0');
    plan_id(callbacks, &each, url, id, sms, answer_ns);
  }
}

void fake_callback_due(struct fake_server *server, const struct fake_due_item *item) {
  struct fake_callbacks *callbacks = server->http->callbacks;
  struct fake_callback *callback = (struct fake_callback *)(uintptr_t)item->message;
  struct fake_callback_target *target = &callbacks->targets[callback->target];
  callback->next = NULL;
  if (callback->reported_us == 0) callback->reported_us = server->now_wall_us;
  if (target->head == NULL)
    target->head = callback;
  else
    target->tail->next = callback;
  target->tail = callback;
}

static void judge_forged(struct fake_callbacks *callbacks, struct fake_callback *callback, bool is_yes) {
  if (is_yes) {
    struct fake_violation_found found = {.kind = FAKE_VIOLATION_http_forged};
    snprintf(found.detail, sizeof found.detail, "a receipt with a wrong signature was believed");
    fake_violation_report(&callbacks->server->violations, &found, "the callback's server", "answer", callback->number,
                          (uint32_t)strlen(callback->number));
  }
  let_go(callbacks, callback);
}

void fake_callback_answered(struct fake_callbacks *callbacks, struct fake_callback *sent, unsigned status, struct fake_slice body) {
  struct fake_server *server = callbacks->server;
  const struct fake_options *options = server->options;
  bool is_yes = sent != NULL && fake_callback_is_yes(sent->dialect, status, body);
  while (sent != NULL) {
    struct fake_callback *callback = sent;
    sent = sent->next;
    if (callback->is_forged && status != 0) {
      judge_forged(callbacks, callback, is_yes);
      continue;
    }
    if (is_yes) {
      server->counters.receipts_answered++;
      server->counters.last_receipt_wall_us = server->now_wall_us;
      let_go(callbacks, callback);
      continue;
    }
    server->counters.receipts_refused += status != 0 ? 1 : 0;
    if (++callback->tries < options->http_callback_tries) {
      server->counters.receipts_requeued++;
      schedule(callbacks, callback, server->now_ns + options->http_callback_retry_ms * (uint64_t)MS_NS);
    } else {
      server->counters.receipts_dropped++;
      let_go(callbacks, callback);
    }
  }
}

static void free_list(struct fake_callback *callback) {
  while (callback != NULL) {
    struct fake_callback *next = callback->next;
    free(callback);
    callback = next;
  }
}

void fake_callback_destroy(struct fake_callbacks *callbacks) {
  if (callbacks == NULL) return;
  const struct fake_due *due = &callbacks->server->due;
  for (uint32_t index = 0; index < due->count; index++)
    if (due->items[index].kind == FAKE_DUE_CALLBACK) free((void *)(uintptr_t)due->items[index].message);
  for (uint32_t target = 0; target < callbacks->targets_count; target++) free_list(callbacks->targets[target].head);
  free(callbacks);
}
