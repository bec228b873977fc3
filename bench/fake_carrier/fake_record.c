/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fake_entry.h"
#include "fake_json.h"
#include "fake_message_id.h"

enum { BLOCK_LEN = 1 << 20, PATH_CAP = 4096 };

struct output {
  const char *path;
  char beside[PATH_CAP];
  int fd;
  bool is_failed;
  struct fake_buffer text;
};

static bool begin(struct output *output, const char *path) {
  *output = (struct output){.path = path, .fd = -1};
  int len = snprintf(output->beside, sizeof output->beside, "%s.tmp", path);
  errno = ENAMETOOLONG;
  if (len < (int)sizeof output->beside) output->fd = open(output->beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (output->fd < 0) fprintf(stderr, "fake-carrier: cannot create the record %s: %s\n", output->beside, strerror(errno));
  return output->fd >= 0;
}

static void write_block(struct output *output) {
  size_t at = 0;
  while (at < output->text.len && !output->is_failed) {
    ssize_t written = write(output->fd, output->text.at + at, output->text.len - at);
    if (written > 0) at += (size_t)written;
    output->is_failed = written <= 0 && errno != EINTR;
  }
  output->text.len = 0;
}

static void end_line(struct output *output) {
  fake_json_mark(&output->text, '}');
  fake_buffer_append(&output->text, "\n", 1);
  if (output->text.len >= BLOCK_LEN) write_block(output);
}

static bool finish(struct output *output) {
  write_block(output);
  fake_buffer_fini(&output->text);
  if (close(output->fd) != 0) output->is_failed = true;
  if (!output->is_failed && rename(output->beside, output->path) == 0) return true;
  fprintf(stderr, "fake-carrier: cannot write the record %s: %s\n", output->path, strerror(errno));
  unlink(output->beside);
  return false;
}

static void put_id(struct fake_buffer *json, const struct fake_ledger *ledger, uint64_t message) {
  const struct fake_spool_run *run = &ledger->reader->run;
  char id[FAKE_MESSAGE_ID_CAP];
  uint32_t id_len = fake_message_id_put(run->id_prefix, message, (enum fake_id_form)run->id_form, id);
  fake_json_string(json, id, id_len);
}

/* The ids of one accepted PDU, or of an sms over HTTP, as elements or as the one value of a member. */
static void put_ids(struct fake_buffer *json, const struct fake_ledger *ledger, const struct fake_spool_record *record, bool is_list) {
  struct fake_entry entry;
  if (record->kind != FAKE_SPOOL_HTTP || !fake_entry_read((const unsigned char *)(record + 1), record->len, &entry)) {
    put_id(json, ledger, record->message);
    return;
  }
  do {
    struct fake_slice id = fake_slice_cut(&entry.ids, '\0');
    fake_json_string(json, id.at, id.len);
  } while (is_list && entry.ids.len > 0);
}

/* What all segments say together: members that need a walk over them. */
struct span {
  int64_t first_us;
  int64_t last_us;
  uint32_t air_count;
  bool is_swallowed;
  bool is_mixed;
};

static struct span walk(const struct fake_ledger *ledger, const struct fake_ledger_message *message,
                        const struct fake_segment *first) {
  struct span span = {.first_us = INT64_MAX};
  for (uint32_t next = message->first + 1; next != 0; next = ledger->segments[next - 1].next) {
    const struct fake_spool_record *record = ledger->segments[next - 1].record;
    if (record->wall_us < span.first_us) span.first_us = record->wall_us;
    if (record->wall_us > span.last_us) span.last_us = record->wall_us;
    if ((record->flags & FAKE_SPOOL_SWALLOWED) != 0) span.is_swallowed = true;
    struct fake_pdu pdu;
    struct fake_segment read;
    if (message->total == 1) {
      span.air_count = first->air_count;
    } else if (fake_ledger_read(ledger, record, &pdu, &read)) {
      span.air_count += read.air_count;
      if (read.encoding != first->encoding) span.is_mixed = true;
    }
  }
  return span;
}

static void put_parts(struct fake_buffer *json, const struct fake_ledger *ledger, const struct fake_ledger_message *message) {
  bool is_whole = message->have == message->total;
  fake_json_name(json, "message_ids");
  fake_json_mark(json, '[');
  for (uint32_t number = 1; number <= message->total; number++) {
    const struct fake_ledger_segment *segment = fake_ledger_segment_of(ledger, message, number);
    if (segment != NULL) put_ids(json, ledger, segment->record, true);
  }
  fake_json_mark(json, ']');
  if (is_whole) return;
  fake_json_member_bool(json, "incomplete", true);
  fake_json_name(json, "missing");
  fake_json_mark(json, '[');
  for (uint32_t number = 1; number <= message->total; number++)
    if (fake_ledger_segment_of(ledger, message, number) == NULL) fake_json_uint(json, number);
  fake_json_mark(json, ']');
  if (ledger->keys[message->key - 1].whole_count > 0) fake_json_member_bool(json, "repeat", true);
}

/* The trace that an sms over HTTP came with. */
static void put_trace(struct fake_buffer *json, const struct fake_spool_record *record) {
  struct fake_entry entry;
  if (record->kind != FAKE_SPOOL_HTTP || !fake_entry_read((const unsigned char *)(record + 1), record->len, &entry)) return;
  if (entry.trace.len == 0) return;
  fake_json_name(json, "traceparent");
  fake_json_string(json, entry.trace.at, entry.trace.len);
}

static void put_rest(struct fake_buffer *json, const struct fake_ledger *ledger, const struct fake_ledger_message *message,
                     const struct fake_pdu *pdu, const struct fake_segment *segment) {
  uint32_t session = ledger->segments[message->first].record->session;
  bool is_known = session < ledger->system_ids_cap && ledger->system_ids[session].text != NULL;
  fake_json_member_uint(json, "data_coding", pdu->data_coding);
  fake_json_member_uint(json, "copy", message->copy);
  fake_json_member_uint(json, "copies", fake_ledger_copies(ledger, message));
  fake_json_name(json, "system_id");
  fake_json_string(json, is_known ? ledger->system_ids[session].text : "", is_known ? ledger->system_ids[session].len : 0);
  fake_json_member(json, "method", fake_segment_method_name(segment->method));
  fake_json_member_uint(json, "esm_class", pdu->esm_class);
  fake_json_member_uint(json, "registered_delivery", pdu->registered_delivery);
  if (message->total > 1) {
    fake_json_member_uint(json, "reference", segment->reference);
    fake_json_member_uint(json, "total", message->total);
  }
  put_trace(json, ledger->segments[message->first].record);
  if (pdu->validity_len > 0) fake_json_member(json, "validity_period", pdu->validity_period);
  if (pdu->schedule_len > 0) fake_json_member(json, "schedule_delivery_time", pdu->schedule_delivery_time);
  if (pdu->service_type_len > 0) fake_json_member(json, "service_type", pdu->service_type);
}

static void put_message(struct fake_buffer *json, const struct fake_ledger *ledger, const struct fake_ledger_message *message,
                        struct fake_buffer *text) {
  struct fake_pdu pdu;
  struct fake_segment segment;
  if (!fake_ledger_read(ledger, ledger->segments[message->first].record, &pdu, &segment)) return;
  struct span span = walk(ledger, message, &segment);
  text->len = 0;
  fake_ledger_text(ledger, message, text);
  fake_json_mark(json, '{');
  fake_json_name(json, "to");
  fake_json_string(json, pdu.dest.text, pdu.dest.len);
  fake_json_name(json, "from");
  fake_json_string(json, pdu.source.text, pdu.source.len);
  fake_json_name(json, "text");
  fake_json_string(json, (const char *)text->at, text->len);
  fake_json_member(json, "encoding", span.is_mixed ? "MIXED" : fake_text_encoding_name(segment.encoding));
  fake_json_member_uint(json, "segments", span.air_count);
  fake_json_name(json, "at");
  fake_json_millis(json, span.first_us);
  fake_json_name(json, "last_at");
  fake_json_millis(json, span.last_us);
  put_parts(json, ledger, message);
  put_rest(json, ledger, message, &pdu, &segment);
  if (span.is_swallowed) fake_json_member_bool(json, "swallowed", true);
}

bool fake_record_messages(const struct fake_ledger *ledger, const char *path) {
  struct output output;
  struct fake_buffer text = {0};
  if (!begin(&output, path)) return false;
  for (uint32_t index = 0; index < ledger->messages_count; index++) {
    put_message(&output.text, ledger, &ledger->messages[index], &text);
    end_line(&output);
  }
  fake_buffer_fini(&text);
  return finish(&output);
}

bool fake_record_segments(const struct fake_ledger *ledger, const char *path) {
  struct output output;
  if (!begin(&output, path)) return false;
  for (uint32_t index = 0; index < ledger->segments_count; index++) {
    const struct fake_spool_record *record = ledger->segments[index].record;
    struct fake_pdu pdu;
    struct fake_segment segment;
    if (!fake_ledger_read(ledger, record, &pdu, &segment)) continue;
    struct fake_buffer *json = &output.text;
    fake_json_mark(json, '{');
    fake_json_name(json, "at");
    fake_json_millis(json, record->wall_us);
    fake_json_name(json, "to");
    fake_json_string(json, pdu.dest.text, pdu.dest.len);
    fake_json_member_uint(json, "segments", segment.air_count);
    fake_json_name(json, "message_id");
    put_ids(json, ledger, record, false);
    fake_json_member_uint(json, "number", segment.number);
    fake_json_member_uint(json, "total", segment.total);
    end_line(&output);
  }
  return finish(&output);
}
