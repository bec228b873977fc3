/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How a text in UTF-8 goes on the air: in GSM-7 if all of it is in that alphabet, else in UCS-2, cut into so many segments. */

#include <stdbool.h>
#include <stdint.h>

#include "fake_slice.h"
#include "fake_text.h"

struct fake_measure {
  enum fake_encoding encoding; /* GSM7 or UCS2 */
  uint32_t segments;           /* at least 1 */
  uint32_t characters;         /* code points */
};

/* Fill the tables; once, before the first measure. */
void fake_measure_init(void);

/* Measure `text`, which is legal UTF-8. With `is_unicode` it is sent in UCS-2 whatever it holds. A segment holds 160 septets or 70
 * UTF-16 units alone, 153 or 67 in company; neither an escape sequence nor a surrogate pair is cut (3GPP 23.040 §9.2.3.24). */
struct fake_measure fake_measure_text(struct fake_slice text, bool is_unicode);
