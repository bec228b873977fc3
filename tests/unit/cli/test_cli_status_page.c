/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_status_page.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* What a gateway that is well says of itself, to change in rows. */
static const char well[] =
	"{\"version\":\"9.9.9\",\"instance\":\"gw-1\",\"uptime_s\":273600,\"draining\":false,\"workers\":2,"
	"\"redis\":{\"up\":true,\"reason\":\"\",\"reconnects\":5},"
	"\"lanes\":{\"urgent\":{\"length\":10,\"oldest_s\":1.500,\"added_per_s\":2.04,\"left_per_s\":15.0,"
	"\"outlook\":\"keeps_up\",\"eta_s\":0.7,\"clear_at\":\"2026-02-13T07:59:23+08:00\"},"
	"\"normal\":{\"length\":20,\"oldest_s\":125.0,\"added_per_s\":0.0,\"left_per_s\":0.5,\"outlook\":\"clears\","
	"\"eta_s\":725.4,\"clear_at\":\"2026-02-13T09:41:07+08:00\"},"
	"\"bulk\":{\"length\":0,\"oldest_s\":0.000,\"added_per_s\":null,\"left_per_s\":null,\"outlook\":\"empty\","
	"\"eta_s\":0.0,\"clear_at\":null},\"ready\":{\"length\":1,\"oldest_s\":0.001}},"
	"\"later\":6,\"dead\":8,\"held\":3,\"events\":{\"length\":70,\"oldest_s\":3600,\"held_by\":\"\"},\"balance\":{"
	"\"added\":"
	"60,\"waiting\":{\"urgent\":10,\"normal\":0,\"later\":6},"
	"\"ended\":{\"accepted\":35,\"dead\":9},\"requeued\":1,\"drift\":0},\"accounts\":["
	"{\"name\":\"cmcc\",\"state\":\"up\",\"for_s\":125.4,\"reason\":\"\",\"links_up\":2,\"window_used\":7,\"window_"
	"total\":200,"
	"\"tps\":500,\"waiting\":42,\"parked\":12,\"segments_per_s\":3.5,\"outlook\":\"clears\",\"eta_s\":12.5,"
	"\"clear_at\":\"2026-02-13T08:00:01+08:00\",\"accepted\":1000,\"throttled\":3,\"rejected\":2,\"temporary\":1,"
	"\"unknown\":4},"
	"{\"name\":\"backup\",\"state\":\"up\",\"reason\":\"\",\"links_up\":1,\"window_used\":0,\"window_total\":10,"
	"\"tps\":0,\"accepted\":0,\"throttled\":0,\"rejected\":0,\"temporary\":0,\"unknown\":0}],"
	"\"totals\":{\"read\":11,\"begun\":12,\"accepted\":13,\"expired\":14,\"suppressed\":22,\"duplicate\":15,"
	"\"dead\":16,"
	"\"later\":17,\"retries\":18,\"ambiguous_resends\":19,\"late_answers\":20,\"intents_found\":21},"
	"\"rate_1m\":{\"accepted_per_s\":123.5,\"dead_per_s\":0.000}}\n";

/* The page for the status changed by the JSON object in change; free it. */
static char *page_for(const char *change, unsigned *count)
{
	json_error_t error;
	json_t *status = json_loads(well, 0, &error);
	cr_assert_not_null(status, "%s", error.text);
	json_t *changes = json_loads(change, 0, &error);
	cr_assert_not_null(changes, "%s: %s", change, error.text);
	cr_assert_eq(json_object_update(status, changes), 0);
	cr_assert(cli_status_is_status(status));
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	*count = cli_status_page(status, out);
	fclose(out);
	cr_expect_eq(cli_status_problems(status, NULL), *count, "counting alone finds another number");
	json_decref(status);
	json_decref(changes);
	return text;
}

