/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "model/submit.h"

#include <stdbool.h>

/* Submits without an answer for which the carrier is asked, by the reference that they carry: when, how often, and which one
 * next. Bounded; a question outlives the link that it was asked on.
 *
 *   open ──► waiting ── due, asked ──► asked ── answered, or tried often enough ──► closed
 *               ▲                        │ again (no such message yet, not now, no answer): the wait doubles
 *               └────────────────────────┘ the link was lost: soon, and it does not count
 */

#define QUESTIONS_TRIES_MAX 5

struct questions_options {
	unsigned count_max;  /* open at a time, 1–65535 */
	mono_us wait_us;     /* from the moment that a submit counts as unanswered to the first question */
	unsigned rate_per_s; /* questions a second at most, at least 1 */
	mono_us patience_us; /* one that is older is closed */
};

struct questions;

/* options: copied. NULL where there is no memory; all of it is taken here. */
struct questions *questions_create(const struct questions_options *options);

/* questions: may be NULL. */
void questions_destroy(struct questions *questions);

/* False where there is no place. user_reference: not open already (CHECK). */
bool questions_open(struct questions *questions, const struct submit_key *key, uint16_t user_reference, mono_us now);

enum question_close {
	QUESTION_NOT_OPEN,
	QUESTION_WAITED,
	QUESTION_WAS_ASKED, /* its answer is still to come, on the link that it was asked on */
};

/* Closes the question for that submit. */
enum question_close questions_close(struct questions *questions, const struct submit_key *key, uint16_t user_reference);

/* Whose question was asked with that reference and has no answer; false where none was. */
bool questions_find_asked(const struct questions *questions, uint16_t user_reference, struct submit_key *out);

/* The reference that is to be asked for now; 0 = none, or not yet. */
uint16_t questions_due(const struct questions *questions, mono_us now);

/* It was asked for: questions_again or questions_close says how that ended. */
void questions_asked(struct questions *questions, uint16_t user_reference, mono_us now);

/* There was no place to ask: a little later. */
void questions_hold(struct questions *questions, mono_us now);

/* Asks one that was asked (CHECK) once more, later; a try counts unless the link was lost. False where it was tried often enough: it is closed. */
bool questions_again(struct questions *questions, uint16_t user_reference, bool is_lost, mono_us now);

/* Closes the oldest question where it is too old; returns its reference, 0 = none is. */
uint16_t questions_expire(struct questions *questions, mono_us now);

/* Closes any one question, whatever its state; returns its reference, 0 = none is open. */
uint16_t questions_drop(struct questions *questions);

/* When the next question is due; INT64_MAX = never. */
mono_us questions_next_deadline(const struct questions *questions);

/* Open ones. */
unsigned questions_count(const struct questions *questions);
