/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/alloc_fault.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <unwind.h>

/* Where what is not made to fail goes: glibc's own malloc, or a sanitizer's, under names that stay when a program defines malloc. */
#ifndef ALLOC_FAULT_REAL
#define ALLOC_FAULT_REAL __libc_
#endif
#define JOIN_NOW(a, b) a##b
#define JOIN(a, b)     JOIN_NOW(a, b)
#define REAL(name)     JOIN(ALLOC_FAULT_REAL, name)

static _Thread_local bool is_watched;
static _Thread_local uint64_t count;
static _Thread_local uint64_t fail_from; /* value of count from which on allocations fail; 0 = none */
static _Thread_local uint64_t fail_to;
static bool tells;
static const char *spared; /* a library; NULL = none */

/* What was allocated while watched and not freed yet: a hash table, an entry as near behind its place as can be. */
#define LIVE_MAX (UINT32_C(1) << 18)
static struct live {
	uintptr_t at; /* 0 = empty */
	uint64_t count;
} lives[LIVE_MAX];
static atomic_uint live_count;

uint64_t alloc_fault_count(void)
{
	return count;
}

uint64_t alloc_fault_live(void)
{
	return atomic_load(&live_count);
}

uint64_t alloc_fault_latest(void)
{
	uint64_t latest = 0;
	for (uint32_t i = 0; i < LIVE_MAX; i++)
		if (lives[i].at != 0 && lives[i].count > latest)
			latest = lives[i].count;
	return latest;
}

bool alloc_fault_watch(bool is_on)
{
	bool before = is_watched;
	is_watched = is_on;
	return before;
}

void alloc_fault_spare(const char *library)
{
	spared = library;
}

void alloc_fault_tell(void)
{
	tells = true;
}

bool alloc_fault_arm(uint64_t nth, uint64_t repeat)
{
	fail_from = nth == 0 ? 0 : count + nth;
	fail_to = fail_from + repeat < fail_from ? UINT64_MAX : fail_from + repeat;
#ifdef ALLOC_FAULT_NONE
	return false;
#else
	return true;
#endif
}

#ifndef ALLOC_FAULT_NONE

void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t many, size_t size);
void *REAL(realloc)(void *at, size_t size);
void *REAL(memalign)(size_t alignment, size_t size);
void REAL(free)(void *at);
void *malloc(size_t size);
void *calloc(size_t many, size_t size);
void *realloc(void *at, size_t size);
void *aligned_alloc(size_t alignment, size_t size);
void free(void *at);

static atomic_flag is_taken = ATOMIC_FLAG_INIT;

static void take(void)
{
	while (atomic_flag_test_and_set(&is_taken))
		continue;
}