Test(cli_status_page, all_is_well)
{
	static const char want[] =
		"All is well.\n"
		"\n"
		"hongyan 9.9.9, instance gw-1, up for 3 d 4 h, workers: 2, Redis up (reconnects: 5)\n"
		"accepted: 123.5/s (mean of the last minute)\n"
		"\n"
		"since the start: read 11, accepted 13, expired 14, suppressed 22, duplicate 15, dead 16, retries 18, "
		"ambiguous_resends 19, "
		"late_answers 20, intents_found 21\n"
		"\n"
		"LANE        ENTRIES  OLDEST         ADDED/S    LEFT/S  CLEAR\n"
		"urgent           10  1.5 s              2.0      15.0  keeps up\n"
		"normal           20  2 min 5 s          0.0       0.5  in 12 min 5 s, at 09:41\n"
		"bulk              0  -                    -         -  —\n"
		"ready             1  0.0 s                -         -  -\n"
		"later             6\n"
		"held              3\n"
		"dead              8\n"
		"events           70  1 h 0 min\n"
		"\n"
		"account: added 60, brought back 1, drift 0\n"
		"  waiting: urgent 10, later 6\n"
		"  ended:   accepted 35, dead 9\n"
		"\n"
		"ACCOUNT             WAITING     PARKED  SEGMENTS/S  CLEAR\n"
		"cmcc                     42         12         3.5  in 12 s, at 08:00\n"
		"\n"
		"ACCOUNT          STATE    FOR          LINKS      WINDOW    TPS   ACCEPTED  THROTTLED  REJECTED "
		"TEMPORARY   "
		"UNKNOWN\n"
		"cmcc             up       2 min 5 s        2       7/200    500       1000          3         2       "
		"  1         "
		"4\n"
		"backup           up       -                1        0/10      -          0          0         0       "
		"  0         "
		"0\n";
	unsigned count;
	char *text = page_for("{}", &count);
	cr_expect_eq(count, 0);
	cr_expect_str_eq(text, want, "%s", text);
	free(text);
}

