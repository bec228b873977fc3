/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_http_options.h"
#include "fake_suggest.h"

enum { MS_MAX = 86400000, ITEM_CAP = FAKE_OPTIONS_ITEM_CAP };

bool fake_options_number(const char *text, uint64_t low, uint64_t high, uint64_t *value) {
  bool is_hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
  const char *digits = is_hex ? text + 2 : text;
  if (*digits == '\0' || strspn(digits, is_hex ? "0123456789abcdefABCDEF" : "0123456789") != strlen(digits)) return false;
  errno = 0;
  unsigned long long number = strtoull(digits, NULL, is_hex ? 16 : 10);
  if (errno != 0 || number < low || number > high) return false;
  *value = number;
  return true;
}

bool fake_options_u32(const char *text, uint32_t low, uint32_t high, uint32_t *value) {
  uint64_t number;
  if (!fake_options_number(text, low, high, &number)) return false;
  *value = (uint32_t)number;
  return true;
}

bool fake_options_share(const char *text, double high, double *value) {
  if (*text == '\0' || strspn(text, "0123456789.") != strlen(text)) return false;
  char *end;
  double number = strtod(text, &end);
  if (*end != '\0' || number < 0 || number > high) return false;
  *value = number;
  return true;
}

bool fake_options_pair(const char **text, char left[FAKE_OPTIONS_ITEM_CAP], char right[FAKE_OPTIONS_ITEM_CAP]) {
  size_t len = strcspn(*text, ",");
  const char *at = memchr(*text, '@', len);
  if (at == NULL || len >= ITEM_CAP) return false;
  size_t left_len = (size_t)(at - *text), right_len = len - left_len - 1;
  memcpy(left, *text, left_len);
  left[left_len] = '\0';
  memcpy(right, at + 1, right_len);
  right[right_len] = '\0';
  *text += len;
  if (**text == ',') {
    (*text)++;
    if (**text == '\0') return false;
  }
  return true;
}

static bool read_mix(const char *text, struct fake_latency *latency) {
  char left[ITEM_CAP], right[ITEM_CAP];
  double sum = 0;
  while (*text != '\0') {
    double weight;
    uint32_t count = latency->mix_count;
    if (count == FAKE_OPTIONS_MIX_MAX || !fake_options_pair(&text, left, right)) return false;
    if (!fake_options_u32(left, 0, MS_MAX, &latency->mix[count].ms) || !fake_options_share(right, 1e9, &weight)) return false;
    sum += weight;
    latency->mix[count].up_to = sum;
    latency->mix_count++;
  }
  if (sum <= 0) return false;
  for (uint32_t index = 0; index < latency->mix_count; index++) latency->mix[index].up_to /= sum;
  return true;
}

bool fake_options_latency(const char *text, struct fake_latency *latency) {
  struct fake_latency result = {.kind = FAKE_LATENCY_UNIFORM};
  char low[ITEM_CAP];
  if (strcmp(text, "none") == 0) {
    result.kind = FAKE_LATENCY_NONE;
  } else if (strncmp(text, "fixed:", 6) == 0) {
    if (!fake_options_u32(text + 6, 0, MS_MAX, &result.low_ms)) return false;
    result.high_ms = result.low_ms;
    if (result.low_ms == 0) result.kind = FAKE_LATENCY_NONE;
  } else if (strncmp(text, "uniform:", 8) == 0) {
    const char *dash = strchr(text, '-');
    if (dash == NULL || dash - (text + 8) >= ITEM_CAP) return false;
    snprintf(low, sizeof low, "%.*s", (int)(dash - (text + 8)), text + 8);
    if (!fake_options_u32(low, 0, MS_MAX, &result.low_ms) || !fake_options_u32(dash + 1, result.low_ms, MS_MAX, &result.high_ms)) return false;
  } else if (strncmp(text, "mix:", 4) == 0) {
    result.kind = FAKE_LATENCY_MIX;
    if (!read_mix(text + 4, &result)) return false;
  } else {
    return false;
  }
  *latency = result;
  return true;
}

