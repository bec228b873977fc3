/* SPDX-License-Identifier: Apache-2.0 */
#include "model/entry.h"

#include <criterion/criterion.h>

Test(entry, lanes)
{
	static const char *const names[LANE_COUNT] = { "urgent", "normal", "bulk", "ready" };
	enum lane lane;
	for (unsigned i = 0; i < LANE_COUNT; i++) {
		cr_assert_str_eq(lane_name((enum lane)i), names[i]);
		cr_assert(lane_parse(slice_of(names[i]), &lane) && lane == (enum lane)i, "%s", names[i]);
	}
	static const char *const bad[] = { "", "Urgent", "urgent ", "urgen", "high" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		cr_assert(!lane_parse(slice_of(bad[i]), &lane), "“%s”", bad[i]);
}

Test(entry, format_and_parse)
{
	static const struct {
		struct entry_key key;
		const char *want_id;
		const char *want_key;
	} rows[] = {
		{ { 0, 0, LANE_URGENT }, "0-0", "0-0@urgent" },
		{ { 1739404800000, 7, LANE_NORMAL }, "1739404800000-7", "1739404800000-7@normal" },
		{ { UINT64_MAX, UINT64_MAX, LANE_URGENT },
		  "18446744073709551615-18446744073709551615",
		  "18446744073709551615-18446744073709551615@urgent" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char id[ENTRY_ID_OCTETS];
		char text[ENTRY_KEY_OCTETS];
		cr_assert_eq(entry_id_format(&rows[i].key, id), strlen(rows[i].want_id));
		cr_assert_str_eq(id, rows[i].want_id);
		cr_assert_eq(entry_key_format(&rows[i].key, text), strlen(rows[i].want_key));
		cr_assert_str_eq(text, rows[i].want_key);
		struct entry_key back = { 0 };
		cr_assert(entry_key_parse(slice_of(text), &back), "%s", text);
		cr_assert(entry_key_equal(&back, &rows[i].key), "%s", text);
		cr_assert(entry_id_parse(slice_of(id), rows[i].key.lane, &back), "%s", id);
		cr_assert(entry_key_equal(&back, &rows[i].key), "%s", id);
	}
}

Test(entry, malformed)
{
	static const char *const ids[] = { "",
					   "1",
					   "-",
					   "1-",
					   "-1",
					   "1-2-3",
					   "a-1",
					   "1-b",
					   "01-2",
					   "1-02",
					   " 1-2",
					   "1-2 ",
					   "+1-2",
					   "1--2",
					   "18446744073709551616-0",
					   "0-18446744073709551616",
					   "1-2@normal" };
	static const char *const keys[] = { "",       "@", "1-2", "1-2@", "@normal", "1-2@norma", "1-2@normal@normal",
					    "1-@bulk" };
	struct entry_key key = { .ms = 4711 };
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
		cr_assert(!entry_id_parse(slice_of(ids[i]), LANE_BULK, &key), "“%s”", ids[i]);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		cr_assert(!entry_key_parse(slice_of(keys[i]), &key), "“%s”", keys[i]);
	cr_assert(!entry_id_parse((struct slice){ 0 }, LANE_BULK, &key));
	cr_assert_eq(key.ms, 4711, "set on success only");
}

Test(entry, equal_means_all_of_it)
{
	const struct entry_key key = { 1, 2, LANE_NORMAL };
	const struct entry_key others[] = { { 2, 2, LANE_NORMAL }, { 1, 3, LANE_NORMAL }, { 1, 2, LANE_BULK } };
	cr_assert(entry_key_equal(&key, &key));
	for (unsigned i = 0; i < 3; i++)
		cr_assert(!entry_key_equal(&key, &others[i]), "%u", i);
}

/* Neighbouring entries must not meet in a table, whichever bits it uses; nor must entries of equal distance. */
Test(entry, hash_spreads)
{
	static const struct {
		const char *name;
		unsigned shift;
	} bits[] = { { "low bits", 0 }, { "middle bits", 26 }, { "high bits", 52 } };
	static const uint64_t strides_ms[] = { 1, 1000, 65536, 86400000 };
	for (size_t row = 0; row < 3 * 4; row++) {
		uint64_t stride_ms = strides_ms[row % 4];
		static unsigned counts[4096];
		memset(counts, 0, sizeof counts);
		for (unsigned i = 0; i < 4096 * 4; i++) {
			struct entry_key key = { .ms = 1739404800000 + i / 4 * stride_ms,
						 .seq = i % 2,
						 .lane = i / 2 % 2 * 2 };
			counts[entry_key_hash(&key) >> bits[row / 4].shift & 4095]++;
		}
		unsigned worst = 0;
		for (unsigned i = 0; i < 4096; i++)
			worst = counts[i] > worst ? counts[i] : worst;
		cr_assert_leq(worst, 32, "%s, every %llu ms: %u of 16384 in one of 4096 places", bits[row / 4].name,
			      (unsigned long long)stride_ms, worst);
	}
}
