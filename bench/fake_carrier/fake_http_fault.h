/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What goes wrong on purpose over HTTP, and how it is written on the command line and in control lines. */

#include <stdbool.h>
#include <stdint.h>

#include "fake_buffer.h"

enum fake_http_fault_kind {
  FAKE_HTTP_FAULT_NONE,
  FAKE_HTTP_FAULT_DROP,     /* closed, neither recorded nor answered */
  FAKE_HTTP_FAULT_CLOSE,    /* recorded, then closed without an answer */
  FAKE_HTTP_FAULT_RESET,    /* recorded, then reset */
  FAKE_HTTP_FAULT_CUT,      /* recorded, the answer's body ends after `number` octets */
  FAKE_HTTP_FAULT_GARBAGE,  /* recorded, random octets for a body */
  FAKE_HTTP_FAULT_TRICKLE,  /* recorded, the answer comes one octet each `number` ms */
  FAKE_HTTP_FAULT_HUGE,     /* recorded, the body is filled up with blanks to `number` octets */
  FAKE_HTTP_FAULT_REDIRECT, /* not recorded, 307 to a place where nobody may come */
};

struct fake_http_fault {
  enum fake_http_fault_kind kind;
  uint32_t number;
};

enum { FAKE_HTTP_CODE_CAP = 64 };

/* A refusal: an HTTP status by itself, or a provider's own code under the status that goes with it. */
struct fake_http_refusal {
  unsigned status;               /* 400 to 599, 0 = only the code is known */
  char code[FAKE_HTTP_CODE_CAP]; /* "" = only the status is known */
};

/* Read `drop`, `close`, `reset`, `cut:OCTETS`, `garbage`, `trickle:MS`, `huge:OCTETS` or `redirect`; false if it is none of them. */
bool fake_http_fault_read(const char *text, struct fake_http_fault *fault);

/* Read a status from 400 to 599, or a code of up to 63 characters without blanks. */
bool fake_http_refusal_read(const char *text, struct fake_http_refusal *refusal);

/* Overwrite `body` with random octets; `salt` makes them differ. */
void fake_http_fault_garble(uint64_t seed, uint64_t salt, struct fake_buffer *body);
