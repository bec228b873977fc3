/* SPDX-License-Identifier: Apache-2.0 */
#include "app/order_desk.h"

#include <criterion/criterion.h>

/* What Redis does with orders is tested end to end; here it can't be reached, which is an answer too. */

struct told {
	unsigned count;
	unsigned wakes;
	char text[300];
	struct order_desk *desk;
	bool asks_again;
};

static void on_answer(void *ctx)
{
	struct told *told = ctx;
	told->wakes++;
}

static void on_done(void *ctx, const struct account_answer *answer, const struct err_at *why)
{
	static const struct account_change change = { "cmcc", .who = "", .reason = "" };
	struct told *told = ctx;
	cr_assert_null(answer);
	told->count++;
	snprintf(told->text, sizeof told->text, "%s: %s", err_name(why->err), why->text);
	if (told->asks_again && told->count == 2) /* the first one's place is free by then */
		cr_assert(order_desk_put(told->desk, &change, on_done, told));
}

/* A store that was never opened: nothing can be asked of it. */
static struct store *closed_store(struct loop **loop)
{
	static const struct redis_store_options options = { .tag = "{t}", .instance = "i" };
	*loop = loop_create();
	cr_assert_not_null(*loop);
	struct store *store = redis_store_create(*loop, &options);
	cr_assert_not_null(store);
	return store;
}

Test(order_desk, goes_there_and_back)
{
	static const struct account_change change = { "cmcc", .stance = ACCOUNT_PAUSED, .who = "li", .reason = "r" };
	struct order_desk desk;
	struct told told = { .desk = &desk };
	struct loop *loop;
	struct store *store = closed_store(&loop);
	order_desk_init(&desk, on_answer, &told);
	for (unsigned i = 0; i < ORDER_DESK_PLACES; i++)
		cr_assert(order_desk_put(&desk, &change, on_done, &told));
	cr_assert_not(order_desk_put(&desk, &change, on_done, &told), "every place is taken");
	order_desk_tell(&desk);
	cr_expect_eq(told.count, 0, "nothing is answered yet");
	order_desk_pass(&desk, store);
	cr_expect_eq(told.wakes, ORDER_DESK_PLACES);
	cr_expect_eq(told.count, 0, "the worker's thread tells nothing");
	told.asks_again = true;
	order_desk_tell(&desk);
	cr_expect_eq(told.count, ORDER_DESK_PLACES);
	cr_expect_str_eq(told.text, "closed: Redis cannot be reached now");
	/* What was asked for meanwhile has its own turn. */
	order_desk_pass(&desk, store);
	order_desk_tell(&desk);
	cr_expect_eq(told.count, ORDER_DESK_PLACES + 1);
	cr_expect_eq(told.wakes, ORDER_DESK_PLACES + 1);
	order_desk_fini(&desk);
	store->ops->destroy(store);
	loop_destroy(loop);
}

static void on_optout(void *ctx, const struct optout_answer *answer, const struct err_at *why)
{
	struct told *told = ctx;
	cr_assert_null(answer);
	told->count++;
	snprintf(told->text, sizeof told->text, "%s: %s", err_name(why->err), why->text);
}

/* The list's changes share the places with those of accounts. */
Test(order_desk, optouts_go_the_same_way)
{
	static const struct optout_order order = { OPTOUT_ADD, { "8613900000001", 13 }, "li", "called" };
	static const struct account_change change = { "cmcc", .who = "", .reason = "" };
	struct order_desk desk;
	struct told told = { .desk = &desk };
	struct loop *loop;
	struct store *store = closed_store(&loop);
	order_desk_init(&desk, on_answer, &told);
	cr_assert(order_desk_put(&desk, &change, on_done, &told));
	for (unsigned i = 1; i < ORDER_DESK_PLACES; i++)
		cr_assert(order_desk_put_optout(&desk, &order, on_optout, &told));
	cr_assert_not(order_desk_put_optout(&desk, &order, on_optout, &told), "every place is taken");
	order_desk_pass(&desk, store);
	cr_expect_eq(told.wakes, ORDER_DESK_PLACES);
	order_desk_tell(&desk);
	cr_expect_eq(told.count, ORDER_DESK_PLACES);
	cr_expect_str_eq(told.text, "closed: Redis cannot be reached now");
	cr_assert(order_desk_put_optout(&desk, &order, on_optout, &told), "its place is free again");
	order_desk_fini(&desk);
	store->ops->destroy(store);
	loop_destroy(loop);
}