Test(cli_status_page, what_is_wrong_comes_first)
{
	static const struct {
		const char *name, *change;
		unsigned want;
		const char *want_lines; /* right after the heading */
	} rows[] = {
		{ "Redis", "{\"redis\":{\"up\":false,\"reason\":\"Connection refused\"}}", 1,
		  "  ! Redis cannot be used (Connection refused): nothing is read or settled\n\n" },
		{ "Redis is full", "{\"redis\":{\"up\":true,\"full\":true}}", 1,
		  "  ! Redis is full (maxmemory): nothing new goes out; give it memory or trim the events\n\n" },
		{ "no worker", "{\"workers\":0}", 1, "  ! no worker runs\n\n" },
		{ "refused and down",
		  "{\"accounts\":[{\"name\":\"a\",\"state\":\"refused\",\"reason\":\"ESME_RINVPASWD\"},{\"name\":\"b\","
		  "\"state\":"
		  "\"down\"},{\"name\":\"c\",\"state\":\"up\"}]}",
		  2,
		  "  ! account a is refused by the carrier (ESME_RINVPASWD): correct its credentials and reload "
		  "(SIGHUP), "
		  "or ask the carrier, and when it has mended it: “hongyan accounts resume a”\n"
		  "  ! account b is down (no reason given); it goes on trying\n\n" },
		{ "refused over HTTP",
		  "{\"accounts\":[{\"name\":\"a\",\"state\":\"refused\",\"protocol\":\"http\",\"reason\":\"the carrier "
		  "answered HTTP 401, 20003, "
		  "Authenticate\",\"for_s\":5,\"resting\":true,\"again_s\":9},{\"name\":\"c\","
		  "\"state\":\"up\"}]}",
		  1,
		  "  ! account a is refused by the carrier for 5.0 s (the carrier answered HTTP 401, 20003, "
		  "Authenticate): correct its credentials and reload (SIGHUP), or ask the carrier, and when it has "
		  "mended "
		  "it: “hongyan accounts resume a”; it tries again in 9.0 s\n\n" },
		{ "since when, and until when",
		  "{\"accounts\":[{\"name\":\"a\",\"state\":\"refused\",\"reason\":\"r\",\"for_s\":60,\"resting\":true,"
		  "\"again_s\":2},{\"name\":\"b\",\"state\":\"down\",\"for_s\":3.25,\"resting\":true,\"again_s\":1.5},"
		  "{\"name\":\"c\",\"state\":\"up\"}]}",
		  2,
		  "  ! account a is refused by the carrier for 1 min 0 s (r): correct its credentials and reload "
		  "(SIGHUP), "
		  "or ask the carrier, and when it has mended it: “hongyan accounts resume a”; it tries again in 2.0 "
		  "s\n"
		  "  ! account b is down for 3.2 s (no reason given); it tries again in 1.5 s\n\n" },
		{ "failing", "{\"accounts\":[{\"name\":\"a\",\"state\":\"up\",\"failing\":true}]}", 1,
		  "  ! account a is up, but failing: half of its last answers, or more, were failures, so that other "
		  "accounts go before it\n\n" },
		{ "broken", "{\"accounts\":[{\"name\":\"a\",\"state\":\"up\",\"failing\":true,\"breaker\":\"open\"}]}",
		  1,
		  "  ! account a is up, but broken: nearly all of its last answers were failures, so that it gets "
		  "nothing, and is tried now and then\n\n" },
		{ "nothing bound", "{\"accounts\":[{\"name\":\"a\",\"state\":\"down\",\"reason\":\"timeout\"}]}", 2,
		  "  ! account a is down (timeout); it goes on trying\n  ! no account has a bound link: nothing is "
		  "sent\n\n" },
		{ "urgent waits", "{\"lanes\":{\"urgent\":{\"length\":3,\"oldest_s\":61}}}", 1,
		  "  ! lane urgent: the oldest of 3 entries waits for 1 min 1 s\n\n" },
		{ "normal may wait", "{\"lanes\":{\"normal\":{\"length\":3,\"oldest_s\":299}}}", 0, "\n" },
		{ "bulk waits", "{\"lanes\":{\"bulk\":{\"length\":3,\"oldest_s\":7384}}}", 1,
		  "  ! lane bulk: the oldest of 3 entries waits for 2 h 3 min\n\n" },
		{ "standstill", "{\"rate_1m\":{\"accepted_per_s\":0}}", 1,
		  "  ! entries wait, but no carrier accepted any within the last minute\n\n" },
		{ "quiet night",
		  "{\"rate_1m\":{\"accepted_per_s\":0},\"lanes\":{\"urgent\":{\"length\":0,\"oldest_s\":0}}}", 0,
		  "\n" },
		{ "just started", "{\"rate_1m\":{\"accepted_per_s\":0},\"uptime_s\":30}", 0, "\n" },
		{ "dead letters", "{\"rate_1m\":{\"accepted_per_s\":9,\"dead_per_s\":0.05}}", 1,
		  "  ! dead letters grow at a rate of 3 a minute, 8 kept; “hongyan dead list” has their reasons\n\n" },
		{ "dead letters that are gone again",
		  "{\"dead\":0,\"rate_1m\":{\"accepted_per_s\":9,\"dead_per_s\":0.05}}", 0, "\n" },
		{ "a budget is used up",
		  "{\"tenants\":[{\"name\":\"north\",\"segments_per_day\":20,\"used\":1.15},"
		  "{\"name\":\"south\",\"segments_per_day\":20,\"used\":0.99}]}",
		  1,
		  "  ! tenant north has used all of its 20 segments of today: its bulk alerts wait until "
		  "tomorrow\n\n" },
		{ "entries have gone", "{\"balance\":{\"added\":7,\"drift\":3}}", 1,
		  "  ! the account does not balance: 3 entries have gone without an end; somebody trims or deletes in "
		  "the "
		  "queue's keys\n\n" },
		{ "entries too many", "{\"balance\":{\"added\":7,\"drift\":-3}}", 1,
		  "  ! the account does not balance: 3 entries too many; a stream of alerts:* was deleted, or somebody "
		  "writes "
		  "to the queue's keys\n\n" },
		{ "the account is not known yet", "{\"balance\":null}", 0, "\n" },
		{ "readers hold events",
		  "{\"events\":{\"length\":7,\"oldest_s\":604800,\"held_by\":\"bill\\u0007ing\"}}", 1,
		  "  ! the group of readers “bill ing” has not acknowledged events for 7 d 0 h, so that they cannot be "
		  "trimmed: let it read on, or XGROUP DESTROY it\n\n" },
		{ "half full", "{\"redis\":{\"up\":true,\"memory_used\":600000000,\"memory_max\":1000000000}}", 1,
		  "  ! Redis uses 60 % of its maxmemory (1000 MB): give it more, or keep events for a shorter "
		  "time\n\n" },
		{ "not half full", "{\"redis\":{\"up\":true,\"memory_used\":500000000,\"memory_max\":1000000000}}", 0,
		  "\n" },
		{ "without a limit", "{\"redis\":{\"up\":true,\"memory_used\":600000000,\"memory_max\":0}}", 0, "\n" },
		{ "draining", "{\"draining\":true}", 0,
		  "  The gateway is draining: it finishes what it has and takes nothing new.\n\n" },
		{ "paused",
		  "{\"paused\":[{\"field\":\"template:overdue\",\"for_s\":7860.5,\"by\":\"li\"},"
		  "{\"field\":\"all\",\"for_s\":0,\"by\":\"\"},{\"field\":\"batch:\\n\",\"for_s\":1,\"by\":\"\\u001b\"}"
		  ","
		  "7]}",
		  0,
		  "  Paused: template “overdue”, for 2 h 11 min, by li; “hongyan resume --template overdue” ends it.\n"
		  "  Paused: everything; “hongyan resume --all” ends it.\n"
		  "  Paused: batch “?”, for 1.0 s, by  ; “hongyan resume --batch  ” ends it.\n"
		  "  Paused: (something unknown); “hongyan resume” ends it.\n\n" },
		{ "an account is paused",
		  "{\"accounts\":[{\"name\":\"a\",\"state\":\"up\",\"operator\":{\"state\":\"paused\",\"for_s\":60,"
		  "\"by\":\"li\",\"reason\":\"complaints\"}},{\"name\":\"b\",\"state\":\"up\"}]}",
		  0,
		  "  Paused: account a, for 1 min 0 s, by li (complaints); “hongyan accounts resume a” ends it.\n\n" },
		{ "all accounts are stopped by operators",
		  "{\"accounts\":[{\"name\":\"a\",\"state\":\"up\",\"operator\":{\"state\":\"paused\"}},"
		  "{\"name\":\"b\",\"state\":\"down\",\"operator\":{\"state\":\"drained\"}}]}",
		  1,
		  "  ! nothing is sent, since operators have stopped a (paused), b (drained); “hongyan accounts resume "
		  "NAME” lets one go on\n"
		  "  Paused: account a; “hongyan accounts resume a” ends it.\n"
		  "  Paused: account b (drained); “hongyan accounts resume b” ends it.\n\n" },
		{ "one is paused, the other down",
		  "{\"accounts\":[{\"name\":\"a\",\"state\":\"up\",\"operator\":{\"state\":\"paused\"}},"
		  "{\"name\":\"b\",\"state\":\"down\"}]}",
		  2,
		  "  ! account b is down (no reason given); it goes on trying\n"
		  "  ! nothing is sent, since operators have stopped a (paused), and no other account is up; “hongyan "
		  "accounts resume NAME” lets one go on\n"
		  "  Paused: account a; “hongyan accounts resume a” ends it.\n\n" },
		{ "escapes for terminals", "{\"redis\":{\"up\":false,\"reason\":\"a\\u001b[2J\\u009bb\\u007f\\n\"}}", 1,
		  "  ! Redis cannot be used (a [2J  b  ): nothing is read or settled\n\n" },
		{ "wrong types",
		  "{\"workers\":\"x\",\"redis\":{\"up\":1,\"reason\":[]},\"accounts\":[1,null],\"totals\":7}", 5,
		  NULL },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unsigned count;
		char *text = page_for(rows[i].change, &count);
		cr_expect_eq(count, rows[i].want, "%s: %u\n%s", rows[i].name, count, text);
		char heading[32] = "All is well.\n";
		if (rows[i].want != 0)
			snprintf(heading, sizeof heading, "WRONG: %u\n", rows[i].want);
		size_t heading_len = strlen(heading);
		cr_assert_eq(strncmp(text, heading, heading_len), 0, "%s: %s", rows[i].name, text);
		if (rows[i].want_lines)
			cr_expect_eq(strncmp(text + heading_len, rows[i].want_lines, strlen(rows[i].want_lines)), 0,
				     "%s: %s", rows[i].name, text);
		free(text);
	}
}

