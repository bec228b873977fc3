/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Commands as lines on stdin, each answered by one JSON line on stdout. The end of stdin ends the run. */

#include <uv.h>

#include "fake_server.h"

enum { FAKE_CONTROL_LINE_CAP = 4096 };

struct fake_control {
  struct fake_server *server;
  union {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_pipe_t pipe;
    uv_tty_t tty;
    uv_tcp_t tcp;
  } input;
  char line[FAKE_CONTROL_LINE_CAP];
  uint32_t line_len;
  bool is_overlong; /* the rest of this line is skipped */
  char room[FAKE_CONTROL_LINE_CAP];
};

/* Begin to read stdin on the server's loop; `control` must live until the run ends. A plain file is obeyed at once and whole. */
void fake_control_open(struct fake_control *control, struct fake_server *server);
