/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What all dialects share between reading a request and answering it: numbers, texts, the fate of messages, the record. */

#include <stdbool.h>
#include <stdint.h>

#include "fake_entry.h"
#include "fake_http.h"

enum { FAKE_HTTP_BATCH_MAX = 1000 };

/* One sms that a request asks for. All slices live until the answer is made. */
struct fake_http_sms {
  struct fake_slice sent_to; /* as it was sent */
  struct fake_slice number;  /* international, digits only */
  struct fake_slice from;
  struct fake_slice text;
  struct fake_slice ref;      /* what the sender calls it; `at` NULL = nothing */
  struct fake_slice callback; /* URL for its receipt; empty = none */
  bool is_unicode;       /* asks for UCS-2 */
  struct fake_measure measure;
  uint64_t message;                        /* its number, from 1; 0 = refused */
  const struct fake_http_refusal *refusal; /* why, NULL = taken */
  struct fake_slice ids;                   /* each with a NUL behind it: the dialect sets them before fake_http_take */
};

enum fake_http_forms {
  FAKE_HTTP_FORM_PLUS = 1,    /* +8613900000001 */
  FAKE_HTTP_FORM_DIGITS = 2,  /* 8613900000001 */
  FAKE_HTTP_FORM_CHINESE = 4, /* 13900000001, and that only for a Chinese mobile number */
};

/* Set `sms->number` from `sms->sent_to`, which must have one of `forms`: 8 to 15 digits in all. Else false, and counted as violation. */
bool fake_http_number(struct fake_http *http, struct fake_http_sms *sms, unsigned forms);

/* Check that the text is there, legal UTF-8 and short enough, and measure it. Else false, counted as violation. */
bool fake_http_text(struct fake_http *http, struct fake_http_sms *sms);

enum fake_http_fate {
  FAKE_HTTP_GOES,      /* take what has no refusal, then answer */
  FAKE_HTTP_THROTTLED, /* answer so; nothing is taken */
  FAKE_HTTP_REFUSED,   /* the same, for http->refusal */
  FAKE_HTTP_SILENT,    /* it is answered already, or never: nothing more to do */
};

/* Decide about a request of `count` checked messages, and set the plan of its answer. With `is_each`, the provider refuses single
 * messages of a request by a code: those have `refusal` set. Messages that go have their numbers. */
enum fake_http_fate fake_http_decide(struct fake_http *http, struct fake_http_sms *sms, uint32_t count, bool is_each);

/* Record and count one message that goes, its ids set. False if the record is broken: the request must then be answered as a failure of
 * the provider's. */
bool fake_http_take(struct fake_http *http, const struct fake_http_sms *sms);

/* Whose request it is, for the record and for violations. */
void fake_http_account(struct fake_http *http, struct fake_slice name);

/* Whether `name` and `secret` are those of the options (which may leave either open); `secret` is not looked at if its `at` is NULL. */
bool fake_http_may(const struct fake_http *http, struct fake_slice name, struct fake_slice secret);

/* User and password out of Authorization: Basic; false if there is none. */
bool fake_http_basic(struct fake_http *http, struct fake_slice *user, struct fake_slice *password);

/* The message's id as the options want it, with a NUL behind it, in the scratch. */
struct fake_slice fake_http_id(struct fake_http *http, uint64_t message);

/* Append formatted text to the answer's body. */
void fake_http_print(struct fake_http *http, const char *format, ...) __attribute__((format(printf, 2, 3)));