/* A text longer than the page has room for is cut between characters. */
Test(cli_status_page, long_texts_are_cut)
{
	char change[2048] = "{\"redis\":{\"up\":false,\"reason\":\"";
	for (unsigned i = 0; i < 400; i++)
		memcpy(change + strlen(change), "\xE9\xB8\xBF", 4);
	memcpy(change + strlen(change), "\"}}", 4);
	unsigned count;
	char *text = page_for(change, &count);
	cr_expect_eq(count, 1);
	cr_expect_not_null(strstr(text, "\xE9\xB8\xBF): nothing"), "%s", text);
	free(text);
}

Test(cli_status_page, knows_a_status)
{
	static const struct {
		const char *name, *json;
		bool want;
	} rows[] = {
		{ "a status", well, true },
		{ "another object", "{\"ready\":true}", false },
		{ "an array", "[]", false },
		{ "without accounts", "{\"version\":\"1\",\"lanes\":{},\"redis\":{}}", false },
		{ "bare", "{\"version\":\"1\",\"lanes\":{},\"redis\":{},\"accounts\":[]}", true },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		json_t *status = json_loads(rows[i].json, 0, NULL);
		cr_expect_eq(cli_status_is_status(status), rows[i].want, "%s", rows[i].name);
		json_decref(status);
	}
	cr_expect(!cli_status_is_status(NULL));
}
