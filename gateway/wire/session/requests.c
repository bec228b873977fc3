/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/session/requests.h"

#include "base/check.h"

#include <stdlib.h>
#include <string.h>

#define OTHERS_MAX 3 /* bind, keep-alive, unbind */

#define REQUEST_OF(at) LIST_ITEM(at, struct request, link)

bool requests_init(struct requests *requests, unsigned window, unsigned late_max, unsigned queries_max,
		   uint32_t number_max)
{
	CHECK(window >= 1 && window <= UINT16_MAX && late_max <= UINT32_MAX / 8 && queries_max <= UINT16_MAX);
	uint32_t table_len = window + late_max + queries_max + OTHERS_MAX;
	CHECK(number_max > table_len);
	uint32_t cells_len = 8;
	while (cells_len < table_len * 2)
		cells_len *= 2;
	*requests = (struct requests){
		.table = calloc(table_len, sizeof *requests->table),
		.table_len = table_len,
		.cells = calloc(cells_len, sizeof *requests->cells),
		.cells_mask = cells_len - 1,
		.number_max = number_max,
		.late_max = late_max,
	};
	if (requests->table == NULL || requests->cells == NULL) {
		requests_fini(requests);
		return false;
	}
	requests_clear(requests);
	return true;
}

void requests_fini(struct requests *requests)
{
	free(requests->table);
	free(requests->cells);
	*requests = (struct requests){ 0 };
}

void requests_clear(struct requests *requests)
{
	list_init(&requests->free);
	list_init(&requests->outstanding);
	list_init(&requests->late);
	list_init(&requests->queries);
	for (uint32_t i = 0; i < requests->table_len; i++) {
		requests->table[i].kind = REQUEST_FREE;
		list_push(&requests->free, &requests->table[i].link);
	}
	memset(requests->cells, 0, ((size_t)requests->cells_mask + 1) * sizeof *requests->cells);
	requests->outstanding_count = requests->late_count = requests->query_count = 0;
	requests->number_next = 1;
}

static uint32_t number_after(const struct requests *requests, uint32_t number)
{
	return number == requests->number_max ? 1 : number + 1;
}

/* Ends, because there are more numbers than requests: either every number has a cell of its own, or the numbers reach
 * every cell. */
uint32_t requests_number(struct requests *requests)
{
	uint32_t number = requests->number_next;
	while (requests->cells[number & requests->cells_mask] != 0)
		number = number_after(requests, number);
	requests->number_next = number;
	return number;
}

struct request *requests_open(struct requests *requests, enum request_kind kind)
{
	CHECK(kind != REQUEST_FREE && kind != REQUEST_LATE && !list_empty(&requests->free));
	struct request *request = REQUEST_OF(requests->free.next);
	list_remove(&request->link);
	request->kind = kind;
	request->number = requests_number(requests);
	requests->number_next = number_after(requests, request->number);
	requests->cells[request->number & requests->cells_mask] = (uint32_t)(request - requests->table) + 1;
	if (kind == REQUEST_SUBMIT) {
		list_push(&requests->outstanding, &request->link);
		requests->outstanding_count++;
	} else if (kind == REQUEST_QUERY) {
		list_push(&requests->queries, &request->link);
		requests->query_count++;
	}
	return request;
}

struct request *requests_find(const struct requests *requests, uint32_t number)
{
	uint32_t cell = requests->cells[number & requests->cells_mask];
	if (cell == 0 || requests->table[cell - 1].number != number)
		return NULL;
	return &requests->table[cell - 1];
}

struct request *requests_oldest(const struct requests *requests)
{
	return list_empty(&requests->outstanding) ? NULL : REQUEST_OF(requests->outstanding.next);
}

struct request *requests_oldest_query(const struct requests *requests)
{
	return list_empty(&requests->queries) ? NULL : REQUEST_OF(requests->queries.next);
}

void requests_close(struct requests *requests, struct request *request)
{
	CHECK(request->kind != REQUEST_FREE);
	requests->outstanding_count -= request->kind == REQUEST_SUBMIT;
	requests->query_count -= request->kind == REQUEST_QUERY;
	requests->late_count -= request->kind == REQUEST_LATE;
	requests->cells[request->number & requests->cells_mask] = 0;
	request->kind = REQUEST_FREE;
	list_remove(&request->link);
	/* Last used, first used again: few places are in use at a time, and they stay in the cache. */
	list_push_front(&requests->free, &request->link);
}

static uint64_t withdraw(const struct list *list, uint64_t handed)
{
	uint64_t first = UINT64_MAX;
	for (const struct list *link = list->next; link != list; link = link->next) {
		struct request *request = REQUEST_OF(link);
		if (request->begin < handed)
			continue;
		if (request->begin < first)
			first = request->begin;
		request->begin = UINT64_MAX;
	}
	return first;
}

uint64_t requests_withdraw(struct requests *requests, uint64_t handed)
{
	uint64_t late = withdraw(&requests->late, handed);
	uint64_t outstanding = withdraw(&requests->outstanding, handed);
	return late < outstanding ? late : outstanding;
}

void requests_overdue(struct requests *requests, struct request *request)
{
	CHECK(request->kind == REQUEST_SUBMIT);
	if (requests->late_max == 0) {
		requests_close(requests, request);
		return;
	}
	if (requests->late_count == requests->late_max)
		requests_close(requests, REQUEST_OF(requests->late.next));
	list_remove(&request->link);
	list_push(&requests->late, &request->link);
	request->kind = REQUEST_LATE;
	requests->outstanding_count--;
	requests->late_count++;
}
