/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How a receipt looks on the wire. Carriers agree on little: the id's digits, which fields are there, the text's coding and even
 * the command differ. Each known way is a shape with a name. */

#include <stdbool.h>
#include <stdint.h>

#include "fake_message_id.h"
#include "fake_smpp.h"

enum { FAKE_SHAPE_PDU_CAP = 1024, FAKE_SHAPE_MIX_MAX = 16 };

/* Shares of shapes; `up_to` is cumulated, 1 at the last. */
struct fake_shape_mix {
  uint32_t count;
  struct {
    uint8_t shape;
    double up_to;
  } rows[FAKE_SHAPE_MIX_MAX];
};

/* What a receipt says. */
struct fake_shape_facts {
  uint64_t message;
  int64_t submitted_s;
  uint16_t user_reference;
  bool has_user_reference;
  bool is_intermediate;
  uint8_t shape;
  uint8_t from_ton, from_npi, to_ton, to_npi;
  uint8_t from_len, to_len;
  char from[FAKE_SMPP_ADDRESS_MAX + 1]; /* the submit's destination, */
  char to[FAKE_SMPP_ADDRESS_MAX + 1];   /* and its source */
};

/* What all receipts of a run have in common. */
struct fake_shape_run {
  uint32_t id_prefix;
  enum fake_id_form response_form; /* HEX, DECIMAL or UUID */
  enum fake_id_form receipt_form;
};

/* The shape of that name; -1 if there is none. */
int fake_shape_find(const char *name);

/* The name of a shape, NULL behind the last. Static. */
const char *fake_shape_name(int shape);

/* What a shape does, for --help. Static. */
const char *fake_shape_help(int shape);

/* False if a carrier of that shape sends no receipt of segment `number` of `total`. */
bool fake_shape_is_wanted(int shape, uint8_t number, uint8_t total);

/* Write a whole receipt, deliver_sm (SMPP 3.4 §4.6.1) or data_sm (§4.7.1), into `pdu`; returns its octets. stat: of SMPP 3.4
 * appendix B or a carrier's own; done_s: when. */
uint32_t fake_shape_encode(const struct fake_shape_run *run, const struct fake_shape_facts *facts, const char *stat,
                           int64_t done_s, uint32_t sequence_number, unsigned char pdu[FAKE_SHAPE_PDU_CAP]);

/* message_state of a stat word, SMPP 3.4 §5.2.28; 7, UNKNOWN, for a carrier's own word. */
uint8_t fake_shape_state(const char *stat);
