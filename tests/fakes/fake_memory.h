/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

/* Memory of the fakes themselves: never NULL (CHECK), zeroed, and not counted by alloc_fault. Freed with free. */
void *fake_memory_take(size_t many, size_t size);

/* Makes at (may be NULL) as large as size octets; what is new is not zeroed. */
void *fake_memory_grow(void *at, size_t size);
