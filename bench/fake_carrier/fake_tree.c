/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_tree.h"

struct reader {
  struct fake_tree *tree;
  struct fake_scratch *scratch;
  const char *start;
  const char *at;
  const char *end;
};

size_t fake_tree_utf8(struct fake_slice text) {
  const unsigned char *start = (const unsigned char *)text.at, *at = start, *end = start + text.len;
  while (at < end) {
    uint64_t word;
    if (end - at >= 8 && (memcpy(&word, at, 8), (word & 0x8080808080808080u) == 0)) {
      at += 8;
      continue;
    }
    if (*at < 0x80) {
      at++;
      continue;
    }
    unsigned more = *at >= 0xC2 && *at <= 0xDF ? 1 : (*at & 0xF0) == 0xE0 ? 2 : *at >= 0xF0 && *at <= 0xF4 ? 3 : 0;
    if (more == 0 || (size_t)(end - at) <= more) return (size_t)(at - start);
    unsigned low = *at == 0xE0 ? 0xA0 : *at == 0xF0 ? 0x90 : 0x80, high = *at == 0xED ? 0x9F : *at == 0xF4 ? 0x8F : 0xBF;
    if (at[1] < low || at[1] > high) return (size_t)(at - start);
    for (unsigned index = 2; index <= more; index++)
      if ((at[index] & 0xC0) != 0x80) return (size_t)(at - start);
    at += more + 1;
  }
  return text.len;
}

static bool fail(struct reader *reader, const char *problem) {
  reader->tree->problem = problem;
  reader->tree->offset = (size_t)(reader->at - reader->start);
  return false;
}

static void skip_blanks(struct reader *reader) {
  while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\r' || *reader->at == '\t'))
    reader->at++;
}

static bool read_hex(struct reader *reader, uint32_t *unit) {
  *unit = 0;
  if (reader->end - reader->at < 4) return fail(reader, "an escape is cut off");
  for (int index = 0; index < 4; index++) {
    char octet = *reader->at++;
    char lower = (char)(octet | 0x20);
    int digit = octet >= '0' && octet <= '9' ? octet - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    if (digit < 0) return fail(reader, "an escape is not four hexadecimal digits");
    *unit = *unit << 4 | (uint32_t)digit;
  }
  return true;
}

static char *put_utf8(char *out, uint32_t code) {
  if (code < 0x80) {
    *out++ = (char)code;
    return out;
  }
  int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  static const unsigned char first[] = {0, 0xC0, 0xE0, 0xF0};
  *out++ = (char)(first[more] | code >> (6 * more));
  while (more-- > 0) *out++ = (char)(0x80 | (code >> (6 * more) & 0x3F));
  return out;
}

/* What follows `\u`: one code point, out of a surrogate pair if need be (RFC 8259 §7). */
static bool read_unicode(struct reader *reader, char **out) {
  uint32_t unit, low;
  if (!read_hex(reader, &unit)) return false;
  if (unit >= 0xDC00 && unit < 0xE000) return fail(reader, "an escaped low surrogate stands alone");
  if (unit >= 0xD800 && unit < 0xDC00) {
    if (reader->end - reader->at < 6 || reader->at[0] != '\\' || reader->at[1] != 'u')
      return fail(reader, "an escaped high surrogate stands alone");
    reader->at += 2;
    if (!read_hex(reader, &low)) return false;
    if (low < 0xDC00 || low > 0xDFFF) return fail(reader, "an escaped high surrogate stands alone");
    unit = 0x10000 + ((unit & 0x3FF) << 10 | (low & 0x3FF));
  }
  *out = put_utf8(*out, unit);
  return true;
}

static bool read_escaped(struct reader *reader, const char *start, struct fake_slice *text) {
  const char *close = reader->at;
  while (close < reader->end && *close != '"') close += *close == '\\' && close + 1 < reader->end ? 2 : 1;
  char *copy = fake_scratch_take(reader->scratch, (size_t)(close - start) + 4), *out = copy;
  memcpy(out, start, (size_t)(reader->at - start));
  out += reader->at - start;
  while (reader->at < reader->end && *reader->at != '"') {
    if ((unsigned char)*reader->at < 0x20) return fail(reader, "a control character in a string");
    if (*reader->at != '\\') {
      *out++ = *reader->at++;
      continue;
    }
    if (++reader->at == reader->end) break;
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    char mark = *reader->at++;
    const char *found = mark != '\0' ? strchr(names, mark) : NULL;
    if (found != NULL)
      *out++ = values[found - names];
    else if (mark != 'u')
      return fail(reader, "an unknown escape in a string");
    else if (!read_unicode(reader, &out))
      return false;
  }
  if (reader->at == reader->end) return fail(reader, "a string has no end");
  reader->at++;
  *text = (struct fake_slice){copy, (size_t)(out - copy)};
  return true;
}

static bool read_string(struct reader *reader, struct fake_slice *text) {
  const char *start = ++reader->at;
  while (reader->at < reader->end && *reader->at != '"' && *reader->at != '\\') {
    if ((unsigned char)*reader->at < 0x20) return fail(reader, "a control character in a string");
    reader->at++;
  }
  if (reader->at == reader->end) return fail(reader, "a string has no end");
  if (*reader->at == '\\') return read_escaped(reader, start, text);
  *text = (struct fake_slice){start, (size_t)(reader->at++ - start)};
  return true;
}

static size_t skip_digits(struct reader *reader) {
  const char *start = reader->at;
  while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9') reader->at++;
  return (size_t)(reader->at - start);
}

static bool is_next(const struct reader *reader, char one, char other) {
  return reader->at < reader->end && (*reader->at == one || *reader->at == other);
}

