/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The command line, checked and in numbers. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fake_http_fault.h"
#include "fake_model.h"
#include "fake_shape.h"
#include "fake_text.h"

enum {
  FAKE_OPTIONS_MIX_MAX = 16,
  FAKE_OPTIONS_FAIL_MAX = 16,
  FAKE_OPTIONS_STATE_MAX = 8,
  FAKE_OPTIONS_ITEM_CAP = 64,
  FAKE_OPTIONS_STATE_CAP = 8, /* stat: has up to 7 characters, SMPP 3.4 appendix B */
};

enum fake_latency_kind { FAKE_LATENCY_NONE, FAKE_LATENCY_UNIFORM, FAKE_LATENCY_MIX };

struct fake_latency {
  enum fake_latency_kind kind;
  uint32_t low_ms;
  uint32_t high_ms; /* uniform: inclusive */
  uint32_t mix_count;
  struct {
    uint32_t ms;
    double up_to; /* cumulated share, 1 at the last */
  } mix[FAKE_OPTIONS_MIX_MAX];
};

enum fake_receipts { FAKE_RECEIPTS_OFF, FAKE_RECEIPTS_ON, FAKE_RECEIPTS_EARLY, FAKE_RECEIPTS_DUPLICATE };

struct fake_options {
  const char *host; /* owned by the options, like `port` */
  uint16_t port;
  const char *port_file;
  const char *system_id; /* NULL = any */
  const char *password;  /* NULL = any */
  uint32_t binds_max;    /* per system_id, 0 = no limit */
  uint32_t window_max;   /* unanswered submits per session, 0 = no limit */
  uint32_t receipt_window;
  uint32_t throttle_tps; /* segments a second over all sessions, 0 = no limit */
  struct fake_latency latency;
  uint32_t fail_count;
  struct {
    uint32_t status;
    double up_to; /* cumulated share */
  } fail[FAKE_OPTIONS_FAIL_MAX];
  double swallow_rate;
  double swallow_drop_rate;
  double late_rate;
  uint32_t late_ms;
  enum fake_receipts receipts;
  uint32_t receipt_delay_ms;
  uint32_t state_count;
  struct {
    char stat[FAKE_OPTIONS_STATE_CAP];
    double up_to;
  } state[FAKE_OPTIONS_STATE_MAX];
  uint32_t enquire_ms; /* 0 = never ask */
  uint32_t bind_ms;    /* time for a bind after connecting, 0 = any */
  enum fake_id_form id_form;         /* of message_id: HEX, DECIMAL or UUID */
  enum fake_id_form receipt_id_form; /* of the same in receipts */
  struct fake_shape_mix shapes;
  bool answers_queries;
  bool has_id_prefix;
  uint32_t id_prefix; /* upper half of every message_id */
  enum fake_encoding dcs0;
  bool has_seed;
  uint64_t seed;
  const char *record;
  const char *record_segments;
  const char *summary;
  const char *decode;
  bool control;
  bool has_http;
  uint16_t http_port; /* 0 = any */
  const char *http_port_file;
  const char *tls_certificate; /* PEM files */
  const char *tls_key;
  bool is_http_tls;
  bool is_tls; /* on the SMPP port */
  const char *http_user;   /* NULL = any */
  const char *http_secret; /* the password, token or key that goes with it; NULL = any */
  const char *http_callback;     /* where receipts go whose request names no URL; NULL = nowhere */
  const char *http_callback_key; /* by which they are signed; NULL = http_secret */
  double http_callback_forge;    /* share that comes once more with a wrong signature */
  uint32_t http_callback_tries;
  uint32_t http_callback_retry_ms;
  uint32_t http_callback_jitter_ms;
  uint32_t http_callback_batch; /* receipts in one request, where the provider's is a list */
  uint32_t models_count;
  struct fake_model models[FAKE_MODELS_MAX];
  uint32_t http_fail_count;
  struct {
    struct fake_http_refusal refusal;
    double up_to; /* cumulated share */
  } http_fail[FAKE_OPTIONS_FAIL_MAX];
  uint32_t http_fault_count;
  struct {
    struct fake_http_fault fault;
    double up_to;
  } http_fault[FAKE_OPTIONS_FAIL_MAX];
  char host_buffer[64];
};

enum fake_options_result { FAKE_OPTIONS_OK, FAKE_OPTIONS_HELP, FAKE_OPTIONS_WRONG };

/* Fill `options` from the arguments (borrowed for the life of the process). HELP: --help was printed on stdout. WRONG: stderr says
 * which argument, why and what was perhaps meant; the exit status for it is 64. */
enum fake_options_result fake_options_parse(int argc, char **argv, struct fake_options *options);

/* Read `none`, `fixed:MS`, `uniform:A-B` or `mix:MS@W,MS@W,…` into `latency`; false (latency untouched) if it is none of them. */
bool fake_options_latency(const char *text, struct fake_latency *latency);

/* The same for 32 bits, and for a share from 0 to `high`. */
bool fake_options_u32(const char *text, uint32_t low, uint32_t high, uint32_t *value);
bool fake_options_share(const char *text, double high, double *value);

/* Cut the next comma-separated item `LEFT@RIGHT` off `*text` into two buffers; false if it is not of that form. */
bool fake_options_pair(const char **text, char left[FAKE_OPTIONS_ITEM_CAP], char right[FAKE_OPTIONS_ITEM_CAP]);

/* Takes the value of one option; false if it will not do. */
typedef bool (*fake_option_reader)(struct fake_options *options, const char *value);

/* Read a number from `low` to `high`, decimal or with 0x. False, `value` untouched, if it is anything else. */
bool fake_options_number(const char *text, uint64_t low, uint64_t high, uint64_t *value);

/* Read `NAME` or `NAME@WEIGHT,NAME@WEIGHT,…` of receipt shapes into `mix`; false (mix untouched) if it is neither. */
bool fake_options_shapes(const char *text, struct fake_shape_mix *mix);
