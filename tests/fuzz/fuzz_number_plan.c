/* SPDX-License-Identifier: Apache-2.0 */
/* A number plan of a configuration (lines “prefix=n”), and numbers that are looked up in it: the longest prefix counts, as by the plainest
 * search. Behind an empty line stands what is looked up. */
#include "base/check.h"
#include "route/number_plan.h"
#include "route/prefix_trie.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

#define LINES_MAX 64

static struct number_plan_extra extras[LINES_MAX];
static unsigned extra_count;

static const struct number_plan_extra *find_plainly(struct slice digits)
{
	const struct number_plan_extra *found = NULL;
	for (unsigned i = 0; i < extra_count; i++) {
		if (slice_starts(digits, extras[i].prefix) &&
		    (found == NULL || found->prefix.len < extras[i].prefix.len))
			found = &extras[i];
	}
	return found;
}

static void look_up(const struct number_plan *plan, struct slice digits)
{
	struct msisdn msisdn = { .len = 0 };
	if (digits.len == 0 || digits.len > MSISDN_DIGITS_MAX || !prefix_trie_takes(digits))
		return;
	memcpy(msisdn.digits, digits.at, digits.len);
	msisdn.len = (uint8_t)digits.len;
	const struct number_block *block = number_plan_find(plan, &msisdn);
	const struct number_plan_extra *extra = find_plainly(digits);
	CHECK(block == NULL || (slice_starts(digits, slice_of(block->prefix)) && block->owner < OPERATOR_COUNT &&
				block->kind < NUMBER_KIND_COUNT));
	if (extra == NULL) {
		CHECK(block == NULL || !block->is_configured);
		return;
	}
	CHECK(block != NULL && strlen(block->prefix) >= extra->prefix.len);
	CHECK(block->is_configured == (strlen(block->prefix) == extra->prefix.len));
	CHECK(!block->is_configured || (block->owner == extra->owner && slice_is(extra->prefix, block->prefix)));
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct slice rest = { (const char *)octets, len };
	struct number_plan *plan = NULL;
	struct err_at at = { .err = ERR_OK };
	extra_count = 0;
	while (rest.len > 0 && extra_count < LINES_MAX) {
		struct slice owner = slice_cut(&rest, '\n');
		struct slice prefix = slice_cut(&owner, '=');
		if (prefix.len == 0 && owner.len == 0)
			break;
		extras[extra_count++] = (struct number_plan_extra){
			.prefix = prefix,
			.owner =
				(enum number_operator)(owner.len > 0 ? (unsigned char)owner.at[0] % OPERATOR_COUNT : 0),
		};
	}
	enum err err = number_plan_create(extras, extra_count, &plan, &at);
	CHECK(err == at.err);
	if (err != ERR_OK) {
		CHECK(at.text[0] != '\0' && plan == NULL);
		return 0;
	}
	for (unsigned i = 0; i < extra_count; i++)
		look_up(plan, extras[i].prefix);
	while (rest.len > 0)
		look_up(plan, slice_cut(&rest, '\n'));
	number_plan_destroy(plan);
	return 0;
}
