/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

#include <stdint.h>

/* A table from texts to small records, for models and checks. Out of memory is a CHECK: this is test code. */

struct text_row {
	struct text_row *next;
	struct slice key;   /* owned by the table, as is value */
	struct slice value; /* absent until set */
	uint64_t number;    /* whatever the owner counts or keeps */
};

#define TEXT_TABLE_BUCKETS 4096

struct text_table {
	struct text_row *buckets[TEXT_TABLE_BUCKETS];
};

/* A new, empty table; owned, freed by text_table_destroy (NULL is fine). */
struct text_table *text_table_create(void);
void text_table_destroy(struct text_table *table);

/* The row of a key; NULL where there is none. Borrowed from the table. */
struct text_row *text_table_find(struct text_table *table, struct slice key);

/* The row of a key, made with number 0 and no value where there is none. */
struct text_row *text_table_take(struct text_table *table, struct slice key);

/* Sets a row's value; value is copied. */
void text_row_set(struct text_row *row, struct slice value);

/* A copy on the heap, NUL-terminated; the absent slice for the absent one. The caller frees `at`. */
struct slice text_copy(struct slice text);
