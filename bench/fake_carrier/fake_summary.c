/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_summary.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fake_json.h"

struct fake_usage fake_summary_usage(void) {
  struct rusage used;
  struct fake_usage usage = {0};
  if (getrusage(RUSAGE_SELF, &used) == 0) {
    usage.cpu_user_s = (double)used.ru_utime.tv_sec + (double)used.ru_utime.tv_usec / 1e6;
    usage.cpu_sys_s = (double)used.ru_stime.tv_sec + (double)used.ru_stime.tv_usec / 1e6;
  }
  unsigned long total_pages, pages;
  FILE *file = fopen("/proc/self/statm", "re");
  if (file != NULL && fscanf(file, "%lu %lu", &total_pages, &pages) == 2)
    usage.rss_mib = (double)pages * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
  if (file != NULL) fclose(file);
  return usage;
}

static void put_wall_s(struct fake_buffer *json, const char *name, int64_t wall_us) {
  fake_json_name(json, name);
  if (wall_us == 0)
    fake_json_null(json);
  else
    fake_json_fixed(json, (double)wall_us / 1e6, 6);
}

static void put_ledger(struct fake_buffer *json, const struct fake_ledger *ledger) {
  static const char *const names[] = {"messages", "segments", "distinct", "duplicates", "incomplete", "segment_repeats"};
  uint64_t values[sizeof names / sizeof *names] = {0};
  if (ledger != NULL) {
    values[0] = ledger->messages_count;
    values[1] = ledger->air_count;
    values[2] = ledger->distinct_count;
    values[3] = ledger->duplicates_count;
    values[4] = ledger->incomplete_count;
    values[5] = ledger->repeats_count;
  }
  for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
    fake_json_name(json, names[index]);
    if (ledger == NULL)
      fake_json_null(json);
    else
      fake_json_uint(json, values[index]);
  }
}

static void put_counters(struct fake_buffer *json, const struct fake_counters *counters) {
  const struct {
    const char *name;
    uint64_t value;
  } rows[] = {
      {"sessions", counters->sessions},
      {"sessions_refused", counters->sessions_refused},
      {"binds", counters->binds},
      {"binds_refused", counters->binds_refused},
      {"binds_peak", counters->binds_peak},
      {"submits_received", counters->submits_received},
      {"submits_accepted", counters->submits_accepted},
      {"submits_answered", counters->submits_answered},
      {"segments_accepted", counters->segments_accepted},
      {"answers_lost", counters->answers_lost},
      {"throttled", counters->throttled},
      {"window_exceeded", counters->window_exceeded},
      {"swallowed", counters->swallowed},
      {"dropped", counters->dropped},
      {"late", counters->late},
      {"failed", counters->failed},
      {"enquires_received", counters->enquires_received},
      {"enquires_sent", counters->enquires_sent},
      {"enquires_unanswered", counters->enquires_unanswered},
      {"unbinds_received", counters->unbinds_received},
      {"receipts_sent", counters->receipts_sent},
      {"receipts_answered", counters->receipts_answered},
      {"receipts_refused", counters->receipts_refused},
      {"receipts_requeued", counters->receipts_requeued},
      {"receipts_dropped", counters->receipts_dropped},
      {"mo_sent", counters->mo_sent},
      {"mo_answered", counters->mo_answered},
      {"mo_refused", counters->mo_refused},
      {"queries_received", counters->queries_received},
      {"queries_known", counters->queries_known},
      {"http_connections", counters->http_connections},
      {"http_requests", counters->http_requests},
      {"http_answers", counters->http_answers},
      {"http_repeats", counters->http_repeats},
  };
  for (size_t index = 0; index < sizeof rows / sizeof *rows; index++)
    fake_json_member_uint(json, rows[index].name, rows[index].value);
  fake_json_name(json, "failed_by_status");
  fake_json_mark(json, '{');
  for (uint32_t index = 0; index < FAKE_STATUSES_MAX && counters->failed_count[index] > 0; index++) {
    char name[16];
    snprintf(name, sizeof name, "0x%02X", counters->failed_status[index]);
    fake_json_member_uint(json, name, counters->failed_count[index]);
  }
  fake_json_mark(json, '}');
}

static void put_violations(struct fake_buffer *json, const struct fake_violation_log *violations) {
  fake_json_member_uint(json, "violations_total", violations->total);
  fake_json_name(json, "violations");
  fake_json_mark(json, '{');
  for (int kind = 0; kind < FAKE_VIOLATION_COUNT; kind++)
    if (violations->count_by_kind[kind] > 0)
      fake_json_member_uint(json, fake_violation_name((enum fake_violation)kind), violations->count_by_kind[kind]);
  fake_json_mark(json, '}');
}

static bool publish(struct fake_buffer *json, const char *path) {
  fake_json_mark(json, '}');
  fake_buffer_append(json, "\n", 1);
  fwrite(json->at, 1, json->len, stdout);
  fflush(stdout);
  bool is_written = true;
  if (path != NULL) {
    FILE *file = fopen(path, "we");
    is_written = file != NULL && fwrite(json->at, 1, json->len, file) == json->len;
    if (file != NULL && fclose(file) != 0) is_written = false;
    if (!is_written) fprintf(stderr, "fake-carrier: cannot write the summary %s: %s\n", path, strerror(errno));
  }
  fake_buffer_fini(json);
  return is_written;
}

bool fake_summary_print(const struct fake_server *server, const struct fake_ledger *ledger, const struct fake_usage *usage,
                        const char *path) {
  const struct fake_counters *counters = &server->counters;
  struct fake_buffer json = {0};
  fake_json_mark(&json, '{');
  put_counters(&json, counters);
  put_ledger(&json, ledger);
  put_violations(&json, &server->violations);
  put_wall_s(&json, "first_at", counters->first_wall_us);
  put_wall_s(&json, "last_at", counters->last_wall_us);
  put_wall_s(&json, "last_receipt_at", counters->last_receipt_wall_us);
  fake_json_member_uint(&json, "peak_second", server->peak.highest);
  fake_json_name(&json, "cpu_user_s");
  fake_json_fixed(&json, usage->cpu_user_s, 3);
  fake_json_name(&json, "cpu_sys_s");
  fake_json_fixed(&json, usage->cpu_sys_s, 3);
  fake_json_name(&json, "rss_mib");
  fake_json_fixed(&json, usage->rss_mib, 1);
  fake_json_member_bool(&json, "record_broken", server->spool.is_broken);
  fake_json_member_uint(&json, "seed", server->fate.seed);
  return publish(&json, path);
}

bool fake_summary_print_ledger(const struct fake_ledger *ledger, const char *path) {
  struct fake_buffer json = {0};
  fake_json_mark(&json, '{');
  fake_json_member_uint(&json, "submits_accepted", ledger->segments_count);
  put_ledger(&json, ledger);
  fake_json_member_uint(&json, "records_skipped", ledger->skipped_count);
  return publish(&json, path);
}
