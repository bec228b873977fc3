/* SPDX-License-Identifier: Apache-2.0 */
#include "render/catalogue.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/suggest.h"
#include "model/alert.h"

#include <stdatomic.h>
#include <stdlib.h>

/* Templates lie sorted by name and locale; the index finds the first of a name, its variants follow.
 *
 *   slots:  [ . ][2][ . ][0][ . ]…      templates:  0 balance/en  1 balance/zh-CN  2 overdue/zh-CN
 */
struct catalogue {
	_Atomic unsigned holders;
	struct template **templates;
	unsigned count;
	unsigned cap;
	uint32_t *slots; /* 1 + index of a name's first template, 0 = empty; NULL before the freeze */
	uint32_t slot_mask;
	size_t default_len;
	char default_locale[ALERT_NAME_MAX];
};

#define NEAREST_LOOKS_MAX 256 /* names that are compared letter by letter for one suggestion */

static const struct slice none = { NULL, 0 };

struct catalogue *catalogue_create(struct slice default_locale)
{
	struct catalogue *catalogue = calloc(1, sizeof *catalogue);
	if (catalogue == NULL)
		return NULL;
	atomic_init(&catalogue->holders, 1);
	if (default_locale.len == 0 || default_locale.len > sizeof catalogue->default_locale)
		default_locale = SLICE(TEMPLATE_DEFAULT_LOCALE);
	memcpy(catalogue->default_locale, default_locale.at, default_locale.len);
	catalogue->default_len = default_locale.len;
	return catalogue;
}

const struct catalogue *catalogue_hold(const struct catalogue *catalogue)
{
	/* Counting who holds it changes nothing of what it says. */
	atomic_fetch_add(&((struct catalogue *)catalogue)->holders, 1);
	return catalogue;
}

void catalogue_release(const struct catalogue *held)
{
	struct catalogue *catalogue = (struct catalogue *)held;
	if (catalogue == NULL || atomic_fetch_sub(&catalogue->holders, 1) > 1)
		return;
	catalogue_shorten(catalogue, 0);
	free(catalogue->templates);
	free(catalogue->slots);
	free(catalogue);
}

void catalogue_shorten(struct catalogue *catalogue, unsigned count)
{
	while (catalogue->count > count)
		template_release(catalogue->templates[--catalogue->count]);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool locale_equal(struct slice a, struct slice b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.at[i]) != lower(b.at[i]))
			return false;
	return true;
}

static const struct template_param *same_param(const struct template_header *header, struct slice name)
{
	for (unsigned i = 0; i < header->param_count; i++)
		if (slice_equal(header->params[i].name, name))
			return &header->params[i];
	return NULL;
}

static bool codes_within(const struct template_param *a, const struct template_param *b)
{
	for (unsigned i = 0; i < a->choice_count; i++) {
		bool found = false;
		for (unsigned k = 0; k < b->choice_count && !found; k++)
			found = slice_equal(a->choices[i].code, b->choices[k].code);
		if (!found)
			return false;
	}
	return true;
}

/* An alert that fits a must fit b: every parameter of a is in b and takes the same values. */
static enum err fits(const struct template_header *a, const struct template_header *b, struct template_problem *problem)
{
	const struct slice locales[] = { a->locale, b->locale };
	for (unsigned i = 0; i < a->param_count; i++) {
		const struct template_param *param = &a->params[i];
		const struct template_param *other = same_param(b, param->name);
		if (other == NULL)
			return template_problem_set(problem, PROBLEM_VARIANT_PARAM, param->name, locales, 2);
		if (param->type != other->type || param->is_optional != other->is_optional ||
		    !codes_within(param, other) || !codes_within(other, param))
			return template_problem_set(problem, PROBLEM_VARIANT_TYPE, param->name, locales, 2);
	}
	return ERR_OK;
}

