/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A program of named scenarios. Each runs in a process of its own, so that one that fails takes nothing with it; what it
 * started dies with it. */

struct scenario {
	const char *name;
	void (*run)(void);
	unsigned seconds; /* it has failed when it takes longer */
	bool is_long;     /* runs only where it is named, or where HONGYAN_E2E_LONG=1 */
};

/* Runs those that the arguments name, or all. --list names them. Returns the exit status. */
int scenario_main(int argc, char *argv[], const struct scenario *scenarios, size_t count);

/* Ends the scenario as failed, with a sentence. on_fail, where given, is called before, once: it tells what helps. */
_Noreturn void scenario_fail(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
void scenario_on_fail(void (*on_fail)(void));

/* Seconds on a clock that never jumps. */
double scenario_clock(void);

/* A breath between two looks at a condition. */
void scenario_breathe(void);

#define FAIL(...) scenario_fail(__FILE__, __LINE__, __VA_ARGS__)

#define EXPECT(condition) ((condition) ? (void)0 : FAIL("%s", #condition))

#define EXPECT_COUNT(have, want)                                                         \
	do {                                                                             \
		long long have_ = (long long)(have);                                     \
		long long want_ = (long long)(want);                                     \
		if (have_ != want_)                                                      \
			FAIL("%s is %lld, wants %lld (%s)", #have, have_, want_, #want); \
	} while (0)

/* Looks at the condition until it holds; fails after so many seconds. */
#define AWAIT(seconds, condition)                                                                     \
	do {                                                                                          \
		double until_ = scenario_clock() + (seconds);                                         \
		while (!(condition)) {                                                                \
			if (scenario_clock() > until_)                                                \
				FAIL("did not happen in %d seconds: %s", (int)(seconds), #condition); \
			scenario_breathe();                                                           \
		}                                                                                     \
	} while (0)

/* Looks at the condition for so many seconds: it must hold all the time. For what must not happen. */
#define HOLDS(seconds, condition)                                               \
	do {                                                                    \
		double until_ = scenario_clock() + (seconds);                   \
		do {                                                            \
			if (!(condition))                                       \
				FAIL("does not hold any more: %s", #condition); \
			scenario_breathe();                                     \
		} while (scenario_clock() < until_);                            \
	} while (0)
