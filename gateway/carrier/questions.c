/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/questions.h"

#include "base/check.h"
#include "base/list.h"

#include <stdlib.h>
#include <string.h>

/* All that wait after as many tries wait equally long, so that a list for each count is in order of their times. */

#define REFERENCES 65536

struct question {
	struct list link; /* of free, or of waiting[tries], or none where it is asked */
	struct list age;  /* of ages, where open */
	struct submit_key key;
	mono_us opened_at;
	mono_us due;
	uint16_t user_reference;
	uint8_t tries;
	bool is_asked;
};

struct questions {
	struct questions_options options;
	mono_us next_at; /* no question earlier: the rate */
	unsigned count;
	struct list free;
	struct list ages; /* oldest first */
	struct list waiting[QUESTIONS_TRIES_MAX];
	uint16_t place[REFERENCES]; /* of the question with that reference, plus 1; 0 = none */
	struct question table[];
};

static struct question *at(struct list *link)
{
	return LIST_ITEM(link, struct question, link);
}

struct questions *questions_create(const struct questions_options *options)
{
	CHECK(options->count_max >= 1 && options->count_max < REFERENCES && options->rate_per_s >= 1);
	struct questions *questions = calloc(1, sizeof *questions + options->count_max * sizeof questions->table[0]);
	if (questions == NULL)
		return NULL;
	questions->options = *options;
	list_init(&questions->free);
	list_init(&questions->ages);
	for (unsigned i = 0; i < QUESTIONS_TRIES_MAX; i++)
		list_init(&questions->waiting[i]);
	for (unsigned i = 0; i < options->count_max; i++) {
		list_init(&questions->table[i].age);
		list_push(&questions->free, &questions->table[i].link);
	}
	return questions;
}

void questions_destroy(struct questions *questions)
{
	free(questions);
}

static struct question *find(const struct questions *questions, uint16_t user_reference)
{
	unsigned place = questions->place[user_reference];
	return place == 0 ? NULL : (struct question *)(uintptr_t)&questions->table[place - 1];
}

static struct question *find_open(const struct questions *questions, uint16_t user_reference)
{
	struct question *question = find(questions, user_reference);
	CHECK(question != NULL);
	return question;
}

static void wait_until(struct questions *questions, struct question *question, mono_us due)
{
	question->due = due;
	question->is_asked = false;
	list_push(&questions->waiting[question->tries], &question->link);
}

static uint16_t shut(struct questions *questions, struct question *question)
{
	questions->place[question->user_reference] = 0;
	questions->count--;
	list_remove(&question->age);
	list_remove(&question->link);
	list_push_front(&questions->free, &question->link);
	return question->user_reference;
}

bool questions_open(struct questions *questions, const struct submit_key *key, uint16_t user_reference, mono_us now)
{
	CHECK(user_reference != 0 && find(questions, user_reference) == NULL);
	if (list_empty(&questions->free))
		return false;
	struct question *question = at(questions->free.next);
	list_remove(&question->link);
	question->key = *key;
	question->opened_at = now;
	question->user_reference = user_reference;
	question->tries = 0;
	questions->place[user_reference] = (uint16_t)(question - questions->table + 1);
	questions->count++;
	list_push(&questions->ages, &question->age);
	wait_until(questions, question, now + questions->options.wait_us);
	return true;
}

static bool is_for(const struct question *question, const struct submit_key *key)
{
	return question != NULL && question->key.segment == key->segment &&
	       entry_key_equal(&question->key.origin, &key->origin);
}

enum question_close questions_close(struct questions *questions, const struct submit_key *key, uint16_t user_reference)
{
	struct question *question = find(questions, user_reference);
	if (!is_for(question, key))
		return QUESTION_NOT_OPEN;
	shut(questions, question);
	return question->is_asked ? QUESTION_WAS_ASKED : QUESTION_WAITED;
}

bool questions_find_asked(const struct questions *questions, uint16_t user_reference, struct submit_key *out)
{
	const struct question *question = find(questions, user_reference);
	if (question == NULL || !question->is_asked)
		return false;
	*out = question->key;
	return true;
}

static const struct question *next(const struct questions *questions)
{
	const struct question *first = NULL;
	for (unsigned i = 0; i < QUESTIONS_TRIES_MAX; i++) {
		const struct list *head = &questions->waiting[i];
		if (list_empty(head))
			continue;
		const struct question *question = at(head->next);
		if (first == NULL || question->due < first->due)
			first = question;
	}
	return first;
}

uint16_t questions_due(const struct questions *questions, mono_us now)
{
	return questions_next_deadline(questions) <= now ? next(questions)->user_reference : 0;
}

void questions_asked(struct questions *questions, uint16_t user_reference, mono_us now)
{
	struct question *question = find_open(questions, user_reference);
	list_remove(&question->link);
	question->is_asked = true;
	questions->next_at = now + (mono_us)US_PER_S / questions->options.rate_per_s;
}

void questions_hold(struct questions *questions, mono_us now)
{
	questions->next_at = now + (mono_us)US_PER_S / questions->options.rate_per_s;
}

bool questions_again(struct questions *questions, uint16_t user_reference, bool is_lost, mono_us now)
{
	struct question *question = find_open(questions, user_reference);
	CHECK(question->is_asked);
	if (is_lost) {
		wait_until(questions, question, now + (questions->options.wait_us << question->tries));
		return true;
	}
	if (question->tries + 1 == QUESTIONS_TRIES_MAX) {
		shut(questions, question);
		return false;
	}
	question->tries++;
	wait_until(questions, question, now + (questions->options.wait_us << question->tries));
	return true;
}

uint16_t questions_expire(struct questions *questions, mono_us now)
{
	if (list_empty(&questions->ages))
		return 0;
	struct question *oldest = LIST_ITEM(questions->ages.next, struct question, age);
	return now - oldest->opened_at >= questions->options.patience_us ? shut(questions, oldest) : 0;
}

uint16_t questions_drop(struct questions *questions)
{
	return list_empty(&questions->ages) ? 0
					    : shut(questions, LIST_ITEM(questions->ages.next, struct question, age));
}

mono_us questions_next_deadline(const struct questions *questions)
{
	const struct question *question = next(questions);
	if (question == NULL)
		return INT64_MAX;
	return question->due > questions->next_at ? question->due : questions->next_at;
}

unsigned questions_count(const struct questions *questions)
{
	return questions->count;
}
