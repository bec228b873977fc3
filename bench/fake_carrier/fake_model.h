/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Texts that a provider has registered, for those that send templates with parameters. */

#include <stdbool.h>

#include "fake_buffer.h"
#include "fake_slice.h"

struct fake_options;

enum { FAKE_MODELS_MAX = 32 };

/* CODE=TEXT with `${name}` (Aliyun) or `{1}` (Tencent) for parameters. */
struct fake_model {
  const char *code; /* up to `=` */
  const char *text;
};

/* The value of the parameter `name`, `at` NULL if there is none. */
typedef struct fake_slice (*fake_model_value)(const void *context, struct fake_slice name);

enum fake_model_filled {
  FAKE_MODEL_FILLED,
  FAKE_MODEL_UNKNOWN, /* there are templates, but none of that code */
  FAKE_MODEL_LACKS,   /* a parameter is missing */
};

/* Append what a phone would show: `【signature】` and the template of `code` filled. If none is registered at all, any code will do, and
 * the text is code, blank, `parameters` as they came. */
enum fake_model_filled fake_model_fill(const struct fake_options *options, struct fake_slice code, struct fake_slice signature,
                                       struct fake_slice parameters, fake_model_value value, const void *context,
                                       struct fake_buffer *out);
