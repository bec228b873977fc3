/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/session/outbox.h"

#include "base/check.h"

#include <stdlib.h>

bool outbox_init(struct outbox *outbox, size_t cap)
{
	CHECK(cap >= 1 && cap <= SIZE_MAX / 2);
	*outbox = (struct outbox){ .octets = malloc(cap * 2), .cap = cap };
	return outbox->octets != NULL;
}

void outbox_fini(struct outbox *outbox)
{
	free(outbox->octets);
	*outbox = (struct outbox){ 0 };
}

void outbox_clear(struct outbox *outbox)
{
	outbox->begin = outbox->end = 0;
	outbox->handed = 0;
}

struct buf outbox_writer(struct outbox *outbox, size_t mark)
{
	CHECK(mark <= outbox->cap);
	size_t waiting = outbox_waiting(outbox);
	size_t room = mark > waiting ? mark - waiting : 0;
	if (outbox->end + room > outbox->cap * 2) {
		memmove(outbox->octets, outbox->octets + outbox->begin, waiting);
		outbox->begin = 0;
		outbox->end = waiting;
	}
	return buf_over(outbox->octets + outbox->end, room);
}

bool outbox_put(struct outbox *outbox, const struct buf *writer)
{
	CHECK(writer->at == outbox->octets + outbox->end);
	if (writer->full)
		return false;
	outbox->end += writer->len;
	return true;
}

void outbox_cut(struct outbox *outbox, uint64_t position)
{
	CHECK(position >= outbox->handed && position <= outbox_position(outbox));
	outbox->end = outbox->begin + (size_t)(position - outbox->handed);
}

void outbox_handed(struct outbox *outbox, size_t len)
{
	CHECK(len <= outbox_waiting(outbox));
	outbox->begin += len;
	outbox->handed += len;
	if (outbox->begin == outbox->end)
		outbox->begin = outbox->end = 0;
}