static uint32_t place_of(uintptr_t at)
{
	return (uint32_t)((at >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 46);
}

static uint32_t find(uintptr_t at)
{
	uint32_t place = place_of(at);
	while (lives[place].at != 0 && lives[place].at != at)
		place = (place + 1) % LIVE_MAX;
	return place;
}

static void note(void *at, uint64_t made)
{
	if (at == NULL)
		return;
	take();
	if (atomic_load(&live_count) >= LIVE_MAX / 2) {
		static const char text[] = "alloc_fault: more is allocated at a time than it keeps a record of\n";
		(void)!write(STDERR_FILENO, text, sizeof text - 1);
		abort();
	}
	lives[find((uintptr_t)at)] = (struct live){ (uintptr_t)at, made };
	atomic_fetch_add(&live_count, 1);
	atomic_flag_clear(&is_taken);
}

/* Returns the count at which it was made; 0 = it was not watched. */
static uint64_t forget(void *at)
{
	uint64_t made = 0;
	if (at == NULL || atomic_load(&live_count) == 0)
		return 0;
	take();
	uint32_t hole = find((uintptr_t)at);
	if (lives[hole].at != 0) {
		made = lives[hole].count;
		lives[hole].at = 0;
		atomic_fetch_sub(&live_count, 1);
		for (uint32_t next = (hole + 1) % LIVE_MAX; lives[next].at != 0; next = (next + 1) % LIVE_MAX) {
			uint32_t from_home = (next - place_of(lives[next].at)) % LIVE_MAX;
			if (from_home < (next - hole) % LIVE_MAX)
				continue;
			lives[hole] = lives[next];
			lives[next].at = 0;
			hole = next;
		}
	}
	atomic_flag_clear(&is_taken);
	return made;
}

struct stack {
	void *frames[32];
	int depth;
};

static _Unwind_Reason_Code add_frame(struct _Unwind_Context *context, void *ctx)
{
	struct stack *stack = ctx;
	stack->frames[stack->depth++] = (void *)_Unwind_GetIP(context);
	return stack->depth < 32 ? _URC_NO_REASON : _URC_END_OF_STACK;
}

/* Unlike backtrace, which loads a library for that. */
static void take_stack(struct stack *stack)
{
	stack->depth = 0;
	_Unwind_Backtrace(add_frame, stack);
}

/* Who allocates is the first one on the stack from caller on that is neither libc nor a sanitizer. */
static bool is_spared(const void *caller)
{
	struct stack stack;
	Dl_info info;
	bool was_watched = alloc_fault_watch(false);
	take_stack(&stack);
	bool is_behind = false;
	bool is_it = false;
	for (int i = 0; i < stack.depth && !is_it; i++) {
		is_behind |= stack.frames[i] == caller;
		if (!is_behind || dladdr(stack.frames[i], &info) == 0)
			continue;
		is_it = strstr(info.dli_fname, spared) != NULL;
		if (strstr(info.dli_fname, "/libc.so") == NULL && strstr(info.dli_fname, "/libasan.so") == NULL)
			break;
	}
	alloc_fault_watch(was_watched);
	return is_it;
}

static void tell(void)
{
	struct stack stack;
	bool was_watched = alloc_fault_watch(false);
	take_stack(&stack);
	backtrace_symbols_fd(stack.frames, stack.depth, STDERR_FILENO);
	alloc_fault_watch(was_watched);
}

static bool fails(const void *caller)
{
	if (spared != NULL && is_spared(caller))
		return false;
	count++;
	if (fail_from == 0 || count < fail_from || count > fail_to)
		return false;
	if (tells)
		tell();
	errno = ENOMEM;
	return true;
}

/* Unwatched they are as good as not there: a call of the real one in their place, so that a sanitizer knows who allocates. */

static void *allocate(size_t size, const void *caller)
{
	void *at = fails(caller) ? NULL : REAL(malloc)(size);
	note(at, count);
	return at;
}

void *malloc(size_t size)
{
	return is_watched ? allocate(size, __builtin_return_address(0)) : REAL(malloc)(size);
}

void *calloc(size_t many, size_t size)
{
	if (!is_watched)
		return REAL(calloc)(many, size);
	void *at = fails(__builtin_return_address(0)) ? NULL : REAL(calloc)(many, size);
	note(at, count);
	return at;
}

void *aligned_alloc(size_t alignment, size_t size)
{
	if (!is_watched)
		return REAL(memalign)(alignment, size);
	void *at = fails(__builtin_return_address(0)) ? NULL : REAL(memalign)(alignment, size);
	note(at, count);
	return at;
}

/* What somebody else may get before it is forgotten would be forgotten with it: first forgotten, then given back. */
void *realloc(void *at, size_t size)
{
	if (!is_watched && atomic_load(&live_count) == 0)
		return REAL(realloc)(at, size);
	if (is_watched && fails(__builtin_return_address(0)))
		return NULL;
	uint64_t made = forget(at);
	void *fresh = REAL(realloc)(at, size);
	if (is_watched)
		note(fresh, count);
	if (fresh == NULL && size > 0 && made > 0)
		note(at, made);
	return fresh;
}

/* libc's call malloc, but a sanitizer has its own. */
static char *copy_text(const char *text, size_t len, const void *caller)
{
	char *copy = is_watched ? allocate(len + 1, caller) : REAL(malloc)(len + 1);
	if (copy != NULL) {
		memcpy(copy, text, len);
		copy[len] = '\0';
	}
	return copy;
}

char *strndup(const char *text, size_t most)
{
	return copy_text(text, strnlen(text, most), __builtin_return_address(0));
}

char *strdup(const char *text)
{
	return copy_text(text, strlen(text), __builtin_return_address(0));
}

void free(void *at)
{
	forget(at);
	REAL(free)(at);
}

#endif