static enum err compare_variants(const struct template_header *mine, const struct template_header *other,
				 struct template_problem *problem)
{
	if (locale_equal(mine->locale, other->locale)) {
		const struct slice args[] = { mine->name, mine->locale };
		return template_problem_set(problem, PROBLEM_CATALOGUE_TWICE, none, args, 2);
	}
	if (mine->sms_class != other->sms_class) {
		const struct slice args[] = { slice_of(sms_class_name(mine->sms_class)),
					      slice_of(sms_class_name(other->sms_class)), other->locale };
		return template_problem_set(problem, PROBLEM_VARIANT_CLASS, none, args, 3);
	}
	enum err err = fits(mine, other, problem);
	return err == ERR_OK ? fits(other, mine, problem) : err;
}

static enum err grow(struct catalogue *catalogue, struct template_problem *problem)
{
	if (catalogue->count == CATALOGUE_TEMPLATES_MAX) {
		char digits[20];
		struct buf buf = buf_over(digits, sizeof digits);
		buf_put_uint(&buf, CATALOGUE_TEMPLATES_MAX);
		struct slice max = buf_slice(&buf);
		return template_problem_set(problem, PROBLEM_CATALOGUE_FULL, none, &max, 1);
	}
	if (catalogue->count < catalogue->cap)
		return ERR_OK;
	unsigned cap = catalogue->cap ? catalogue->cap * 2 : 32;
	struct template **templates = realloc(catalogue->templates, cap * sizeof(struct template *));
	if (templates == NULL)
		return template_problem_set(problem, PROBLEM_MEMORY, none, NULL, 0);
	catalogue->templates = templates;
	catalogue->cap = cap;
	return ERR_OK;
}

enum err catalogue_add(struct catalogue *catalogue, struct template **template, struct template_problem *problem)
{
	CHECK(catalogue->slots == NULL);
	const struct template_header *header = template_header(*template);
	for (unsigned i = 0; i < catalogue->count; i++) {
		const struct template_header *other = template_header(catalogue->templates[i]);
		if (!slice_equal(other->name, header->name))
			continue;
		enum err err = compare_variants(header, other, problem);
		if (err != ERR_OK)
			return err;
	}
	enum err err = grow(catalogue, problem);
	if (err != ERR_OK)
		return err;
	catalogue->templates[catalogue->count++] = *template;
	*template = NULL;
	return ERR_OK;
}

static int by_name_and_locale(const void *a, const void *b)
{
	const struct template_header *left = template_header(*(struct template *const *)a);
	const struct template_header *right = template_header(*(struct template *const *)b);
	int order = slice_compare(left->name, right->name);
	return order ? order : slice_compare(left->locale, right->locale);
}

static uint32_t hash_of(struct slice name)
{
	uint32_t hash = 0x811C9DC5u;
	for (size_t i = 0; i < name.len; i++)
		hash = (hash ^ (unsigned char)name.at[i]) * 0x01000193u;
	return hash ^ hash >> 15;
}

enum err catalogue_freeze(struct catalogue *catalogue)
{
	CHECK(catalogue->slots == NULL);
	uint32_t slot_count = 16;
	while (slot_count < catalogue->count * 2)
		slot_count *= 2;
	uint32_t *slots = calloc(slot_count, sizeof *slots);
	if (slots == NULL)
		return ERR_MEMORY;
	if (catalogue->count > 0)
		qsort(catalogue->templates, catalogue->count, sizeof(struct template *), by_name_and_locale);
	struct slice before = none;
	for (unsigned i = 0; i < catalogue->count; i++) {
		struct slice name = template_header(catalogue->templates[i])->name;
		if (slice_equal(name, before))
			continue;
		before = name;
		uint32_t slot = hash_of(name) & (slot_count - 1);
		while (slots[slot] != 0)
			slot = (slot + 1) & (slot_count - 1);
		slots[slot] = i + 1;
	}
	catalogue->slots = slots;
	catalogue->slot_mask = slot_count - 1;
	return ERR_OK;
}

