/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "base/slice.h"
#include "render/template.h"

/* All templates that serve at one time, by name and locale. Filled by one thread, frozen, then held and read by any number of
 * threads; a change makes a new catalogue, which shares with the one before what stayed the same. */
struct catalogue;

#define CATALOGUE_TEMPLATES_MAX 4096

/* A new, empty catalogue, held once by the caller. default_locale: what an alert without a locale gets, copied; absent =
 * zh-CN. NULL where malloc says no. */
struct catalogue *catalogue_create(struct slice default_locale);

/* Holds it once more, from any thread; and lets go of it, which frees it with the last holder. NULL is fine to let go of. */
const struct catalogue *catalogue_hold(const struct catalogue *catalogue);
void catalogue_release(const struct catalogue *catalogue);

/* Puts a template in. template: taken on success and set to NULL; the caller's otherwise. Only before the freeze.
 * Variants of one name must agree in class and in names and types of their parameters, since one alert must fit all.
 * problem: says what is wrong; may be NULL.
 * ERR_DUPLICATE (name and locale are there already), ERR_FORMAT (variants differ), ERR_FULL, ERR_MEMORY. */
MUST_CHECK enum err catalogue_add(struct catalogue *catalogue, struct template **template,
				  struct template_problem *problem);

/* Takes over all variants of a name from another catalogue, frozen, that has them in this version. False where it has not, or
 * there is no memory: then nothing was taken. from: NULL = has not. version: 0 = whichever. Only before the freeze, and only of a
 * name that is not there yet. */
MUST_CHECK bool catalogue_keep(struct catalogue *catalogue, const struct catalogue *from, struct slice name,
			       uint32_t version);

/* Lets go of what was put in last, down to count templates: of a name with a broken variant none is taken. Only before the
 * freeze. */
void catalogue_shorten(struct catalogue *catalogue, unsigned count);

/* Ends the filling and builds the index. ERR_MEMORY leaves it unfrozen. */
MUST_CHECK enum err catalogue_freeze(struct catalogue *catalogue);

/* The template for an alert: the locale asked for, then its shorter forms (“en-US” → “en”), then the default locale,
 * then zh-CN. locale: absent = the default; letters' case does not count. Borrowed from the catalogue; NULL where the
 * name has none of these. Only after the freeze. */
const struct template *catalogue_find(const struct catalogue *catalogue, struct slice name, struct slice locale);

/* Number of templates. */
unsigned catalogue_count(const struct catalogue *catalogue);

/* The template at index (0 … count-1), sorted by name, then locale, after the freeze; borrowed. */
const struct template *catalogue_at(const struct catalogue *catalogue, unsigned index);

/* The name nearest to one that was not found, for “did you mean …?”; borrowed; absent where none is near. */
struct slice catalogue_nearest(const struct catalogue *catalogue, struct slice name);