static bool on_listen(struct fake_options *options, const char *value) {
  const char *colon = strrchr(value, ':');
  uint32_t port;
  if (colon == NULL || colon == value || !fake_options_u32(colon + 1, 0, 65535, &port)) return false;
  size_t len = (size_t)(colon - value);
  if (value[0] == '[' && value[len - 1] == ']') { /* [::1]:2775 */
    value++;
    len -= 2;
  }
  if (len == 0 || len >= sizeof options->host_buffer) return false;
  memcpy(options->host_buffer, value, len);
  options->host_buffer[len] = '\0';
  options->host = options->host_buffer;
  options->port = (uint16_t)port;
  return true;
}

static bool on_system_id(struct fake_options *options, const char *value) {
  options->system_id = value;
  return *value != '\0' && strlen(value) <= 15;
}

static bool on_password(struct fake_options *options, const char *value) {
  options->password = value;
  return strlen(value) <= 64;
}

static bool on_fail(struct fake_options *options, const char *value) {
  char left[ITEM_CAP], right[ITEM_CAP];
  uint32_t count = options->fail_count;
  double rate, before = count == 0 ? 0 : options->fail[count - 1].up_to;
  if (count == FAKE_OPTIONS_FAIL_MAX || !fake_options_pair(&value, left, right) || *value != '\0') return false;
  if (!fake_options_u32(left, 1, UINT32_MAX, &options->fail[count].status) || !fake_options_share(right, 1 - before + 1e-9, &rate)) return false;
  options->fail[count].up_to = before + rate;
  options->fail_count++;
  return true;
}

static bool on_late(struct fake_options *options, const char *value) {
  char left[ITEM_CAP], right[ITEM_CAP];
  return fake_options_pair(&value, left, right) && *value == '\0' && fake_options_u32(left, 1, MS_MAX, &options->late_ms) &&
         fake_options_share(right, 1, &options->late_rate);
}

static bool on_state(struct fake_options *options, const char *value) {
  char left[ITEM_CAP], right[ITEM_CAP];
  double sum = 0;
  options->state_count = 0;
  while (*value != '\0') {
    double weight;
    uint32_t count = options->state_count;
    if (count == FAKE_OPTIONS_STATE_MAX || !fake_options_pair(&value, left, right) || !fake_options_share(right, 1e9, &weight)) return false;
    if (left[0] == '\0' || strlen(left) >= FAKE_OPTIONS_STATE_CAP) return false;
    snprintf(options->state[count].stat, FAKE_OPTIONS_STATE_CAP, "%.7s", left);
    sum += weight;
    options->state[count].up_to = sum;
    options->state_count++;
  }
  if (sum <= 0) return false;
  for (uint32_t index = 0; index < options->state_count; index++) options->state[index].up_to /= sum;
  return true;
}

/* Index of `value` in a NULL-terminated list, or -1. */
static int choice(const char *value, const char *const *names) {
  for (int index = 0; names[index] != NULL; index++)
    if (strcmp(value, names[index]) == 0) return index;
  return -1;
}

static bool on_receipts(struct fake_options *options, const char *value) {
  static const char *const names[] = {"off", "on", "early", "duplicate", NULL};
  int index = choice(value, names);
  options->receipts = (enum fake_receipts)index;
  return index >= 0;
}

static bool on_message_id(struct fake_options *options, const char *value) {
  static const char *const names[] = {"hex", "decimal", "uuid", NULL};
  int index = choice(value, names);
  options->id_form = (enum fake_id_form)index;
  return index >= 0;
}

static bool on_receipt_id(struct fake_options *options, const char *value) {
  static const char *const names[] = {"hex", "decimal", "uuid", "same", "upper", "hex-plain", "decimal-plain", "padded", NULL};
  int index = choice(value, names);
  options->receipt_id_form = (enum fake_id_form)index;
  return index >= 0 && index != FAKE_ID_UUID;
}

bool fake_options_shapes(const char *text, struct fake_shape_mix *mix) {
  char left[ITEM_CAP], right[ITEM_CAP];
  struct fake_shape_mix result = {.count = 1};
  int shape = fake_shape_find(text);
  double sum = 0;
  if (shape >= 0) {
    result.rows[0].shape = (uint8_t)shape;
    result.rows[0].up_to = 1;
    *mix = result;
    return true;
  }
  result.count = 0;
  while (*text != '\0') {
    double weight;
    if (result.count == FAKE_SHAPE_MIX_MAX || !fake_options_pair(&text, left, right) || !fake_options_share(right, 1e9, &weight)) return false;
    shape = fake_shape_find(left);
    if (shape < 0) return false;
    sum += weight;
    result.rows[result.count].shape = (uint8_t)shape;
    result.rows[result.count++].up_to = sum;
  }
  if (sum <= 0) return false;
  for (uint32_t index = 0; index < result.count; index++) result.rows[index].up_to /= sum;
  *mix = result;
  return true;
}

