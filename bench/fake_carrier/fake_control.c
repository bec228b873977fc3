/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_control.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fake_callback.h"
#include "fake_http.h"
#include "fake_json.h"
#include "fake_mo.h"
#include "fake_random.h"
#include "fake_receipt.h"
#include "fake_session.h"
#include "fake_suggest.h"

enum { GARBAGE_LEN = 64 };

/* A command: does its work and adds members to the reply; false, with `problem` set, if the argument is wrong. */
typedef bool (*fake_control_command)(struct fake_server *server, const char *argument, struct fake_buffer *reply,
                                     const char **problem);

typedef void (*fake_control_act)(struct fake_session *session);

static void for_each(struct fake_server *server, bool bound_only, fake_control_act act, struct fake_buffer *reply) {
  uint64_t count = 0;
  for (uint32_t slot = 0; slot < server->slots_used; slot++) {
    struct fake_session *session = server->sessions[slot];
    if (session == NULL || session->state == FAKE_SESSION_ENDING) continue;
    if (bound_only && session->state != FAKE_SESSION_BOUND) continue;
    act(session);
    count++;
  }
  fake_json_member_uint(reply, "sessions", count);
}

static void close_plainly(struct fake_http_connection *connection) { fake_http_close(connection, false); }

static void close_rudely(struct fake_http_connection *connection) { fake_http_close(connection, true); }

static void for_each_http(struct fake_server *server, void (*act)(struct fake_http_connection *)) {
  if (server->http == NULL) return;
  for (uint32_t slot = 0; slot < server->http->slots_used; slot++)
    if (server->http->connections[slot] != NULL) act(server->http->connections[slot]);
}

static void act_unbind(struct fake_session *session) {
  if (session->unbind_asked != 0) return;
  session->unbind_asked = fake_session_next_sequence(session);
  session->state_ns = session->server->now_ns;
  fake_session_put_header(session, FAKE_COMMAND_UNBIND, FAKE_STATUS_ROK, session->unbind_asked);
}

static void act_reset(struct fake_session *session) { fake_session_close(session, true); }

static void act_garbage(struct fake_session *session) {
  unsigned char *out = fake_session_extend(session, GARBAGE_LEN);
  for (uint64_t at = 0; at < GARBAGE_LEN; at++)
    out[at] = (unsigned char)fake_random_bits(session->server->fate.seed, session->serial * 1000u + at, FAKE_RANDOM_GARBAGE);
}

static void act_badlen(struct fake_session *session) {
  unsigned char *out = fake_session_extend(session, FAKE_SMPP_HEADER_LEN);
  fake_smpp_put_header(out, 2, FAKE_COMMAND_DELIVER_SM, FAKE_STATUS_ROK, fake_session_next_sequence(session));
}

static bool on_off(const char *argument, bool *value, const char **problem) {
  if (strcmp(argument, "on") == 0 || strcmp(argument, "off") == 0) {
    *value = strcmp(argument, "on") == 0;
    return true;
  }
  *problem = "want on or off";
  return false;
}

#define COMMAND(name)                                                                                                  \
  static bool do_##name(struct fake_server *server, const char *argument, struct fake_buffer *reply, const char **problem)

COMMAND(unbind) { return (void)argument, (void)problem, for_each(server, true, act_unbind, reply), true; }
COMMAND(reset) {
  (void)argument, (void)problem;
  for_each(server, false, act_reset, reply);
  for_each_http(server, close_rudely);
  return true;
}

COMMAND(close) {
  (void)argument, (void)problem;
  for_each(server, false, fake_session_end, reply);
  for_each_http(server, close_plainly);
  return true;
}

COMMAND(garbage) { return (void)argument, (void)problem, for_each(server, false, act_garbage, reply), true; }
COMMAND(badlen) { return (void)argument, (void)problem, for_each(server, false, act_badlen, reply), true; }

COMMAND(freeze) {
  (void)argument, (void)problem;
  server->is_frozen = true;
  for_each(server, false, fake_session_update_reading, reply);
  for_each_http(server, fake_http_update_reading);
  return true;
}

COMMAND(thaw) {
  (void)argument, (void)problem;
  server->is_frozen = false;
  for_each(server, false, fake_session_update_reading, reply);
  for_each_http(server, fake_http_update_reading);
  return true;
}

COMMAND(throttle) { return (void)reply, on_off(argument, &server->fate.is_throttling, problem); }
COMMAND(swallow) { return (void)reply, on_off(argument, &server->fate.is_swallowing, problem); }

COMMAND(fail) {
  uint64_t status = 0;
  if (strcmp(argument, "off") != 0 && !fake_options_number(argument, 1, UINT32_MAX, &status)) {
    *problem = "want a command_status such as 0x08, or off";
    return false;
  }
  server->fate.fail_status = (uint32_t)status;
  fake_json_member_uint(reply, "status", status);
  return true;
}

static bool needs_http(const struct fake_server *server, const char **problem) {
  if (server->http == NULL) *problem = "this needs --http-port";
  return server->http != NULL;
}

