/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "floor_pdu.h"
#include "floor_queue.h"

#include <stdbool.h>

/* One bound connection to the carrier with its window. Errors end the program with a message. */
struct floor_link;

/* Connects to 127.0.0.1:port (or host:port) and binds; waits for the answer. */
struct floor_link *floor_link_open(const char *address, uint32_t window);

int floor_link_fd(const struct floor_link *link);

/* Submits that the window still allows. */
uint32_t floor_link_room(const struct floor_link *link);

/* Submits without an answer. */
uint32_t floor_link_in_flight(const struct floor_link *link);

/* Writes a submit into the buffer; room must be there. entry: borrowed until its answer. */
void floor_link_submit(struct floor_link *link, const struct floor_pdu *submit, uint32_t message,
		       const struct floor_entry *entry);

/* Sends the buffer. */
void floor_link_send(struct floor_link *link);

/* Reads answers; each gives its entry to the queue as done. */
void floor_link_receive(struct floor_link *link, struct floor_queue *queue);

void floor_link_close(struct floor_link *link);
