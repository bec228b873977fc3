/* SPDX-License-Identifier: Apache-2.0 */
/* fake-carrier: an SMSC for tests, demos and benchmarks. A run listens, answers, spools what it accepts; its end turns the spool into
 * the record and prints the summary. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "fake_control.h"
#include "fake_ledger.h"
#include "fake_options.h"
#include "fake_record.h"
#include "fake_server.h"
#include "fake_spool.h"
#include "fake_summary.h"

enum { EXIT_USAGE = 64, EXIT_UNAVAILABLE = 69, PATH_CAP = 4096 };

static uint64_t random_number(void) {
  uint64_t number;
  if (getrandom(&number, sizeof number, 0) == (ssize_t)sizeof number) return number;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t)now.tv_sec * 1000000007u ^ (uint64_t)now.tv_nsec << 20 ^ (uint64_t)getpid();
}

/* Turn a spool into the record files the options name. */
static bool write_records(const struct fake_options *options, const struct fake_ledger *ledger) {
  bool is_ok = fake_record_messages(ledger, options->record);
  if (options->record_segments != NULL) is_ok = fake_record_segments(ledger, options->record_segments) && is_ok;
  return is_ok;
}

static int decode(const struct fake_options *options) {
  struct fake_spool_reader reader;
  struct fake_ledger ledger;
  if (!fake_spool_reader_open(&reader, options->decode)) return EXIT_FAILURE;
  fake_ledger_build(&ledger, &reader);
  bool is_ok = write_records(options, &ledger);
  is_ok = fake_summary_print_ledger(&ledger, options->summary) && is_ok;
  fake_ledger_fini(&ledger);
  fake_spool_reader_close(&reader);
  return is_ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool open_spool(struct fake_server *server, const struct fake_options *options, char spool_path[PATH_CAP]) {
  if (options->record == NULL) return true;
  struct fake_spool_run run = {
      .id_prefix = server->id_prefix, .id_form = (uint8_t)options->id_form, .dcs0 = (uint8_t)options->dcs0};
  if (snprintf(spool_path, PATH_CAP, "%s.raw", options->record) >= PATH_CAP) {
    fprintf(stderr, "fake-carrier: the path of --record is too long\n");
    return false;
  }
  server->is_recording = fake_spool_open(&server->spool, spool_path, &run);
  return server->is_recording;
}

/* The end of a run: usage is read before the record is made, the spool removed once the record is safe. */
static int conclude(struct fake_server *server, const char *spool_path) {
  const struct fake_options *options = server->options;
  struct fake_usage usage = fake_summary_usage();
  if (!server->is_recording) return fake_summary_print(server, NULL, &usage, options->summary) ? EXIT_SUCCESS : EXIT_FAILURE;
  bool is_broken = server->spool.is_broken;
  fake_spool_close(&server->spool);
  server->spool.is_broken = is_broken;
  struct fake_spool_reader reader;
  struct fake_ledger ledger;
  if (!fake_spool_reader_open(&reader, spool_path)) return EXIT_FAILURE;
  fake_ledger_build(&ledger, &reader);
  bool is_ok = write_records(options, &ledger);
  if (is_ok) unlink(spool_path);
  is_ok = fake_summary_print(server, &ledger, &usage, options->summary) && is_ok;
  fake_ledger_fini(&ledger);
  fake_spool_reader_close(&reader);
  return is_ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv) {
  static struct fake_options options;
  static struct fake_server server;
  static struct fake_control control;
  static char spool_path[PATH_CAP];
  enum fake_options_result parsed = fake_options_parse(argc, argv, &options);
  if (parsed != FAKE_OPTIONS_OK) return parsed == FAKE_OPTIONS_HELP ? EXIT_SUCCESS : EXIT_USAGE;
  if (options.decode != NULL) return decode(&options);
  signal(SIGPIPE, SIG_IGN);
  server.fate.seed = options.has_seed ? options.seed : random_number() >> 11; /* exact as a JSON number */
  server.id_prefix = options.has_id_prefix ? options.id_prefix : (uint32_t)random_number() | 0x10000000u;
  if (!open_spool(&server, &options, spool_path)) return EXIT_FAILURE;
  if (!fake_server_open(&server, &options)) {
    if (server.is_recording) {
      fake_spool_close(&server.spool);
      unlink(spool_path);
    }
    return EXIT_UNAVAILABLE;
  }
  if (options.control) fake_control_open(&control, &server);
  fake_server_run(&server);
  fake_server_close(&server);
  signal(SIGTERM, SIG_DFL); /* a second signal, during the decoding, ends at once; the spool stays */
  signal(SIGINT, SIG_DFL);
  return conclude(&server, spool_path);
}
