/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/json_tree.h"
#include "fakes/alloc_sweep.h"

#include <stdalign.h>
#include <string.h>

static enum alloc_end gives_pieces(void *ctx)
{
	(void)ctx;
	static alignas(max_align_t) char block[256];
	static const size_t sizes[] = { 100, 1000, 20000, 17000, 40, 30000 };
	struct arena arena;
	arena_init(&arena, block, sizeof block, 200000);
	enum alloc_end end = ALLOC_WELL;
	struct arena_mark mark = arena_mark(&arena);
	for (unsigned turn = 0; turn < 3; turn++) {
		for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
			size_t octets = arena.overflow_octets;
			char *piece = arena_alloc(&arena, sizes[i]);
			if (piece != NULL)
				memset(piece, 'x', sizes[i]);
			else if (arena.overflow_octets != octets)
				return alloc_wrong("what was not given counts");
			else
				end = ALLOC_TOLD;
		}
		if (turn == 0)
			arena_rewind(&arena, &mark);
		else if (turn == 1)
			arena_reset(&arena);
	}
	arena_fini(&arena);
	return end;
}

static enum alloc_end copies(void *ctx)
{
	(void)ctx;
	static alignas(max_align_t) char block[16];
	struct arena arena;
	arena_init(&arena, block, sizeof block, 1000);
	struct slice copy = arena_copy(&arena, SLICE("more than the first block has"));
	enum alloc_end end = slice_is(copy, "more than the first block has") ? ALLOC_WELL : ALLOC_TOLD;
	if (end == ALLOC_TOLD && copy.at != NULL)
		end = alloc_wrong("half a copy");
	arena_fini(&arena);
	return end;
}

Test(no_memory, arena)
{
	alloc_sweep("pieces", gives_pieces, NULL);
	alloc_sweep("a copy", copies, NULL);
}

/* ERR_FULL is what a tree says without memory. */
static enum alloc_end reads_a_tree(void *ctx)
{
	struct slice json = *(const struct slice *)ctx;
	static struct json_tree tree;
	struct err_at at = { 0 };
	enum err err = json_tree_read(&tree, json, &at);
	enum alloc_end end = err == ERR_OK ? ALLOC_WELL : ALLOC_TOLD;
	if (err != ERR_OK && err != ERR_FULL)
		end = alloc_wrong("“%s”: %s", err_name(err), at.text);
	else if (err == ERR_OK && tree.nodes[0].span != tree.count)
		end = alloc_wrong("the tree is not whole");
	else if (err == ERR_FULL && at.text[0] == '\0')
		end = alloc_wrong("there is no sentence");
	json_tree_fini(&tree);
	return end;
}

Test(no_memory, json_tree)
{
	static char many[8000];
	static char escapes[8000];
	struct buf buf = buf_over(many, sizeof many);
	for (unsigned i = 0; i < 1000; i++)
		buf_put_text(&buf, i == 0 ? "[[1]" : ",[1]");
	buf_put_text(&buf, "]");
	struct slice json = buf_slice(&buf);
	alloc_sweep("many values", reads_a_tree, &json);
	buf = buf_over(escapes, sizeof escapes);
	buf_put_text(&buf, "{\"a\\n\":\"");
	while (buf.len < 7000)
		buf_put_text(&buf, "\\u0041 and more ");
	buf_put_text(&buf, "\"}");
	json = buf_slice(&buf);
	alloc_sweep("a long string with escapes", reads_a_tree, &json);
}
