/* SPDX-License-Identifier: Apache-2.0 */
#include "base/list.h"

#include <criterion/criterion.h>

struct item {
	int value;
	struct list link;
};

static void assert_order(const struct list *head, const int *want, unsigned count)
{
	const struct list *at = head->next;
	for (unsigned i = 0; i < count; i++, at = at->next) {
		cr_assert_neq(at, head, "only %u items", i);
		cr_assert_eq(LIST_ITEM(at, const struct item, link)->value, want[i], "item %u", i);
		cr_assert_eq(at->next->prev, at);
	}
	cr_assert_eq(at, head, "more than %u items", count);
}

Test(list, order)
{
	struct list head;
	struct item items[4] = { { .value = 0 }, { .value = 1 }, { .value = 2 }, { .value = 3 } };
	list_init(&head);
	cr_assert(list_empty(&head));
	list_push(&head, &items[1].link);
	list_push(&head, &items[2].link);
	list_push_front(&head, &items[0].link);
	list_push(&head, &items[3].link);
	assert_order(&head, (const int[]){ 0, 1, 2, 3 }, 4);
	list_remove(&items[2].link);
	list_remove(&items[2].link);
	assert_order(&head, (const int[]){ 0, 1, 3 }, 3);
	list_push_front(&head, &items[2].link);
	assert_order(&head, (const int[]){ 2, 0, 1, 3 }, 4);
	for (unsigned i = 0; i < 4; i++)
		list_remove(&items[i].link);
	cr_assert(list_empty(&head));
}
