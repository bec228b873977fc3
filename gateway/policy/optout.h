/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

/* Does somebody who answers a text ask for no more of them? */

/* The keyword that the whole of a text is: white space and punctuation around it, the case of Latin letters and full-width
 * forms (“ｔｄ。”) do not count. keywords: with commas between. text: UTF-8. Returns it as it stands in keywords, borrowed from
 * there; absent where the text is none. */
struct slice optout_keyword(struct slice keywords, struct slice text);
