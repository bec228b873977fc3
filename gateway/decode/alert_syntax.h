/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

/* The forms that single fields of an alert must have. */

/* True where valid UTF-8 text holds no control characters (U+0000–1F, U+7F–9F). */
bool alert_syntax_is_printable(struct slice text);

/* True for the shape of a language tag, BCP 47 (RFC 5646 §2.1): subtags of 1–8 letters or digits joined by “-”, the
 * first of 2–8 letters (or “x” or “i”), a single letter never last. Whether the language exists is not asked. */
bool alert_syntax_is_locale(struct slice text);

/* True for a traceparent, W3C Trace Context §3.2: lower-case hexadecimal “version-traceid-parentid-flags” of 2, 32, 16
 * and 2 digits; version ff and ids of zeros only are invalid, version 00 has nothing behind its flags, a later one may
 * have more after another “-”. */
bool alert_syntax_is_traceparent(struct slice text);
