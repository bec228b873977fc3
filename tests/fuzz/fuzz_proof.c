/* SPDX-License-Identifier: Apache-2.0 */
/* A template's source is proofread and previewed, whatever it is: each mark and each fix lies within the source, and all that is said is
 * UTF-8. The first octet chooses the language. */
#include "base/check.h"
#include "base/utf8.h"
#include "proof/proof.h"

#include <stdalign.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

static alignas(max_align_t) char block[PROOF_ARENA_OCTETS];
static char json[PROOF_JSON_OCTETS];

static void check_text(struct slice text)
{
	CHECK(utf8_valid(text.at, text.len) == text.len);
}

static void check_mark(const struct proof_mark *mark, size_t len)
{
	CHECK(mark->from <= mark->to && mark->to <= len && mark->line >= 1);
	for (int tongue = 0; tongue < TEMPLATE_TONGUE_COUNT; tongue++)
		CHECK(mark->message[tongue].len > 0);
	for (unsigned i = 0; i < mark->fix_count; i++)
		CHECK(mark->fixes[i].from <= mark->fixes[i].to && mark->fixes[i].to <= len);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static struct proof_words *words;
	static const struct slice domains[] = { { "95598.cn", 8 } };
	if (words == NULL)
		CHECK(proof_words_parse(SLICE("a: 贷款 vpn\n"), &words, NULL) == ERR_OK);
	if (len == 0)
		return 0;
	const struct proof_rules rules = { .signature = SLICE("甲"),
					   .cost = SLICE("0.035"),
					   .words = words,
					   .link_domains = domains,
					   .link_domain_count = 1 };
	const struct proof_variant variant = { .name = SLICE("t"),
					       .locale = octets[0] & 1 ? SLICE("en") : SLICE("zh-CN"),
					       .source = { (const char *)octets + 1, len - 1 } };
	struct arena arena;
	struct proof_marks marks = { .count = 0 };
	arena_init(&arena, block, sizeof block, PROOF_ARENA_OCTETS);
	bool is_ok = proof_source(&variant, &rules, &arena, &marks, NULL);
	CHECK(is_ok == (marks.error_count == 0));
	for (unsigned i = 0; i < marks.count; i++)
		check_mark(&marks.items[i], len - 1);
	arena_reset(&arena);
	struct buf out = buf_over(json, sizeof json);
	proof_preview_write(&variant, NULL, 0, (struct slice){ NULL, 0 }, &rules, &arena, &out);
	CHECK(!out.full);
	check_text(buf_slice(&out));
	arena_fini(&arena);
	return 0;
}