COMMAND(http_fail) {
  (void)reply;
  struct fake_http_always *always = &server->http_always;
  if (!needs_http(server, problem)) return false;
  always->has_refusal = strcmp(argument, "off") != 0;
  if (!always->has_refusal || fake_http_refusal_read(argument, &always->refusal)) return true;
  always->has_refusal = false;
  *problem = "want a status from 400 to 599, a provider's code, or off";
  return false;
}

COMMAND(http_fault) {
  (void)reply;
  if (!needs_http(server, problem)) return false;
  server->http_always.fault.kind = FAKE_HTTP_FAULT_NONE;
  if (strcmp(argument, "off") == 0 || fake_http_fault_read(argument, &server->http_always.fault)) return true;
  *problem = "want drop, close, reset, cut:OCTETS, garbage, trickle:MS, huge:OCTETS, redirect or off";
  return false;
}

COMMAND(latency) {
  (void)reply;
  if (fake_options_latency(argument, &server->fate.latency)) return true;
  *problem = "want none, fixed:MS, uniform:A-B or mix:MS@WEIGHT,…";
  return false;
}

COMMAND(shape) {
  (void)reply;
  if (fake_options_shapes(argument, &server->fate.shapes)) return true;
  *problem = "want a receipt shape or NAME@WEIGHT,NAME@WEIGHT,…; see --help";
  return false;
}

COMMAND(mo) {
  uint32_t messages, parts;
  *problem = fake_mo_send(server, argument, &messages, &parts);
  if (*problem != NULL) return false;
  fake_json_member_uint(reply, "messages", messages);
  fake_json_member_uint(reply, "parts", parts);
  return true;
}

COMMAND(stats) {
  (void)argument, (void)problem;
  const struct fake_counters *counters = &server->counters;
  uint64_t sessions = 0, bound = 0, unanswered = 0, queued = 0;
  for (uint32_t slot = 0; slot < server->slots_used; slot++) {
    const struct fake_session *session = server->sessions[slot];
    if (session == NULL) continue;
    sessions++;
    bound += session->state == FAKE_SESSION_BOUND ? 1 : 0;
    unanswered += session->unanswered;
  }
  for (uint32_t index = 0; index < server->accounts_count; index++) queued += server->accounts[index].queue_count;
  fake_json_member_uint(reply, "received", counters->submits_received);
  fake_json_member_uint(reply, "accepted", counters->submits_accepted);
  fake_json_member_uint(reply, "answered", counters->submits_answered);
  fake_json_member_uint(reply, "sessions", sessions);
  fake_json_member_uint(reply, "bound", bound);
  fake_json_member_uint(reply, "binds", counters->binds);
  fake_json_member_uint(reply, "binds_refused", counters->binds_refused);
  fake_json_member_uint(reply, "unanswered", unanswered);
  fake_json_member_uint(reply, "throttled", counters->throttled);
  fake_json_member_uint(reply, "failed", counters->failed);
  fake_json_member_uint(reply, "swallowed", counters->swallowed);
  fake_json_member_uint(reply, "dropped", counters->dropped);
  fake_json_member_uint(reply, "violations", server->violations.total);
  fake_json_member_uint(reply, "http_connections", counters->http_connections);
  fake_json_member_uint(reply, "http_requests", counters->http_requests);
  fake_json_member_uint(reply, "http_repeats", counters->http_repeats);
  fake_json_member_uint(reply, "enquires_received", counters->enquires_received);
  fake_json_member_uint(reply, "queries_received", counters->queries_received);
  fake_json_member_uint(reply, "mo_sent", counters->mo_sent);
  fake_json_member_uint(reply, "mo_answered", counters->mo_answered);
  fake_json_member_uint(reply, "receipts_sent", counters->receipts_sent);
  fake_json_member_uint(reply, "receipts_answered", counters->receipts_answered);
  fake_json_member_uint(reply, "receipts_queued", queued);
  uint64_t pending = fake_receipt_pending(server) + (server->http != NULL ? server->http->callbacks->pending : 0);
  fake_json_member_uint(reply, "receipts_pending", pending);
  return true;
}

COMMAND(quit) {
  (void)argument, (void)reply, (void)problem;
  fake_server_end(server);
  return true;
}

enum argument { NO_ARGUMENT, A_WORD, THE_LINE };

static const struct {
  const char *name;
  fake_control_command run;
  enum argument argument;
} commands[] = {
    {"unbind", do_unbind, NO_ARGUMENT},   {"reset", do_reset, NO_ARGUMENT},   {"close", do_close, NO_ARGUMENT},
    {"freeze", do_freeze, NO_ARGUMENT},   {"thaw", do_thaw, NO_ARGUMENT},     {"throttle", do_throttle, A_WORD},
    {"fail", do_fail, A_WORD},            {"swallow", do_swallow, A_WORD},    {"latency", do_latency, A_WORD},
    {"shape", do_shape, A_WORD},          {"mo", do_mo, THE_LINE},            {"garbage", do_garbage, NO_ARGUMENT},
    {"badlen", do_badlen, NO_ARGUMENT},   {"stats", do_stats, NO_ARGUMENT},   {"quit", do_quit, NO_ARGUMENT},
    {"http-fail", do_http_fail, A_WORD},  {"http-fault", do_http_fault, A_WORD},
};
enum { COMMANDS_COUNT = sizeof commands / sizeof *commands };

