/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/segment.h"

#include <stddef.h>

/* Where a text is cut into parts. Works on encoded units: septets, or UTF-16 units. */

/* A text in its units. */
struct units {
	enum encoding encoding;
	const uint8_t *octets; /* an octet per septet or Latin-1 character, two per UTF-16 unit */
	size_t count;
};

/* Units that one segment holds alone: 160 septets, 140 octets of Latin-1 or 70 UTF-16 units (140 octets, 3GPP TS 23.040 §9.2.3.16). */
size_t cut_units_alone(enum encoding encoding);

/* Units that one part holds beside a header of 6 octets (8-bit reference) or 7 (is_ref16): 153 or 152 septets, 134 or
 * 133 octets of Latin-1, 67 or 66 UTF-16 units. */
size_t cut_units_part(enum encoding encoding, bool is_ref16);

/* Parts that units need: 0 for none, 1 where they fit alone, else as many as a cut with part_max units a part makes
 * that splits no escape pair and no surrogate pair. */
size_t cut_part_count(const struct units *units, size_t part_max);

/* Cuts part by part, from the front. */
struct cut {
	const struct units *units;
	size_t part_max;
	size_t parts_left; /* what the rest may be cut into; the number of parts never grows beyond the plain cut's */
	size_t from;       /* where the next part begins */
	bool by_cluster;
	size_t scanned;  /* grapheme boundaries up to here are known; a character begins here */
	size_t boundary; /* the last of them */
	int32_t state;   /* of the grapheme rules */
};

/* Starts a cut into part_count parts (from cut_part_count with the same part_max). by_cluster: keep grapheme clusters
 * whole where the number of parts does not grow for it. units: borrowed as long as cut is used. */
void cut_init(struct cut *cut, const struct units *units, size_t part_max, size_t part_count, bool by_cluster);

/* The units of the next part, at least 1; the parts begin one behind another. To be called part_count times. */
size_t cut_next(struct cut *cut);
