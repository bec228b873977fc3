/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "base/list.h"
#include "model/submit.h"

#include <stdint.h>

/* Our requests on one connection by their number: those that wait for an answer, and those whose time is over but whose
 * answer would still be recognised.
 *
 *            open ──► outstanding ── overdue ──► late ──┐ forgotten: the oldest where there are late_max,
 *   free ──►                 │ close               │ close  or all by clear
 *     ▲                      ▼                     ▼    │
 *     └──────────────────────┴─────────────────────┴────┘
 *
 * A number's place in `cells` is its low bits, and numbers whose place is taken are passed over when a new one is given
 * out. So a look-up is one probe, and a number that is still known is never given out again. `cells` is at least twice
 * as large as the table of requests, hence on average less than one number is passed over for each that is used. */

enum request_kind {
	REQUEST_FREE,
	REQUEST_SUBMIT, /* on the list `outstanding` */
	REQUEST_LATE,   /* a submit after its deadline, on the list `late` */
	REQUEST_QUERY,  /* on the list `queries` */
	REQUEST_BIND,   /* these three are on no list; there is one of each at most */
	REQUEST_KEEPALIVE,
	REQUEST_UNBIND,
};

struct request {
	struct list link;
	uint64_t token;
	struct submit_key key;
	mono_us deadline;
	uint64_t
		begin; /* where its first octet lies in all that was ever put out on this connection; UINT64_MAX = nowhere */
	uint32_t number;
	enum request_kind kind;
	uint16_t user_reference; /* that it carries, or asks for; 0 = none */
};

struct requests {
	struct request *table;
	uint32_t table_len;
	uint32_t *cells;     /* index into table plus 1; 0 = empty */
	uint32_t cells_mask; /* their count, a power of two, less 1 */
	uint32_t number_max;
	uint32_t number_next; /* the next to try */
	struct list free;
	struct list outstanding; /* oldest first: all have the same timeout, so this is also the order of deadlines */
	struct list late;        /* oldest first */
	struct list queries;     /* oldest first */
	unsigned outstanding_count;
	unsigned late_count;
	unsigned query_count;
	unsigned late_max;
};

/* Takes the memory for `window` outstanding submits, late_max late ones, queries_max queries and one each of the other kinds.
 * number_max must be larger than their sum. False where there is no memory (then there is nothing to undo). */
bool requests_init(struct requests *requests, unsigned window, unsigned late_max, unsigned queries_max,
		   uint32_t number_max);
void requests_fini(struct requests *requests);

/* Forgets all requests and begins again with number 1. */
void requests_clear(struct requests *requests);

/* The number that requests_open will use. */
uint32_t requests_number(struct requests *requests);

/* Takes a place and a number. kind: any but FREE and LATE; a SUBMIT becomes the last of the outstanding ones, a QUERY that of
 * the queries. The caller fills in the rest and keeps to the window. */
struct request *requests_open(struct requests *requests, enum request_kind kind);

/* The request of a number, NULL where none is known. */
struct request *requests_find(const struct requests *requests, uint32_t number);

/* The outstanding submit with the earliest deadline, NULL where none is outstanding. */
struct request *requests_oldest(const struct requests *requests);

/* The query with the earliest deadline, NULL where there is none. */
struct request *requests_oldest_query(const struct requests *requests);

/* Forgets one request; its place and number are free again. */
void requests_close(struct requests *requests, struct request *request);

/* Submits that begin at `handed` or behind it will not leave any more: they begin nowhere from now on. Returns where the
 * first of them began, UINT64_MAX where there is none. */
uint64_t requests_withdraw(struct requests *requests, uint64_t handed);

/* Makes an outstanding submit a late one, or forgets it where late_max is 0. */
void requests_overdue(struct requests *requests, struct request *request);