static bool read_number(struct reader *reader, struct fake_node *node) {
  const char *start = reader->at;
  if (*reader->at == '-') reader->at++;
  bool is_zero = is_next(reader, '0', '0');
  size_t digits = skip_digits(reader);
  if (digits == 0 || (is_zero && digits > 1)) return fail(reader, "a number is malformed");
  if (is_next(reader, '.', '.')) {
    reader->at++;
    if (skip_digits(reader) == 0) return fail(reader, "a number is malformed");
  }
  if (is_next(reader, 'e', 'E')) {
    reader->at++;
    if (is_next(reader, '+', '-')) reader->at++;
    if (skip_digits(reader) == 0) return fail(reader, "a number is malformed");
  }
  node->kind = FAKE_TREE_NUMBER;
  node->text = (struct fake_slice){start, (size_t)(reader->at - start)};
  return true;
}

static bool read_word(struct reader *reader, struct fake_node *node) {
  static const char *const words[] = {"null", "false", "true"};
  for (int index = 0; index < 3; index++) {
    size_t len = strlen(words[index]);
    if ((size_t)(reader->end - reader->at) < len || memcmp(reader->at, words[index], len) != 0) continue;
    reader->at += len;
    node->kind = (enum fake_tree_kind)index;
    return true;
  }
  return fail(reader, "neither a value nor its end");
}

static bool read_value(struct reader *reader, uint32_t index, int depth);

static bool read_name(struct reader *reader, const struct fake_node *parent, struct fake_node *node) {
  if (!is_next(reader, '"', '"')) return fail(reader, "a member has no name");
  if (!read_string(reader, &node->name)) return false;
  for (uint32_t next = parent->first; next != 0; next = reader->tree->nodes[next].next)
    if (fake_slice_equal(reader->tree->nodes[next].name, node->name)) return fail(reader, "an object has one name twice");
  skip_blanks(reader);
  if (!is_next(reader, ':', ':')) return fail(reader, "a name has no value");
  reader->at++;
  return true;
}

static bool read_children(struct reader *reader, uint32_t index, int depth) {
  struct fake_tree *tree = reader->tree;
  struct fake_node *parent = &tree->nodes[index];
  bool is_object = *reader->at++ == '{';
  char close = is_object ? '}' : ']';
  parent->kind = is_object ? FAKE_TREE_OBJECT : FAKE_TREE_ARRAY;
  if (depth == FAKE_TREE_DEPTH_MAX) return fail(reader, "it is too deep");
  skip_blanks(reader);
  if (is_next(reader, close, close)) return reader->at++, true;
  for (uint32_t *link = &parent->first;; link = &tree->nodes[*link].next) {
    if (tree->count == FAKE_TREE_NODES_MAX) return fail(reader, "it has too many values");
    uint32_t child = tree->count++;
    tree->nodes[child] = (struct fake_node){0};
    skip_blanks(reader);
    if (is_object && !read_name(reader, parent, &tree->nodes[child])) return false;
    if (!read_value(reader, child, depth + 1)) return false;
    *link = child;
    parent->count++;
    skip_blanks(reader);
    if (is_next(reader, close, close)) return reader->at++, true;
    if (!is_next(reader, ',', ',')) return fail(reader, "a comma is missing");
    reader->at++;
  }
}

static bool read_value(struct reader *reader, uint32_t index, int depth) {
  struct fake_node *node = &reader->tree->nodes[index];
  skip_blanks(reader);
  if (reader->at == reader->end) return fail(reader, "it is cut off");
  if (*reader->at == '{' || *reader->at == '[') return read_children(reader, index, depth);
  if (*reader->at == '-' || (*reader->at >= '0' && *reader->at <= '9')) return read_number(reader, node);
  if (*reader->at != '"') return read_word(reader, node);
  node->kind = FAKE_TREE_STRING;
  return read_string(reader, &node->text);
}

bool fake_tree_read(struct fake_tree *tree, struct fake_slice text, struct fake_scratch *scratch) {
  struct reader reader = {tree, scratch, text.at, text.at, text.at + text.len};
  tree->count = 1;
  tree->nodes[0] = (struct fake_node){0};
  size_t wrong = fake_tree_utf8(text);
  reader.at = text.at + wrong;
  if (wrong < text.len) return fail(&reader, "it is not UTF-8");
  reader.at = text.at;
  if (!read_value(&reader, 0, 0)) return false;
  skip_blanks(&reader);
  return reader.at == reader.end ? true : fail(&reader, "something follows the value");
}

const struct fake_node *fake_tree_first(const struct fake_tree *tree, const struct fake_node *node) {
  return node->first == 0 ? NULL : &tree->nodes[node->first];
}

const struct fake_node *fake_tree_next(const struct fake_tree *tree, const struct fake_node *node) {
  return node->next == 0 ? NULL : &tree->nodes[node->next];
}

const struct fake_node *fake_tree_member(const struct fake_tree *tree, const struct fake_node *node, const char *name) {
  if (node == NULL || node->kind != FAKE_TREE_OBJECT) return NULL;
  for (const struct fake_node *child = fake_tree_first(tree, node); child != NULL; child = fake_tree_next(tree, child))
    if (fake_slice_is(child->name, name)) return child;
  return NULL;
}

struct fake_slice fake_tree_text(const struct fake_tree *tree, const struct fake_node *node, const char *name) {
  const struct fake_node *child = fake_tree_member(tree, node, name);
  if (child == NULL || child->kind != FAKE_TREE_STRING) return (struct fake_slice){0};
  return child->text;
}
