/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP client: up to 16 kept connections a target, one request at a time on each. */
#include <stdlib.h>

#include "fake_callback.h"

enum { ROOM_LEN = 16 * 1024, ANSWER_MAX = 256 * 1024 };
#define PATIENCE_NS 10000000000ull

static void on_closed(uv_handle_t *handle) {
  struct fake_callback_link *link = handle->data;
  fake_buffer_fini(&link->in);
  fake_buffer_fini(&link->out);
  free(link);
}

static void forget(struct fake_callback_link *link) {
  if (link->is_gone) return;
  link->is_gone = true;
  struct fake_callback_target *target = &link->callbacks->targets[link->target];
  for (uint32_t index = 0; index < FAKE_CALLBACK_LINKS_MAX; index++)
    if (target->links[index] == link) target->links[index] = NULL;
  uv_close((uv_handle_t *)&link->tcp, on_closed);
}

/* Close it; what was on it goes unanswered. */
static void lose(struct fake_callback_link *link) {
  struct fake_callback *sent = link->sent;
  link->sent = NULL;
  forget(link);
  fake_callback_answered(link->callbacks, sent, 0, (struct fake_slice){0});
}

/* What an answer says of itself. */
struct answer {
  unsigned status;
  bool is_kept;
  bool has_length;
  size_t body_at;
  size_t length;
};

static bool read_head(struct fake_slice octets, struct answer *answer) {
  const char *end = octets.len >= 4 ? memmem(octets.at, octets.len, "\r\n\r\n", 4) : NULL;
  if (end == NULL) return false;
  *answer = (struct answer){.is_kept = true, .body_at = (size_t)(end - octets.at) + 4};
  struct fake_slice head = {octets.at, answer->body_at}, line = fake_slice_cut(&head, '\n'), rest;
  if (fake_slice_begins(line, "HTTP/1.1 ", &rest) && rest.len >= 3) answer->status = (unsigned)strtoul(rest.at, NULL, 10);
  while (head.len > 0) {
    struct fake_slice value = fake_slice_cut(&head, '\n'), name = fake_slice_cut(&value, ':');
    if (value.len > 0 && value.at[value.len - 1] == '\r') value.len--;
    value = fake_slice_trim(value);
    if (fake_slice_is_word(name, "content-length")) {
      answer->has_length = true;
      answer->length = strtoul(value.at, NULL, 10);
    } else if (fake_slice_is_word(name, "connection") && fake_slice_is_word(value, "close")) {
      answer->is_kept = false;
    }
  }
  if (answer->status == 204) answer->has_length = true;
  return true;
}

/* Take the answer if it is whole; without a length it is so at the connection's end. */
static void take_answer(struct fake_callback_link *link, bool is_end) {
  struct answer answer;
  struct fake_slice octets = {(const char *)link->in.at, link->in.len};
  if (link->sent == NULL || !read_head(octets, &answer)) {
    if (is_end || link->sent == NULL || link->in.len > ANSWER_MAX) lose(link);
    return;
  }
  size_t have = octets.len - answer.body_at;
  bool is_whole = answer.has_length ? have >= answer.length : is_end;
  if (!is_whole) {
    if (is_end || link->in.len > ANSWER_MAX) lose(link);
    return;
  }
  struct fake_callback *sent = link->sent;
  link->sent = NULL;
  struct fake_slice body = {octets.at + answer.body_at, have};
  fake_callback_answered(link->callbacks, sent, answer.status, body);
  link->in.len = 0;
  if (is_end || !answer.is_kept) forget(link);
  fake_callback_pump(link->callbacks, link->target);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *room) {
  (void)suggested;
  struct fake_callback_link *link = handle->data;
  char *at = (char *)fake_buffer_extend(&link->in, ROOM_LEN);
  link->in.len -= ROOM_LEN;
  *room = uv_buf_init(at, ROOM_LEN);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *room) {
  (void)room;
  struct fake_callback_link *link = stream->data;
  if (count == 0 || link->is_gone) return;
  fake_server_clock(link->callbacks->server);
  if (count > 0) link->in.len += (size_t)count;
  take_answer(link, count < 0);
}