/* Index of the first template of a name; count where there is none. */
static unsigned first_of(const struct catalogue *catalogue, struct slice name)
{
	if (name.len == 0 || name.len > ALERT_NAME_MAX)
		return catalogue->count;
	uint32_t slot = hash_of(name) & catalogue->slot_mask;
	for (; catalogue->slots[slot] != 0; slot = (slot + 1) & catalogue->slot_mask) {
		unsigned index = catalogue->slots[slot] - 1;
		if (slice_equal(template_header(catalogue->templates[index])->name, name))
			return index;
	}
	return catalogue->count;
}

/* The variant for exactly this locale among those of the template at first. */
static const struct template *variant(const struct catalogue *catalogue, unsigned first, struct slice locale)
{
	struct slice name = template_header(catalogue->templates[first])->name;
	for (unsigned i = first; i < catalogue->count; i++) {
		const struct template_header *header = template_header(catalogue->templates[i]);
		if (i > first && !slice_equal(header->name, name))
			break;
		if (locale_equal(header->locale, locale))
			return catalogue->templates[i];
	}
	return NULL;
}

const struct template *catalogue_find(const struct catalogue *catalogue, struct slice name, struct slice locale)
{
	CHECK(catalogue->slots != NULL);
	const struct slice wanted[] = { locale,
					{ catalogue->default_locale, catalogue->default_len },
					SLICE(TEMPLATE_DEFAULT_LOCALE) };
	unsigned first = first_of(catalogue, name);
	if (first == catalogue->count)
		return NULL;
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		struct slice form = wanted[i];
		while (form.len > 0) {
			const struct template *found = variant(catalogue, first, form);
			if (found != NULL)
				return found;
			const char *dash = memrchr(form.at, '-', form.len);
			form.len = dash ? (size_t)(dash - form.at) : 0;
		}
	}
	return NULL;
}

unsigned catalogue_count(const struct catalogue *catalogue)
{
	return catalogue->count;
}

const struct template *catalogue_at(const struct catalogue *catalogue, unsigned index)
{
	CHECK(index < catalogue->count);
	return catalogue->templates[index];
}

bool catalogue_keep(struct catalogue *catalogue, const struct catalogue *from, struct slice name, uint32_t version)
{
	CHECK(catalogue->slots == NULL);
	unsigned before = catalogue->count;
	unsigned first = from != NULL ? first_of(from, name) : 0;
	for (unsigned i = first; from != NULL && i < from->count; i++) {
		const struct template_header *header = template_header(from->templates[i]);
		if (!slice_equal(header->name, name))
			break;
		if ((version != 0 && header->version != version) || grow(catalogue, NULL) != ERR_OK) {
			catalogue_shorten(catalogue, before);
			return false;
		}
		catalogue->templates[catalogue->count++] = template_hold(from->templates[i]);
	}
	return catalogue->count > before;
}

struct slice catalogue_nearest(const struct catalogue *catalogue, struct slice name)
{
	struct slice nearest = none;
	unsigned nearest_distance = UINT32_MAX;
	unsigned looks = 0;
	for (unsigned i = 0; i < catalogue->count && looks < NEAREST_LOOKS_MAX; i++) {
		struct slice candidate = template_header(catalogue->templates[i])->name;
		size_t longer = candidate.len > name.len ? candidate.len : name.len;
		size_t shorter = candidate.len > name.len ? name.len : candidate.len;
		unsigned allowed = longer < 3 ? 1 : (unsigned)(longer / 3);
		if (longer > ALERT_NAME_MAX || longer - shorter > allowed)
			continue;
		looks++;
		unsigned distance = suggest_distance(name, candidate);
		if (distance <= allowed && distance < nearest_distance) {
			nearest = candidate;
			nearest_distance = distance;
		}
	}
	return nearest;
}