static void send_reply(struct fake_buffer *reply) {
  fake_json_mark(reply, '}');
  fake_buffer_append(reply, "\n", 1);
  fwrite(reply->at, 1, reply->len, stdout);
  fflush(stdout);
  fake_buffer_fini(reply);
}

static void complain(const char *name, const char *problem) {
  struct fake_buffer reply = {0};
  fake_json_mark(&reply, '{');
  fake_json_member_bool(&reply, "ok", false);
  fake_json_name(&reply, "command");
  size_t len = 0; /* only what is surely UTF-8 comes back */
  while (len < 64 && name[len] >= 0x20 && name[len] <= 0x7E) len++;
  fake_json_string(&reply, name, len);
  fake_json_member(&reply, "error", problem);
  send_reply(&reply);
}

static void obey(struct fake_server *server, char *line) {
  char *name = line + strspn(line, " \t"), *rest = name + strcspn(name, " \t\r");
  if (*name == '\0' || *name == '\r') return;
  if (*rest != '\0') *rest++ = '\0';
  char *argument = rest + strspn(rest, " \t\r");
  int index = 0;
  while (index < COMMANDS_COUNT && strcmp(commands[index].name, name) != 0) index++;
  if (index == COMMANDS_COUNT) {
    const char *names[COMMANDS_COUNT + 1] = {0};
    for (int each = 0; each < COMMANDS_COUNT; each++) names[each] = commands[each].name;
    const char *nearest = fake_suggest_nearest(name, names);
    char problem[128];
    snprintf(problem, sizeof problem, nearest != NULL ? "unknown command; did you mean %s?" : "unknown command; see --help",
             nearest);
    complain(name, problem);
    return;
  }
  argument[strcspn(argument, commands[index].argument == THE_LINE ? "\r" : " \t\r")] = '\0';
  bool has_argument = commands[index].argument != NO_ARGUMENT;
  if (has_argument != (*argument != '\0')) {
    complain(name, has_argument ? "an argument is missing; see --help" : "this command takes no argument");
    return;
  }
  struct fake_buffer reply = {0};
  const char *problem = NULL;
  fake_json_mark(&reply, '{');
  fake_json_member_bool(&reply, "ok", true);
  fake_json_member(&reply, "command", name);
  fake_server_clock(server);
  if (commands[index].run(server, argument, &reply, &problem)) {
    send_reply(&reply);
  } else {
    fake_buffer_fini(&reply);
    complain(name, problem);
  }
}

static void take_octets(struct fake_control *control, const char *octets, size_t len) {
  for (size_t at = 0; at < len && !control->server->is_ending; at++) {
    if (octets[at] == '\n') {
      control->line[control->line_len] = '\0';
      if (control->is_overlong)
        complain("", "the line is too long");
      else
        obey(control->server, control->line);
      control->line_len = 0;
      control->is_overlong = false;
    } else if (control->line_len + 1 < FAKE_CONTROL_LINE_CAP) {
      control->line[control->line_len++] = octets[at];
    } else {
      control->is_overlong = true;
    }
  }
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *room) {
  (void)suggested;
  struct fake_control *control = handle->data;
  *room = uv_buf_init(control->room, sizeof control->room);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *room) {
  struct fake_control *control = stream->data;
  if (count > 0) take_octets(control, room->base, (size_t)count);
  if (count < 0) fake_server_end(control->server);
}

static void obey_file(struct fake_control *control) {
  ssize_t count;
  while ((count = read(STDIN_FILENO, control->room, sizeof control->room)) > 0)
    take_octets(control, control->room, (size_t)count);
  fake_server_end(control->server);
}

void fake_control_open(struct fake_control *control, struct fake_server *server) {
  *control = (struct fake_control){.server = server};
  int error = 0;
  switch (uv_guess_handle(STDIN_FILENO)) {
    case UV_TTY: error = uv_tty_init(&server->loop, &control->input.tty, STDIN_FILENO, 0); break;
    case UV_TCP:
      uv_tcp_init(&server->loop, &control->input.tcp);
      error = uv_tcp_open(&control->input.tcp, STDIN_FILENO);
      break;
    case UV_NAMED_PIPE:
      uv_pipe_init(&server->loop, &control->input.pipe, 0);
      error = uv_pipe_open(&control->input.pipe, STDIN_FILENO);
      break;
    default: obey_file(control); return;
  }
  control->input.handle.data = control;
  if (error == 0) error = uv_read_start(&control->input.stream, on_alloc, on_read);
  if (error == 0) return;
  fprintf(stderr, "fake-carrier: cannot read commands from stdin: %s\n", uv_strerror(error));
  fake_server_end(server);
}