static void on_written(uv_write_t *request, int status) {
  struct fake_callback_link *link = request->data;
  if (status != 0 && !link->is_gone) lose(link);
}

static void write_request(struct fake_callback_link *link) {
  uv_buf_t octets = uv_buf_init((char *)link->out.at, (unsigned)link->out.len);
  link->write.data = link;
  if (uv_write(&link->write, (uv_stream_t *)&link->tcp, &octets, 1, on_written) != 0) lose(link);
}

static void on_connected(uv_connect_t *request, int status) {
  struct fake_callback_link *link = request->data;
  if (link->is_gone) return;
  fake_server_clock(link->callbacks->server);
  if (status != 0) {
    lose(link);
    return;
  }
  link->is_connected = true;
  uv_tcp_nodelay(&link->tcp, 1);
  uv_read_start((uv_stream_t *)&link->tcp, on_alloc, on_read);
  write_request(link);
}

static struct fake_callback_link *open_link(struct fake_callbacks *callbacks, uint32_t number, uint32_t slot) {
  struct fake_callback_link *link = calloc(1, sizeof *link);
  CHECK(link != NULL);
  link->callbacks = callbacks;
  link->target = number;
  uv_tcp_init(&callbacks->server->loop, &link->tcp);
  link->tcp.data = link;
  callbacks->targets[number].links[slot] = link;
  return link;
}

/* The head of the queue, and what may go with it, onto `link`. */
static void send_on(struct fake_callback_link *link) {
  struct fake_callbacks *callbacks = link->callbacks;
  struct fake_callback_target *target = &callbacks->targets[link->target];
  struct fake_callback *first = target->head, *last = first;
  uint32_t count = 1, most = callbacks->server->options->http_callback_batch;
  while (count < most && last->next != NULL && fake_callback_may_share(first, last->next)) {
    last = last->next;
    count++;
  }
  target->head = last->next;
  last->next = NULL;
  link->sent = first;
  link->since_ns = callbacks->server->now_ns;
  callbacks->server->counters.receipts_sent += count;
  link->out.len = 0;
  fake_callback_write(callbacks, first, &link->out);
  if (link->is_connected) {
    write_request(link);
    return;
  }
  link->connect.data = link;
  if (uv_tcp_connect(&link->connect, &link->tcp, (const struct sockaddr *)&target->address, on_connected) != 0) lose(link);
}

void fake_callback_pump(struct fake_callbacks *callbacks, uint32_t number) {
  struct fake_callback_target *target = &callbacks->targets[number];
  if (callbacks->server->is_ending) return;
  for (uint32_t slot = 0; slot < FAKE_CALLBACK_LINKS_MAX && target->head != NULL; slot++) {
    struct fake_callback_link *link = target->links[slot];
    if (link == NULL) link = open_link(callbacks, number, slot);
    if (link->sent == NULL) send_on(link);
  }
}

void fake_callback_pump_all(struct fake_callbacks *callbacks) {
  for (uint32_t number = 0; number < callbacks->targets_count; number++) fake_callback_pump(callbacks, number);
}

void fake_callback_sweep(struct fake_callbacks *callbacks) {
  for (uint32_t number = 0; number < callbacks->targets_count; number++)
    for (uint32_t slot = 0; slot < FAKE_CALLBACK_LINKS_MAX; slot++) {
      struct fake_callback_link *link = callbacks->targets[number].links[slot];
      if (link != NULL && link->sent != NULL && callbacks->server->now_ns - link->since_ns >= PATIENCE_NS) lose(link);
    }
}

void fake_callback_end_all(struct fake_callbacks *callbacks) {
  for (uint32_t number = 0; number < callbacks->targets_count; number++)
    for (uint32_t slot = 0; slot < FAKE_CALLBACK_LINKS_MAX; slot++) {
      struct fake_callback_link *link = callbacks->targets[number].links[slot];
      if (link == NULL) continue;
      while (link->sent != NULL) {
        struct fake_callback *next = link->sent->next;
        free(link->sent);
        link->sent = next;
      }
      forget(link);
    }
}
