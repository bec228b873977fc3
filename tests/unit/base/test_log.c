/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <criterion/criterion.h>

static char written[LOG_LINE_OCTETS + 1];
static size_t written_len;
static unsigned lines;

static void keep(void *ctx, enum log_level level, struct slice line)
{
	(void)ctx;
	(void)level;
	cr_assert_leq(line.len, LOG_LINE_OCTETS);
	memcpy(written, line.at, line.len);
	written[line.len] = '\0';
	written_len = line.len;
	lines++;
}

static struct now now(void *ctx)
{
	(void)ctx;
	return (struct now){ .mono = 1, .wall = 1770940800123 };
}

static const struct log log_info = { .least = LOG_INFO, .write = keep, .now = now };

#define HEAD "{\"at\":\"2026-02-13T00:00:00.123Z\",\"level\":\"warn\",\"event\":\"link_down\",\"text\":\"it fell\""

Test(log, a_line)
{
	struct log_line line;
	cr_assert(log_begin(&line, &log_info, LOG_WARN, "link_down", "it fell"));
	log_text(&line, "account", SLICE("cm\"cc"));
	log_uint(&line, "octets", 5);
	log_int(&line, "left", -5);
	log_text(&line, "none", (struct slice){ 0 });
	log_end(&line);
	cr_assert_str_eq(written, HEAD ",\"account\":\"cm\\\"cc\",\"octets\":5,\"left\":-5,\"none\":null}\n");
	log_write(&log_info, LOG_WARN, "link_down", "it fell");
	cr_assert_str_eq(written, HEAD "}\n");
	log_write(&log_info, LOG_INFO, "up", NULL);
	cr_assert_str_eq(written, "{\"at\":\"2026-02-13T00:00:00.123Z\",\"level\":\"info\",\"event\":\"up\"}\n");
}

Test(log, what_is_not_wanted_is_not_built)
{
	struct log_line line;
	cr_assert(!log_begin(&line, &log_info, LOG_DEBUG, "x", "y"));
	cr_assert(!log_begin(&line, NULL, LOG_ERROR, "x", "y"));
	const struct log mute = { .least = LOG_DEBUG, .now = now };
	cr_assert(!log_begin(&line, &mute, LOG_ERROR, "x", "y"));
	log_write(&log_info, LOG_DEBUG, "x", "y");
	cr_assert_eq(lines, 0);
}

Test(log, the_level_may_change)
{
	struct log log = log_info;
	struct log_line line;
	log_set_level(&log, LOG_ERROR);
	cr_expect_eq(log_get_level(&log), LOG_ERROR);
	cr_expect(!log_begin(&line, &log, LOG_WARN, "x", "y"));
	log_set_level(&log, LOG_DEBUG);
	cr_expect(log_begin(&line, &log, LOG_DEBUG, "x", "y"));
}

/* Whatever the lengths, the line is one JSON object that says where something was left out. */
Test(log, long_members_are_left_out_whole)
{
	static char text[2000];
	memset(text, 'x', sizeof text);
	for (size_t len = 0; len < sizeof text; len++) {
		struct log_line line;
		cr_assert(log_begin(&line, &log_info, LOG_WARN, "link_down", "it fell"));
		log_text(&line, "value", (struct slice){ text, len });
		log_uint(&line, "n", 7);
		log_int(&line, "m", -7);
		log_end(&line);
		cr_assert_eq(memcmp(written, HEAD, strlen(HEAD)), 0);
		bool cut = strstr(written, "\"cut\":true") != NULL;
		bool whole = strstr(written, ",\"n\":7,\"m\":-7}\n") != NULL;
		cr_assert_neq(cut, whole, "%zu octets", len);
		size_t shown = 0;
		for (const char *at = strstr(written, "xxx"); at && *at == 'x'; at++)
			shown++;
		cr_assert(shown == 0 || shown == len, "%zu octets: %zu of them", len, shown);
		cr_assert_eq(strcmp(written + written_len - 2, "}\n"), 0, "%zu octets", len);
	}
}

Test(log, a_long_text_is_left_out_whole)
{
	char text[2000];
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	log_write(&log_info, LOG_WARN, "link_down", text);
	cr_assert_str_eq(
		written,
		"{\"at\":\"2026-02-13T00:00:00.123Z\",\"level\":\"warn\",\"event\":\"link_down\",\"cut\":true}\n");
}

Test(log, levels)
{
	static const char *const names[LOG_LEVEL_COUNT] = { "debug", "info", "warn", "error" };
	enum log_level level;
	for (unsigned i = 0; i < LOG_LEVEL_COUNT; i++) {
		cr_assert_str_eq(log_level_name((enum log_level)i), names[i]);
		cr_assert(log_level_parse(slice_of(names[i]), &level) && level == (enum log_level)i);
	}
	cr_assert(!log_level_parse(SLICE("Warn"), &level));
	cr_assert(!log_level_parse(SLICE(""), &level));
}