static bool on_receipt_shape(struct fake_options *options, const char *value) {
  return fake_options_shapes(value, &options->shapes);
}

static bool on_query(struct fake_options *options, const char *value) {
  static const char *const names[] = {"off", "on", NULL};
  int index = choice(value, names);
  options->answers_queries = index == 1;
  return index >= 0;
}

static bool on_dcs0(struct fake_options *options, const char *value) {
  static const char *const names[] = {"gsm7", "packed", "latin1", "ascii", NULL};
  static const enum fake_encoding encodings[] = {FAKE_ENCODING_GSM7, FAKE_ENCODING_GSM7_PACKED, FAKE_ENCODING_LATIN1,
                                                 FAKE_ENCODING_ASCII};
  int index = choice(value, names);
  if (index >= 0) options->dcs0 = encodings[index];
  return index >= 0;
}

static bool on_id_prefix(struct fake_options *options, const char *value) {
  char text[ITEM_CAP];
  snprintf(text, sizeof text, "0x%.60s", value);
  options->has_id_prefix = true;
  return fake_options_u32(text, 0, UINT32_MAX, &options->id_prefix);
}

static bool on_seed(struct fake_options *options, const char *value) {
  options->has_seed = true;
  return fake_options_number(value, 0, UINT64_MAX, &options->seed);
}

#define U32_READER(field, low, high)                                       \
  static bool on_##field(struct fake_options *options, const char *value) { \
    return fake_options_u32(value, low, high, &options->field);                    \
  }
#define SHARE_READER(field)                                                \
  static bool on_##field(struct fake_options *options, const char *value) { \
    return fake_options_share(value, 1, &options->field);                          \
  }
#define PATH_READER(field)                                                 \
  static bool on_##field(struct fake_options *options, const char *value) { \
    options->field = value;                                                \
    return *value != '\0';                                                 \
  }
U32_READER(binds_max, 0, 1000)
U32_READER(window_max, 0, 1000000)
U32_READER(receipt_window, 1, 4096)
U32_READER(throttle_tps, 0, 10000000)
U32_READER(receipt_delay_ms, 0, MS_MAX)
U32_READER(enquire_ms, 0, MS_MAX)
U32_READER(bind_ms, 0, MS_MAX)
SHARE_READER(swallow_rate)
SHARE_READER(swallow_drop_rate)
PATH_READER(port_file)
PATH_READER(record)
PATH_READER(record_segments)
PATH_READER(summary)
PATH_READER(decode)

static bool on_latency(struct fake_options *options, const char *value) {
  return fake_options_latency(value, &options->latency);
}

static bool on_control(struct fake_options *options, const char *value) {
  (void)value;
  options->control = true;
  return true;
}

static bool on_tls(struct fake_options *options, const char *value) {
  (void)value;
  options->is_tls = true;
  return true;
}

