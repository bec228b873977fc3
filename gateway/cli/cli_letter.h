/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/civil.h"
#include "decode/alert_glance.h"

#include <stdio.h>

/* A dead or held alert as people see it: numbers masked, values of parameters only where they are asked for, and nothing
 * that a terminal would obey. What a letter lacks is absent. */
struct cli_letter {
	struct slice entry;  /* its id among the dead letters; of a held alert absent */
	struct slice origin; /* “1739404800000-7@normal” */
	wall_ms at;          /* when it died, or since when it is held */
	struct slice reason; /* of a dead letter: a word, a colon, a sentence */
	struct slice alert;  /* the octets that the producer wrote */
	uint32_t attempt;    /* of a held alert: before the one in doubt */
	bool is_ambiguous;   /* of a dead letter: the phone may have the text, or a part of it */
	bool is_usable;      /* it can be sent again */
	struct alert_glance glance;
};

/* Room for a letter as JSON, with everything. */
#define CLI_LETTER_JSON_OCTETS (512 * 1024)

/* The word of the reason; absent where it has none. */
struct slice cli_letter_word(const struct cli_letter *letter);

/* One line: when, entry (or origin), word, id, template, number, sentence. */
void cli_letter_print(const struct cli_letter *letter, const struct zone *zone, FILE *out);

/* All of it, a line each. with_values: the parameters' values and the text too. */
void cli_letter_print_whole(const struct cli_letter *letter, const struct zone *zone, bool with_values, FILE *out);

/* The same two as a JSON object; the second has more members. */
void cli_letter_put(const struct cli_letter *letter, struct buf *out);
void cli_letter_put_whole(const struct cli_letter *letter, bool with_values, struct buf *out);

/* Room for an event. */
#define CLI_LETTER_EVENT_OCTETS (128 * 1024)

/* The line that tells that event befell the letter now. */
void cli_letter_put_event(const struct cli_letter *letter, const char *event, struct slice reason, bool is_ambiguous,
			  wall_ms now, struct buf *out);
