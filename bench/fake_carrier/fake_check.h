/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The one assertion: on in release builds, for bugs only. */

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                                    \
  do {                                                                                      \
    if (__builtin_expect(!(condition), 0)) {                                                \
      fprintf(stderr, "fake-carrier: bug: %s:%d: %s\n", __FILE__, __LINE__, #condition);    \
      abort();                                                                              \
    }                                                                                       \
  } while (0)