static const struct {
  const char *name;
  const char *value; /* its form, NULL if the option has none */
  fake_option_reader read;
  const char *help;
} rows[] = {
    {"--listen", "HOST:PORT", on_listen, "address to listen on (127.0.0.1:0; port 0 = any free one)"},
    {"--port-file", "FILE", on_port_file, "write the port here, atomically, once listening"},
    {"--system-id", "ID", on_system_id, "the only system_id that may bind (any), up to 15 characters"},
    {"--password", "WORD", on_password, "its password (any)"},
    {"--binds-max", "N", on_binds_max, "sessions bound at once per system_id; further binds get 0x0D (0 = no limit)"},
    {"--window-max", "N", on_window_max, "unanswered submits per session; further ones get 0x58 (0 = no limit)"},
    {"--receipt-window", "N", on_receipt_window, "unanswered deliver_sm per session, up to 4096 (100)"},
    {"--latency", "SPEC", on_latency, "answers take none | fixed:MS | uniform:A-B | mix:MS@WEIGHT,MS@WEIGHT,… (none)"},
    {"--throttle-tps", "N", on_throttle_tps, "segments in a sliding second; further ones get 0x58 (0 = no limit)"},
    {"--fail", "STATUS@RATE", on_fail, "this share is refused with STATUS, e.g. 0x08@0.01; repeatable"},
    {"--swallow", "RATE", on_swallow_rate, "this share is recorded, but never answered"},
    {"--swallow-drop", "RATE", on_swallow_drop_rate, "this share is neither recorded nor answered"},
    {"--late", "MS@RATE", on_late, "this share is recorded and answered MS later than the rest"},
    {"--receipts", "MODE", on_receipts, "off | on | early (before the submit_sm_resp) | duplicate (off)"},
    {"--receipt-delay-ms", "MS", on_receipt_delay_ms, "from the submit_sm_resp to the receipt (0)"},
    {"--receipt-state", "STAT@W,..", on_state, "shares of states, e.g. DELIVRD@0.97,UNDELIV@0.03 (DELIVRD@1)"},
    {"--enquire-ms", "MS", on_enquire_ms, "ask enquire_link after this silence, close after it once more (0 = never)"},
    {"--bind-ms", "MS", on_bind_ms, "close sessions that have not bound by then (30000; 0 = never)"},
    {"--message-id", "FORM", on_message_id, "hex (16 digits) | decimal (20 digits) | uuid (hex)"},
    {"--receipt-id", "FORM", on_receipt_id, "the same id in receipts: same | hex | decimal | upper | hex-plain | decimal-plain | padded"},
    {"--receipt-shape", "NAME@W,..", on_receipt_shape, "shares of shapes, or one NAME; see below (standard)"},
    {"--query", "MODE", on_query, "off | on: answer query_sm, by message_id or user_message_reference (decimal, or a TLV) (off)"},
    {"--id-prefix", "HEX", on_id_prefix, "upper 32 bits of every message_id (random at each start)"},
    {"--dcs0", "ALPHABET", on_dcs0, "what data_coding 0 means: gsm7 | packed | latin1 | ascii (gsm7)"},
    {"--seed", "N", on_seed, "seed of every random choice but the id prefix (random; the summary tells it)"},
    {"--record", "FILE", on_record, "one JSON line per message, at the end; FILE.raw holds the octets until then"},
    {"--record-segments", "FILE", on_record_segments, "one JSON line per accepted PDU, at the end; needs --record"},
    {"--summary", "FILE", on_summary, "write the summary here too"},
    {"--decode", "SPOOL", on_decode, "no server: turn the FILE.raw of a killed run into --record FILE"},
    {"--tls", NULL, on_tls, "TLS on the SMPP port, from the first octet on; with --tls-cert and --tls-key"},
    FAKE_HTTP_OPTION_ROWS
    {"--control", NULL, on_control, "obey lines on stdin (see below); its end is the end of the run"},
};
enum { ROWS_COUNT = sizeof rows / sizeof *rows };

static void print_help(void) {
  puts("usage: fake-carrier [options]\n\nAn SMPP 3.4 SMSC for tests, demos and benchmarks: it checks strictly, answers as told and records what it took.\n");
  for (int index = 0; index < ROWS_COUNT; index++) {
    char left[40];
    snprintf(left, sizeof left, "%s %s", rows[index].name, rows[index].value != NULL ? rows[index].value : "");
    printf("  %-30s %s\n", left, rows[index].help);
  }
  puts("  --help                         this text\n\n"
       "Control lines, each answered by a JSON line {\"ok\":true,…} on stdout:\n"
       "  unbind            send unbind to every session        close             close every connection (FIN)\n"
       "  reset             abort every connection (RST)        freeze | thaw     stop and go on reading\n"
       "  throttle on|off   answer everything with 0x58         fail 0xNN|off     answer everything with 0xNN\n"
       "  swallow on|off    record, but do not answer           latency SPEC      as --latency\n"
       "  garbage           send random octets                  badlen            send a PDU of command_length 2\n"
       "  shape SPEC        as --receipt-shape                  mo FROM TO CODING SPLIT TEXT\n"
       "  stats             counters                            quit              end the run\n"
       "  http-fail WHAT|off  every request over HTTP        http-fault KIND|off  the same\n\n"
       "mo sends a message from a phone to every system_id: CODING gsm7 | packed | ucs2 | latin1; SPLIT, of a text that takes more\n"
       "than one segment, udh8 | udh16 | sar | payload, or with /reversed (the last part first); TEXT to the end of the line.\n\n"
       "Receipt shapes:");
  for (int shape = 0; fake_shape_name(shape) != NULL; shape++) printf("  %-18s%s\n", fake_shape_name(shape), fake_shape_help(shape));
  puts("\n"
       FAKE_HTTP_HELP
       "SIGTERM and SIGINT end the run as well: the record is written, then one JSON object, the summary, on stdout.\n"
       "Without --record nothing is reassembled and messages, distinct, duplicates and incomplete are null.\n"
       "Exit status: 0 ok, 1 failed, 64 wrong usage, 69 cannot listen.");
}

