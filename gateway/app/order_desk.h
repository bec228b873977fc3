/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/redis_store.h"

#include <pthread.h>

/* Where the main thread, which has no connection to Redis, leaves changes of accounts and of the opt-out list for a worker, and
 * finds what became of them. */

#define ORDER_DESK_PLACES 16

/* answer, why: as redis_store_order has them; borrowed until it returns. */
typedef void order_desk_on_done(void *ctx, const struct account_answer *answer, const struct err_at *why);

typedef void order_desk_on_optout(void *ctx, const struct optout_answer *answer, const struct err_at *why);

struct order_desk {
	pthread_mutex_t lock;         /* of phases; what a place holds is its phase's alone */
	void (*on_answer)(void *ctx); /* from the worker's thread: order_desk_tell has something to do */
	void *ctx;
	struct order_desk_place {
		enum { ORDER_FREE, ORDER_ASKED, ORDER_PASSED, ORDER_ANSWERED } phase;
		struct order_desk *desk;
		bool is_optout; /* else it is of an account */
		struct redis_store_order order;
		struct redis_store_optout optout;
		char account[ACCOUNT_NAME_MAX + 1];
		char who[PAUSE_WHO_MAX + 1];
		char reason[ACCOUNT_REASON_MAX + 1];
		bool is_noted;
		struct account_answer answer;
		struct optout_answer optout_answer;
		struct err_at why;
		order_desk_on_done *done;
		order_desk_on_optout *optout_done;
		void *done_ctx;
	} places[ORDER_DESK_PLACES];
};

/* desk: the caller's memory, for as long as the worker lives. */
void order_desk_init(struct order_desk *desk, void (*on_answer)(void *ctx), void *ctx);
void order_desk_fini(struct order_desk *desk);

/* From the main thread: leaves a change, copied, without a flaw. done: called once by order_desk_tell, unless the desk ends
 * before. False where there is no place. */
MUST_CHECK bool order_desk_put(struct order_desk *desk, const struct account_change *change, order_desk_on_done *done,
			       void *done_ctx);

/* The same for the opt-out list. */
MUST_CHECK bool order_desk_put_optout(struct order_desk *desk, const struct optout_order *order,
				      order_desk_on_optout *done, void *done_ctx);

/* From the worker's thread: asks Redis for all that was left. */
void order_desk_pass(struct order_desk *desk, struct store *store);

/* From the main thread: tells all that was answered. */
void order_desk_tell(struct order_desk *desk);
