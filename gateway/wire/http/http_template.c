/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_template.h"

#include "base/suggest.h"

/* Templates are compiled at start, so that writing a request is a walk over pieces. In JSON the state that matters is
 * whether we are within a string: there a value is escaped, elsewhere it is a value of its own, and a “{” that no
 * letter follows opens an object. */

enum where { ANY, BODY, SIGNED, HEADER };
enum kind { TEXT, NUMBER, MANY };

static const struct {
	const char *written;
	enum where where;
	enum kind kind;
} values[HTTP_VALUE_COUNT] = {
#define VALUE(name, written, where, kind) { written, where, kind },
#include "wire/http/http_values.def"
#undef VALUE
};

#define PIECES_MAX 256

struct compiler {
	struct slice text;
	size_t used;
	enum http_place place;
	const char *field;
	struct arena *arena;
	struct err_at *at;
	struct http_piece pieces[PIECES_MAX];
	unsigned count;
	char *literal; /* what was read since the last piece */
	size_t literal_len;
	int each; /* index of the {each} that is open, or -1 */
	bool in_string;
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static enum http_escape escape_of(const struct compiler *compiler)
{
	switch (compiler->place) {
	case HTTP_PLACE_PATH:
	case HTTP_PLACE_PAIR:
		return HTTP_ESCAPE_PERCENT;
	case HTTP_PLACE_JSON:
		return compiler->in_string ? HTTP_ESCAPE_JSON : HTTP_ESCAPE_NONE;
	default:
		return HTTP_ESCAPE_NONE;
	}
}

static enum err no_room(struct compiler *compiler)
{
	return err_at_set(compiler->at, ERR_FULL, compiler->used, compiler->field,
			  "is too long or has too many placeholders");
}

/* A copy in the arena, escaped. False where there is no room. */
static bool keep(struct compiler *compiler, struct slice text, enum http_escape escape, struct slice *out)
{
	size_t cap = text.len * 6 + 1;
	char *memory = arena_alloc(compiler->arena, cap);
	if (memory == NULL)
		return false;
	struct buf buf = buf_over(memory, cap);
	http_escape_put(&buf, escape, text);
	arena_trim(compiler->arena, memory, cap, buf.len ? buf.len : 1);
	*out = (struct slice){ memory, buf.len };
	return !buf.full;
}

static enum err add(struct compiler *compiler, const struct http_piece *piece)
{
	if (compiler->count == PIECES_MAX)
		return no_room(compiler);
	compiler->pieces[compiler->count++] = *piece;
	return ERR_OK;
}

static enum err flush(struct compiler *compiler)
{
	if (compiler->literal_len == 0)
		return ERR_OK;
	struct http_piece piece = { .value = HTTP_VALUE_LITERAL };
	enum http_escape escape = compiler->place == HTTP_PLACE_PAIR ? HTTP_ESCAPE_PERCENT : HTTP_ESCAPE_NONE;
	if (!keep(compiler, (struct slice){ compiler->literal, compiler->literal_len }, escape, &piece.text))
		return no_room(compiler);
	compiler->literal_len = 0;
	return add(compiler, &piece);
}

static enum err unknown(struct compiler *compiler, struct slice name)
{
	const char *known[HTTP_VALUE_COUNT];
	for (unsigned i = 0; i < HTTP_VALUE_COUNT; i++)
		known[i] = values[i].written;
	const char *nearest = suggest_nearest(name, known, HTTP_VALUE_COUNT);
	if (nearest)
		return err_at_set(compiler->at, ERR_NOT_FOUND, compiler->used, compiler->field,
				  "has the unknown placeholder {%.*s}; did you mean {%s}?", SLICE_ARG(name), nearest);
	return err_at_set(compiler->at, ERR_NOT_FOUND, compiler->used, compiler->field,
			  "has the unknown placeholder {%.*s}", SLICE_ARG(name));
}

static enum err check_place(struct compiler *compiler, enum http_value value)
{
	enum where where = value == HTTP_VALUE_PARAM ? BODY : values[value].where;
	const char *why = NULL;
	if (where == SIGNED && compiler->place != HTTP_PLACE_SIGNED)
		why = "can stand in hmac_signs only";
	else if (where == HEADER && compiler->place != HTTP_PLACE_HEADER)
		why = "can stand in a header only";
	else if (where == BODY && compiler->place == HTTP_PLACE_HEADER)
		why = "cannot stand in a header, since it may hold line breaks";
	else if (where == BODY && compiler->place == HTTP_PLACE_SIGNED)
		why = "cannot stand in hmac_signs; {body} holds it";
	if (why == NULL)
		return ERR_OK;
	return err_at_set(compiler->at, ERR_NOT_FOUND, compiler->used, compiler->field, "has {%s}, which %s",
			  value == HTTP_VALUE_PARAM ? "param.…" : values[value].written, why);
}

/* {name}, {name?yes}, {name?yes:no}; inner is what stands between the braces. */
static enum err placeholder(struct compiler *compiler, struct slice inner)
{
	const char *mark = memchr(inner.at, '?', inner.len);
	struct slice name = { inner.at, mark ? (size_t)(mark - inner.at) : inner.len };
	struct http_piece piece = { .value = HTTP_VALUE_LITERAL, .escape = (uint8_t)escape_of(compiler) };
	for (unsigned i = 0; i < HTTP_VALUE_COUNT; i++) {
		if (slice_is(name, values[i].written))
			piece.value = (uint8_t)i;
	}
	if (slice_starts(name, SLICE("param.")) && name.len > sizeof "param." - 1) {
		piece.value = HTTP_VALUE_PARAM;
		struct slice param = { name.at + sizeof "param." - 1, name.len - (sizeof "param." - 1) };
		if (!keep(compiler, param, HTTP_ESCAPE_NONE, &piece.text))
			return no_room(compiler);
	}
	if (piece.value == HTTP_VALUE_LITERAL)
		return unknown(compiler, name);
	enum err err = check_place(compiler, piece.value);
	if (err)
		return err;
	piece.is_bare = compiler->place == HTTP_PLACE_JSON && !compiler->in_string;
	if (mark) {
		if (piece.value < HTTP_VALUE_COUNT && values[piece.value].kind == MANY)
			return err_at_set(compiler->at, ERR_FORMAT, compiler->used, compiler->field,
					  "asks whether {%.*s} is empty, which it never is", SLICE_ARG(name));
		struct slice yes = { mark + 1, (size_t)(inner.at + inner.len - mark - 1) };
		const char *colon = memchr(yes.at, ':', yes.len);
		struct slice otherwise = { NULL, 0 };
		if (colon) {
			otherwise = (struct slice){ colon + 1, (size_t)(yes.at + yes.len - colon - 1) };
			yes.len = (size_t)(colon - yes.at);
		}
		piece.has_condition = true;
		if (!keep(compiler, yes, piece.escape, &piece.yes) ||
		    !keep(compiler, otherwise, piece.escape, &piece.otherwise))
			return no_room(compiler);
		if (colon == NULL)
			piece.otherwise.at = NULL;
	}
	err = flush(compiler);
	return err ? err : add(compiler, &piece);
}

static enum err each(struct compiler *compiler, bool is_end)
{
	enum err err = flush(compiler);
	if (err)
		return err;
	if (is_end) {
		if (compiler->each < 0)
			return err_at_set(compiler->at, ERR_FORMAT, compiler->used, compiler->field,
					  "has {/each} without {each} before it");
		compiler->pieces[compiler->each].reach = (uint16_t)(compiler->count - (unsigned)compiler->each - 1);
		compiler->each = -1;
		return ERR_OK;
	}
	if (compiler->place != HTTP_PLACE_JSON || compiler->in_string)
		return err_at_set(compiler->at, ERR_FORMAT, compiler->used, compiler->field,
				  "has {each}, which can stand among the values of a JSON body only");
	for (unsigned i = 0; i < compiler->count; i++) {
		if (compiler->pieces[i].value == HTTP_VALUE_EACH)
			return err_at_set(compiler->at, ERR_FORMAT, compiler->used, compiler->field,
					  "has {each} twice");
	}
	compiler->each = (int)compiler->count;
	return add(compiler, &(struct http_piece){ .value = HTTP_VALUE_EACH });
}

/* used stands at a “{”. */
static enum err brace(struct compiler *compiler)
{
	struct slice rest = { compiler->text.at + compiler->used, compiler->text.len - compiler->used };
	char next = rest.len > 1 ? rest.at[1] : '\0';
	bool is_bare = compiler->place == HTTP_PLACE_JSON && !compiler->in_string;
	if (next == '{' && !is_bare) {
		compiler->literal[compiler->literal_len++] = '{';
		compiler->used += 2;
		return ERR_OK;
	}
	if (!is_letter(next) && next != '/') {
		if (is_bare) {
			compiler->literal[compiler->literal_len++] = '{';
			compiler->used++;
			return ERR_OK;
		}
		return err_at_set(compiler->at, ERR_FORMAT, compiler->used, compiler->field,
				  "has a “{” that opens no placeholder; write “{{” for a brace");
	}
	const char *end = memchr(rest.at, '}', rest.len);
	if (end == NULL)
		return err_at_set(compiler->at, ERR_FORMAT, compiler->used, compiler->field,
				  "has a placeholder without its “}”");
	struct slice inner = { rest.at + 1, (size_t)(end - rest.at - 1) };
	enum err err;
	if (slice_is(inner, "each") || slice_is(inner, "/each"))
		err = each(compiler, next == '/');
	else
		err = placeholder(compiler, inner);
	compiler->used += inner.len + 2;
	return err;
}

static enum err compile(struct compiler *compiler)
{
	while (compiler->used < compiler->text.len) {
		char c = compiler->text.at[compiler->used];
		if (c == '{') {
			enum err err = brace(compiler);
			if (err)
				return err;
			continue;
		}
		if (compiler->place == HTTP_PLACE_JSON && compiler->in_string && c == '\\' &&
		    compiler->used + 1 < compiler->text.len)
			compiler->literal[compiler->literal_len++] = compiler->text.at[compiler->used++];
		else if (c == '"')
			compiler->in_string = !compiler->in_string;
		compiler->literal[compiler->literal_len++] = compiler->text.at[compiler->used++];
	}
	if (compiler->each >= 0)
		return err_at_set(compiler->at, ERR_FORMAT, compiler->used, compiler->field,
				  "has {each} without {/each}");
	return flush(compiler);
}

enum err http_template_compile(struct slice text, enum http_place place, const char *field, struct arena *arena,
			       struct http_template *out, struct err_at *at)
{
	struct compiler compiler = {
		.text = text, .place = place, .field = field, .arena = arena, .at = at, .each = -1
	};
	compiler.literal = arena_alloc(arena, text.len + 1);
	if (compiler.literal == NULL)
		return no_room(&compiler);
	enum err err = compile(&compiler);
	if (err)
		return err;
	struct http_piece *pieces = arena_alloc(arena, sizeof *pieces * (compiler.count + 1));
	if (pieces == NULL)
		return no_room(&compiler);
	if (compiler.count)
		memcpy(pieces, compiler.pieces, sizeof *pieces * compiler.count);
	*out = (struct http_template){ pieces, compiler.count };
	return ERR_OK;
}

uint64_t http_template_uses(const struct http_template *template, bool within)
{
	uint64_t uses = 0;
	unsigned each_end = 0;
	for (unsigned i = 0; i < template->count; i++) {
		const struct http_piece *piece = &template->pieces[i];
		if (piece->value == HTTP_VALUE_EACH)
			each_end = i + 1 + piece->reach;
		else if ((i < each_end) == within)
			uses |= UINT64_C(1) << piece->value;
	}
	return uses;
}

bool http_value_is_number(enum http_value value)
{
	return value < HTTP_VALUE_COUNT && values[value].kind == NUMBER;
}
