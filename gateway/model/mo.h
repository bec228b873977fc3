/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

#include <stdint.h>

/* A message from a phone (MO: mobile originated): a customer's reply to a text of ours, or whatever else somebody sends
 * to a number of the account. A long one comes in parts, each by itself. */

#define MO_ADDRESS_MAX 64    /* octets of a number, SMPP 3.4 §4.7.1 (C65 with its NUL) */
#define MO_ID_MAX      64    /* octets of a carrier's id of it */
#define MO_OCTETS_MAX  16384 /* of a text as UTF-8, or of octets without one */

/* Slices are borrowed until the upcall returns. */
struct mo {
	struct slice from; /* as the carrier writes it, printable ASCII; may be empty or a name */
	struct slice to;   /* likewise */
	struct slice
		octets; /* the text, UTF-8; where is_text is false what the carrier sent, its user data header included where
			      * that makes no sense */
	bool is_text;
	uint8_t part;       /* from 1 */
	uint8_t total;      /* of the parts; 1 = it is whole */
	uint16_t reference; /* the same in all parts; 0 where it is whole */
	bool is_international; /* SMPP says that from begins with a country code, though no “+” does; not always true */
	struct slice id; /* the carrier's, printable ASCII: the same when the message comes again, and another in each
			  * message and part; empty = it has none */
};

/* True where what a driver made of a message keeps to what stands above. */
bool mo_is_valid(const struct mo *mo);
