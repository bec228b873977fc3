/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/alloc_fault.h"

#include <stddef.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED
#endif

static _Thread_local bool is_watched;
static _Thread_local uint64_t count;
static _Thread_local uint64_t fail_from; /* value of count from which on allocations fail; 0 = none */
static _Thread_local uint64_t fail_to;

uint64_t alloc_fault_count(void)
{
	return count;
}

#ifdef IS_SANITIZED

int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
					      void (*on_free)(const volatile void *));

static void on_malloc(const volatile void *at, size_t size)
{
	(void)at;
	(void)size;
	count += is_watched;
}

static void on_free(const volatile void *at)
{
	(void)at;
}

bool alloc_fault_watch(bool is_on)
{
	static bool is_installed;
	if (!is_installed)
		is_installed = __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) != 0;
	bool before = is_watched;
	is_watched = is_on;
	return before;
}

bool alloc_fault_arm(uint64_t nth, uint64_t repeat)
{
	(void)nth;
	(void)repeat;
	(void)fail_from;
	(void)fail_to;
	return false;
}

#else

/* glibc's own, under names that stay when a program defines malloc. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t many, size_t size);
void *__libc_realloc(void *at, size_t size);
void *malloc(size_t size);
void *calloc(size_t many, size_t size);
void *realloc(void *at, size_t size);

static bool fails(void)
{
	if (!is_watched)
		return false;
	count++;
	return fail_from != 0 && count >= fail_from && count <= fail_to;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t many, size_t size)
{
	return fails() ? NULL : __libc_calloc(many, size);
}

void *realloc(void *at, size_t size)
{
	return fails() ? NULL : __libc_realloc(at, size);
}

bool alloc_fault_watch(bool is_on)
{
	bool before = is_watched;
	is_watched = is_on;
	return before;
}

bool alloc_fault_arm(uint64_t nth, uint64_t repeat)
{
	fail_from = nth == 0 ? 0 : count + nth;
	fail_to = fail_from + repeat;
	return true;
}

#endif
