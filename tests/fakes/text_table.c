/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/text_table.h"

#include "base/check.h"
#include "base/hash.h"
#include "fakes/fake_memory.h"

#include <stdlib.h>

struct text_table *text_table_create(void)
{
	struct text_table *table = fake_memory_take(1, sizeof *table);
	return table;
}

void text_table_destroy(struct text_table *table)
{
	for (unsigned i = 0; table != NULL && i < TEXT_TABLE_BUCKETS; i++) {
		while (table->buckets[i] != NULL) {
			struct text_row *row = table->buckets[i];
			table->buckets[i] = row->next;
			free((char *)(uintptr_t)row->key.at);
			free((char *)(uintptr_t)row->value.at);
			free(row);
		}
	}
	free(table);
}

static struct text_row **bucket_of(struct text_table *table, struct slice key)
{
	uint64_t hash = hash64(HASH64_START, key);
	return &table->buckets[(hash ^ hash >> 29) % TEXT_TABLE_BUCKETS];
}

struct text_row *text_table_find(struct text_table *table, struct slice key)
{
	struct text_row *row = *bucket_of(table, key);
	while (row != NULL && !slice_equal(row->key, key))
		row = row->next;
	return row;
}

struct text_row *text_table_take(struct text_table *table, struct slice key)
{
	struct text_row *row = text_table_find(table, key);
	if (row != NULL)
		return row;
	row = fake_memory_take(1, sizeof *row);
	struct text_row **bucket = bucket_of(table, key);
	row->key = text_copy(key);
	row->next = *bucket;
	*bucket = row;
	return row;
}

void text_row_set(struct text_row *row, struct slice value)
{
	free((char *)(uintptr_t)row->value.at);
	row->value = text_copy(value);
}

struct slice text_copy(struct slice text)
{
	if (text.at == NULL)
		return text;
	char *copy = fake_memory_take(text.len + 1, 1);
	if (text.len > 0)
		memcpy(copy, text.at, text.len);
	copy[text.len] = '\0';
	return (struct slice){ copy, text.len };
}
