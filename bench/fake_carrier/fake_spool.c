/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_check.h"
#include "fake_smpp.h"

enum { WINDOW_LEN = 4 << 20, PAGE = 4096, ALIGN = 8 };
static const char magic[8] = "FAKESPL1";

static size_t padded(uint32_t len) { return sizeof(struct fake_spool_record) + ((size_t)len + ALIGN - 1) / ALIGN * ALIGN; }

static void break_off(struct fake_spool *spool, const char *what) {
  spool->is_broken = true;
  fprintf(stderr, "fake-carrier: record spool %s: %s: %s; no further message is accepted\n", spool->path, what,
          strerror(errno));
}

/* Map the part of the file that begins with the page of the next record. */
static bool move_window(struct fake_spool *spool) {
  uint64_t position = spool->window_start + spool->at;
  uint64_t start = position / PAGE * PAGE;
  if (spool->window != NULL) munmap(spool->window, spool->window_len);
  spool->window = NULL;
  /* Blocks are reserved first: a full disk is then an error here and not a SIGBUS on writing. */
  errno = posix_fallocate(spool->fd, (off_t)start, WINDOW_LEN);
  if (errno != 0) {
    break_off(spool, "cannot reserve 4 MiB");
    return false;
  }
  void *window = mmap(NULL, WINDOW_LEN, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, spool->fd, (off_t)start);
  if (window == MAP_FAILED) {
    break_off(spool, "cannot map it");
    return false;
  }
  spool->window = window;
  spool->window_len = WINDOW_LEN;
  spool->window_start = start;
  spool->at = (size_t)(position - start);
  return true;
}

bool fake_spool_open(struct fake_spool *spool, const char *path, const struct fake_spool_run *run) {
  *spool = (struct fake_spool){.path = strdup(path)};
  CHECK(spool->path != NULL);
  spool->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (spool->fd < 0) {
    fprintf(stderr, "fake-carrier: cannot create the record spool %s: %s\n", path, strerror(errno));
    free(spool->path);
    return false;
  }
  struct fake_spool_run own = *run;
  memcpy(own.magic, magic, sizeof magic);
  struct fake_spool_record header = {.kind = FAKE_SPOOL_RUN};
  return fake_spool_append(spool, &header, &own, sizeof own);
}

bool fake_spool_append(struct fake_spool *spool, const struct fake_spool_record *header, const void *octets, uint32_t len) {
  CHECK(len <= FAKE_SMPP_FRAME_MAX);
  if (spool->is_broken) return false;
  size_t need = padded(len);
  if (spool->window_len - spool->at < need && !move_window(spool)) return false;
  struct fake_spool_record *record = (void *)(spool->window + spool->at);
  record->len = len;
  record->flags = header->flags;
  record->message = header->message;
  record->wall_us = header->wall_us;
  record->mono_ns = header->mono_ns;
  record->session = header->session;
  memcpy(record + 1, octets, len);
  __atomic_store_n(&record->kind, header->kind, __ATOMIC_RELEASE);
  spool->at += need;
  return true;
}

void fake_spool_close(struct fake_spool *spool) {
  if (spool->window != NULL) munmap(spool->window, spool->window_len);
  if (ftruncate(spool->fd, (off_t)(spool->window_start + spool->at)) != 0)
    fprintf(stderr, "fake-carrier: cannot trim %s: %s\n", spool->path, strerror(errno));
  close(spool->fd);
  free(spool->path);
  *spool = (struct fake_spool){.fd = -1};
}

bool fake_spool_reader_open(struct fake_spool_reader *reader, const char *path) {
  *reader = (struct fake_spool_reader){0};
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat status;
  if (fd < 0 || fstat(fd, &status) != 0) {
    fprintf(stderr, "fake-carrier: cannot read the spool %s: %s\n", path, strerror(errno));
    if (fd >= 0) close(fd);
    return false;
  }
  reader->len = (size_t)status.st_size;
  void *octets = reader->len == 0 ? MAP_FAILED : mmap(NULL, reader->len, PROT_READ, MAP_PRIVATE, fd, 0);
  close(fd);
  if (octets != MAP_FAILED) {
    reader->octets = octets;
    madvise(octets, reader->len, MADV_SEQUENTIAL);
    size_t offset = 0;
    const struct fake_spool_record *first = fake_spool_reader_next(reader, &offset);
    if (first != NULL && first->kind == FAKE_SPOOL_RUN && first->len == sizeof reader->run) {
      memcpy(&reader->run, first + 1, sizeof reader->run);
      if (memcmp(reader->run.magic, magic, sizeof magic) == 0 && reader->run.dcs0 <= FAKE_ENCODING_OCTETS) return true;
    }
    fake_spool_reader_close(reader);
  }
  fprintf(stderr, "fake-carrier: %s is no record spool of this program\n", path);
  return false;
}

const struct fake_spool_record *fake_spool_reader_next(const struct fake_spool_reader *reader, size_t *offset) {
  if (reader->len - *offset < sizeof(struct fake_spool_record)) return NULL;
  const struct fake_spool_record *record = (const void *)(reader->octets + *offset);
  if (record->kind == FAKE_SPOOL_END || record->len > FAKE_SMPP_FRAME_MAX) return NULL;
  size_t need = padded(record->len);
  if (reader->len - *offset < need) return NULL; /* cut off by hand */
  *offset += need;
  return record;
}

void fake_spool_reader_close(struct fake_spool_reader *reader) {
  if (reader->octets != NULL) munmap((void *)(uintptr_t)reader->octets, reader->len);
  *reader = (struct fake_spool_reader){0};
}