static enum fake_options_result complain_unknown(const char *argument) {
  const char *names[ROWS_COUNT + 2];
  for (int index = 0; index < ROWS_COUNT; index++) names[index] = rows[index].name;
  names[ROWS_COUNT] = "--help";
  names[ROWS_COUNT + 1] = NULL;
  char word[ITEM_CAP];
  snprintf(word, sizeof word, "%.*s", (int)strcspn(argument, "="), argument);
  const char *nearest = fake_suggest_nearest(word, names);
  fprintf(stderr, "fake-carrier: unknown option %s; %s%s%s\n", word, nearest != NULL ? "did you mean " : "see ",
          nearest != NULL ? nearest : "fake-carrier --help", nearest != NULL ? "?" : "");
  return FAKE_OPTIONS_WRONG;
}

static enum fake_options_result check_together(const struct fake_options *options) {
  const char *problem = NULL;
  if (options->decode != NULL && options->record == NULL) problem = "--decode needs --record FILE to write to";
  if (options->record_segments != NULL && options->record == NULL) problem = "--record-segments needs --record FILE too";
  if (!options->has_http && (options->http_port_file != NULL || options->http_fail_count > 0 || options->http_fault_count > 0))
    problem = "the --http options need --http-port too";
  if ((options->is_tls || options->is_http_tls) && (options->tls_certificate == NULL || options->tls_key == NULL))
    problem = "--tls and --http-tls need --tls-cert and --tls-key";
  if (problem == NULL) return FAKE_OPTIONS_OK;
  fprintf(stderr, "fake-carrier: %s\n", problem);
  return FAKE_OPTIONS_WRONG;
}

enum fake_options_result fake_options_parse(int argc, char **argv, struct fake_options *options) {
  *options = (struct fake_options){.receipt_window = 100, .bind_ms = 30000, .dcs0 = FAKE_ENCODING_GSM7, .receipt_id_form = FAKE_ID_SAME, .http_callback_tries = 3, .http_callback_retry_ms = 1000, .http_callback_batch = 1};
  on_listen(options, "127.0.0.1:0");
  on_state(options, "DELIVRD@1");
  on_receipt_shape(options, "standard");
  for (int at = 1; at < argc; at++) {
    const char *argument = argv[at];
    if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0) {
      print_help();
      return FAKE_OPTIONS_HELP;
    }
    size_t name_len = strcspn(argument, "=");
    int index = 0;
    while (index < ROWS_COUNT && (strlen(rows[index].name) != name_len || strncmp(rows[index].name, argument, name_len) != 0))
      index++;
    if (index == ROWS_COUNT) return complain_unknown(argument);
    const char *value = argument[name_len] == '=' ? argument + name_len + 1 : NULL;
    if (rows[index].value != NULL && value == NULL) value = at + 1 < argc ? argv[++at] : NULL;
    if ((rows[index].value == NULL) != (value == NULL)) {
      fprintf(stderr, "fake-carrier: %s %s%s\n", rows[index].name, value == NULL ? "needs a value: " : "takes no value",
              value == NULL ? rows[index].value : "");
      return FAKE_OPTIONS_WRONG;
    }
    if (!rows[index].read(options, value)) {
      bool is_secret = rows[index].read == on_password || rows[index].read == fake_http_option_secret || rows[index].read == fake_http_option_callback_key;
      fprintf(stderr, "fake-carrier: %s: bad value %s; want %s: %s\n", rows[index].name, is_secret ? "(hidden)" : value,
              rows[index].value, rows[index].help);
      return FAKE_OPTIONS_WRONG;
    }
  }
  return check_together(options);
}
