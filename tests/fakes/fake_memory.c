/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/fake_memory.h"

#include "base/check.h"
#include "fakes/alloc_fault.h"

#include <stdlib.h>

void *fake_memory_take(size_t many, size_t size)
{
	bool was_watched = alloc_fault_watch(false);
	void *at = calloc(many, size);
	alloc_fault_watch(was_watched);
	CHECK(at != NULL);
	return at;
}

void *fake_memory_grow(void *at, size_t size)
{
	bool was_watched = alloc_fault_watch(false);
	void *bigger = realloc(at, size);
	alloc_fault_watch(was_watched);
	CHECK(bigger != NULL);
	return bigger;
}
