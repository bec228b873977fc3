/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The spool: what was accepted, as raw octets, while the run goes on. It is written through a window mapped onto the file, so
 * that a record is in the page cache, and survives a kill -9 of this process, before its answer is sent. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fake_text.h"

enum fake_spool_kind {
  FAKE_SPOOL_END = 0, /* the rest of the file is unused */
  FAKE_SPOOL_RUN,     /* struct fake_spool_run: the first record */
  FAKE_SPOOL_SESSION, /* a system_id without NUL: `session` bound under it, or speaks HTTP for it from now on */
  FAKE_SPOOL_MESSAGE, /* a whole submit_sm or data_sm */
  FAKE_SPOOL_HTTP,    /* a struct fake_entry */
};

enum { FAKE_SPOOL_SWALLOWED = 1 }; /* flag of a message that got no answer on purpose */

/* Every record: this header, `len` octets, then padding to a multiple of 8. Numbers are in the host's order. */
struct fake_spool_record {
  uint32_t len;
  uint16_t kind; /* written last: a record is whole or END */
  uint16_t flags;
  uint64_t message; /* message number, from 1 */
  int64_t wall_us;
  uint64_t mono_ns;
  uint32_t session; /* serial */
  uint32_t reserved;
};

/* What the reader has to know of the run. */
struct fake_spool_run {
  char magic[8];
  uint32_t id_prefix;
  uint8_t id_form; /* enum fake_id_form */
  uint8_t dcs0;
  uint16_t reserved;
};

struct fake_spool {
  int fd;
  unsigned char *window; /* mapped part of the file */
  size_t window_len;
  size_t at;             /* next record, within the window */
  uint64_t window_start; /* offset of the window in the file */
  bool is_broken;        /* disk full or the like: nothing more is taken */
  char *path;            /* owned */
};

/* Create `path` (emptied if it exists) and write the RUN record. False, with a line on stderr, if that fails. */
bool fake_spool_open(struct fake_spool *spool, const char *path, const struct fake_spool_run *run);

/* Append one record: `header` with kind, flags, message, times and session set, and the `len` octets at `octets` (at most
 * FAKE_SMPP_FRAME_MAX). False if the file cannot grow; the first time a line on stderr says so. */
bool fake_spool_append(struct fake_spool *spool, const struct fake_spool_record *header, const void *octets, uint32_t len);

/* Cut the file to what is used and close it; it stays on disk. */
void fake_spool_close(struct fake_spool *spool);

/* A spool file mapped for reading. */
struct fake_spool_reader {
  const unsigned char *octets;
  size_t len;
  struct fake_spool_run run;
};

/* Map `path` and check its RUN record; false with a line on stderr if it is no spool. */
bool fake_spool_reader_open(struct fake_spool_reader *reader, const char *path);

/* The record at `*offset` (0 at first), or NULL at the end; `*offset` moves behind it. The octets of a record follow its header.
 * Borrowed until close. */
const struct fake_spool_record *fake_spool_reader_next(const struct fake_spool_reader *reader, size_t *offset);

/* Unmap. */
void fake_spool_reader_close(struct fake_spool_reader *reader);
