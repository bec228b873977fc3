/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/optout.h"

#include <criterion/criterion.h>

#define DEFAULT "R, T, TD, 退订"

Test(optout, keyword)
{
	static const struct {
		const char *name;
		const char *keywords;
		struct slice text;
		const char *want; /* NULL = none */
	} rows[] = {
		{ "a letter", DEFAULT, SLICE("R"), "R" },
		{ "a small letter", DEFAULT, SLICE("t"), "T" },
		{ "the longer one of two", DEFAULT, SLICE("td"), "TD" },
		{ "Chinese", DEFAULT, SLICE("退订"), "退订" },
		{ "blanks and line ends", DEFAULT, SLICE(" \t退订\r\n"), "退订" },
		{ "an ideographic blank", DEFAULT, SLICE("　TD　"), "TD" },
		{ "a full stop", DEFAULT, SLICE("td."), "TD" },
		{ "punctuation of Chinese", DEFAULT, SLICE("“退订”。"), "退订" },
		{ "full-width letters", DEFAULT, SLICE("ＴＤ！"), "TD" },
		{ "full-width small letters", DEFAULT, SLICE("ｔｄ"), "TD" },
		{ "NULs as padding", DEFAULT, SLICE("R\0\0"), "R" },
		{ "a byte order mark", DEFAULT, SLICE("\xEF\xBB\xBFR"), "R" },
		{ "a keyword and more", DEFAULT, SLICE("退订吗"), NULL },
		{ "a keyword in a sentence", DEFAULT, SLICE("R u there"), NULL },
		{ "a keyword twice", DEFAULT, SLICE("T T"), NULL },
		{ "half a keyword", DEFAULT, SLICE("退"), NULL },
		{ "its letters apart", DEFAULT, SLICE("T D"), NULL },
		{ "another letter", DEFAULT, SLICE("Y"), NULL },
		{ "a letter that looks alike", DEFAULT, SLICE("Т"), NULL }, /* Cyrillic */
		{ "a digit", DEFAULT, SLICE("1"), NULL },
		{ "nothing", DEFAULT, SLICE(""), NULL },
		{ "blanks only", DEFAULT, SLICE(" . "), NULL },
		{ "malformed behind it", DEFAULT, SLICE("R\xff"), NULL },
		{ "malformed before it", DEFAULT, SLICE("\xffR"), NULL },
		{ "half a character behind it", DEFAULT, SLICE("R\xe9\x80"), NULL },
		{ "no keywords", "", SLICE("R"), NULL },
		{ "empty keywords", ",, ,", SLICE("R"), NULL },
		{ "nothing is no empty keyword", ",, ,", SLICE(","), NULL },
		{ "one keyword", "STOP", SLICE("stop"), "STOP" },
		{ "a full-width comma between", "R，T", SLICE("t"), "T" },
		{ "written in small letters", "stop , end", SLICE("END"), "end" },
		{ "of two words", "stop all,R", SLICE("Stop All"), "stop all" },
		{ "two blanks are not one", "stop all", SLICE("stop  all"), NULL },
		{ "a digit", "0000", SLICE("００００"), "0000" },
		{ "accents count", "arrêt", SLICE("arret"), NULL },
		{ "malformed keywords equal nothing", "R,\xff,T", SLICE("\xff"), NULL },
		{ "keywords before a malformed one", "R,\xff,T", SLICE("r"), "R" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct slice keyword = optout_keyword(slice_of(rows[i].keywords), rows[i].text);
		cr_expect(slice_equal(keyword, slice_of(rows[i].want)) && (keyword.len > 0) == (rows[i].want != NULL),
			  "%s: “%.*s”", rows[i].name, SLICE_ARG(keyword));
	}
}
