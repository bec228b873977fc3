/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* An intrusive doubly linked ring. The head is a link of its own; an item embeds one link per list that it can be on. */
struct list {
	struct list *prev;
	struct list *next;
};

#define LIST_ITEM(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

/* Makes head an empty ring. */
static inline void list_init(struct list *head)
{
	head->prev = head->next = head;
}

static inline bool list_empty(const struct list *head)
{
	return head->next == head;
}

/* Puts link last. link must not be on a list. */
static inline void list_push(struct list *head, struct list *link)
{
	link->prev = head->prev;
	link->next = head;
	head->prev->next = link;
	head->prev = link;
}

/* Puts link first. link must not be on a list. */
static inline void list_push_front(struct list *head, struct list *link)
{
	list_push(head->next, link);
}

/* Takes link off its list and leaves it an empty ring of its own, so that removing twice is harmless. */
static inline void list_remove(struct list *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
	link->prev = link->next = link;
}
