/* SPDX-License-Identifier: Apache-2.0 */
#include "store/refusal.h"

#include <criterion/criterion.h>
#include <string.h>

Test(refusal, errors_are_told_apart_by_their_first_word)
{
	static const struct {
		const char *error;
		const char *want_word;
		enum refusal_way want;
	} rows[] = {
		{ "OOM command not allowed when used memory > 'maxmemory'.", "OOM", REFUSAL_FULL },
		{ "OOM command not allowed when used memory > 'maxmemory'. script: d66, on @user_script:10.", "OOM",
		  REFUSAL_FULL },
		{ "EXECABORT Transaction discarded because of: OOM command not allowed", "OOM", REFUSAL_FULL },
		{ "MISCONF Redis is configured to save RDB snapshots, but", "MISCONF", REFUSAL_PAUSE },
		{ "NOREPLICAS Not enough good replicas to write.", "NOREPLICAS", REFUSAL_PAUSE },
		{ "BUSY Redis is busy running a script.", "BUSY", REFUSAL_PAUSE },
		{ "EXECABORT Transaction discarded because of: BUSY Redis is busy", "BUSY", REFUSAL_PAUSE },
		{ "LOADING Redis is loading the dataset in memory", "LOADING", REFUSAL_PAUSE },
		{ "LOADING", "LOADING", REFUSAL_PAUSE },
		{ "CLUSTERDOWN The cluster is down", "CLUSTERDOWN", REFUSAL_PAUSE },
		{ "TRYAGAIN Multiple keys request during rehashing of slot", "TRYAGAIN", REFUSAL_PAUSE },
		{ "ASK 7 127.0.0.1:6381", "ASK", REFUSAL_PAUSE },
		{ "MOVED 7 127.0.0.1:6381", "MOVED", REFUSAL_RECONNECT },
		{ "READONLY You can't write against a read only replica.", "READONLY", REFUSAL_RECONNECT },
		{ "MASTERDOWN Link with MASTER is down", "MASTERDOWN", REFUSAL_RECONNECT },
		{ "NOSCRIPT No matching script.", "NOSCRIPT", REFUSAL_RECONNECT },
		{ "BUSYGROUP Consumer Group name already exists", "", REFUSAL_RECONNECT },
		{ "OOMPH", "", REFUSAL_RECONNECT },
		{ "ERR about OOM", "", REFUSAL_RECONNECT },
		{ "EXECABORT Transaction discarded because of previous errors.", "", REFUSAL_RECONNECT },
		{ "", "", REFUSAL_RECONNECT },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct reply reply = { .type = REPLY_ERROR, .text = slice_of(rows[i].error) };
		const struct refusal *refusal = refusal_of(&reply);
		cr_assert_not_null(refusal, "%s", rows[i].error);
		cr_expect_str_eq(refusal->word, rows[i].want_word, "%s: taken for %s", rows[i].error, refusal->word);
		cr_expect_eq(refusal->way, rows[i].want, "%s: way %d", rows[i].error, (int)refusal->way);
		cr_expect(strlen(refusal->text) > 0, "%s", rows[i].error);
	}
}

Test(refusal, what_is_no_error_is_no_refusal)
{
	struct reply reply = { .type = REPLY_TEXT, .text = SLICE("OOM ") };
	cr_expect_null(refusal_of(&reply));
	reply.type = REPLY_STATUS;
	cr_expect_null(refusal_of(&reply));
	cr_expect_null(refusal_of(NULL));
}
