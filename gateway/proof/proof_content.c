/* SPDX-License-Identifier: Apache-2.0 */
#include "proof/proof_char.h"
#include "proof/proof_desk.h"

/* Forbidden words and links, in the text and in the words of enum parameters. */

static void mark_words(struct proof_desk *desk, size_t start, size_t end)
{
	struct slice text = { desk->source.at + start, end - start };
	struct proof_words_hit hit;
	for (size_t at = 0; proof_words_find(desk->rules->words, text, &at, &hit);) {
		const struct slice args[3] = { hit.word, hit.category };
		struct proof_mark *mark =
			proof_desk_mark(desk, PROOF_FORBIDDEN, start + hit.from, start + hit.to, args);
		if (mark != NULL)
			mark->category = hit.category;
		proof_desk_fix(desk, mark, PROOF_FIX_REMOVE, start + hit.from, start + hit.to, SLICE(""));
	}
}

static bool is_host(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

/* True where host is domain, or below it. */
static bool ends_with(struct slice host, struct slice domain)
{
	if (host.len < domain.len)
		return false;
	size_t before = host.len - domain.len;
	return proof_char_same((struct slice){ host.at + before, domain.len }, domain) &&
	       (before == 0 || host.at[before - 1] == '.');
}

static bool is_allowed(const struct proof_rules *rules, struct slice host)
{
	for (unsigned i = 0; i < rules->link_domain_count; i++)
		if (rules->link_domains[i].len > 0 && ends_with(host, rules->link_domains[i]))
			return true;
	return false;
}

/* Endings that make phones turn “95598.cn” into a link; others are taken for the end of a sentence. */
static bool has_usual_ending(struct slice host)
{
	static const char *const endings[] = { "com", "cn",  "net", "org", "gov", "edu", "info",
					       "cc",  "vip", "xyz", "io",  "tv",  "hk",  "tw" };
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		struct slice ending = slice_of(endings[i]);
		if (host.len > ending.len + 1 && ends_with(host, ending))
			return true;
	}
	return false;
}

/* How far what may stand in a link goes, up to one of some letters; tags count as one letter. */
static size_t link_part_end(struct proof_desk *desk, size_t at, size_t end, const char *stops)
{
	const char *text = desk->source.at;
	while (at < end && (unsigned char)text[at] > ' ' && (unsigned char)text[at] < 0x80 &&
	       strchr(stops, text[at]) == NULL)
		at = text[at] == '{' && at + 1 < end && text[at + 1] == '{' ? proof_desk_tag(desk, at).to : at + 1;
	return at < end ? at : end;
}

/* Where the link ends whose host ends at a place: its path, question and fragment go with it. */
static size_t link_end(struct proof_desk *desk, size_t at)
{
	if (at >= desk->end || strchr(":/\\?#", desk->source.at[at]) == NULL)
		return at;
	return link_part_end(desk, at, desk->end, "\"'<>");
}

static void judge_host(struct proof_desk *desk, size_t from, size_t to, struct slice host, bool is_open)
{
	const struct slice args[3] = { host };
	if (is_open)
		proof_desk_mark(desk, PROOF_LINK_OPEN, from, to, args);
	else if (!is_allowed(desk->rules, host))
		proof_desk_fix(desk, proof_desk_mark(desk, PROOF_LINK, from, to, args), PROOF_FIX_REMOVE, from,
			       link_end(desk, to), SLICE(""));
}

/* The link whose “//” ends at a place: what stands up to a slash, without user and port, is its host. Returns where it ends. */
static size_t mark_link(struct proof_desk *desk, size_t from, size_t start, size_t end)
{
	const char *text = desk->source.at;
	size_t stop = link_part_end(desk, start, end, "/\\?#\"'<>");
	bool is_open = memchr(text + start, '{', stop - start) != NULL;
	struct slice host = { text + start, stop - start };
	const char *user = memrchr(host.at, '@', host.len);
	if (user != NULL)
		host = (struct slice){ user + 1, host.len - (size_t)(user + 1 - host.at) };
	const char *port = memchr(host.at, ':', host.len);
	if (port != NULL)
		host.len = (size_t)(port - host.at);
	while (host.len > 0 && (host.at[host.len - 1] == '.' || host.at[host.len - 1] == ','))
		host.len--;
	judge_host(desk, from, stop > from ? stop : end, host, is_open);
	return stop;
}

static void mark_links(struct proof_desk *desk, size_t start, size_t end)
{
	const char *text = desk->source.at;
	for (size_t at = start; at < end;) {
		if (text[at] == '{' && at + 1 < end && text[at + 1] == '{') {
			at = proof_desk_tag(desk, at).to;
			continue;
		}
		size_t stop = at;
		while (stop < end && is_host(text[stop]))
			stop++;
		if (stop == at) {
			at++;
			continue;
		}
		if (stop + 3 <= end && memcmp(text + stop, "://", 3) == 0) {
			at = mark_link(desk, at, stop + 3, end);
			continue;
		}
		struct slice host = { text + at, stop - at };
		while (host.len > 0 && host.at[host.len - 1] == '.')
			host.len--;
		if (has_usual_ending(host))
			judge_host(desk, at, at + host.len, host, false);
		at = stop;
	}
}

/* What of a parameter's line is sent: the words of an enum. */
static void mark_choices(struct proof_desk *desk, size_t start, size_t end)
{
	static const char *const keys[] = { "values=", "选项=", "values＝", "选项＝" };
	struct slice line = { desk->source.at + start, end - start };
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const char *at = memmem(line.at, line.len, keys[i], strlen(keys[i]));
		if (at == NULL)
			continue;
		size_t from = (size_t)(at - desk->source.at) + strlen(keys[i]);
		mark_words(desk, from, end);
		if (desk->rules->link_domain_count > 0)
			mark_links(desk, from, end);
	}
}

void proof_content_mark(struct proof_desk *desk)
{
	mark_words(desk, desk->body, desk->end);
	if (desk->rules->link_domain_count > 0)
		mark_links(desk, desk->body, desk->end);
	for (size_t at = 0; at < desk->rule; at = proof_desk_line_behind(desk, at))
		mark_choices(desk, at, proof_desk_line_end(desk, at));
}
