/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Books in which nothing is wrong but what a row plants. */

#define NUMBER_A "13900000001"
#define NUMBER_B "13900000002"
#define NUMBER_C "13900000003"

/* A producer's line, without and with the text that must arrive, and with the entry that XADD gave. */
#define ADD(id, to)        "{\"id\":\"" id "\",\"to\":\"" to "\",\"template\":\"t\"}\n"
#define ADD_TEXT(id, to)   "{\"id\":\"" id "\",\"to\":\"" to "\",\"template\":\"t\",\"text\":\"text " id "\"}\n"
#define ADD_MORE(id, more) "{\"id\":\"" id "\",\"to\":\"" NUMBER_A "\",\"template\":\"t\"," more "}\n"
#define ADDED(id, to, seq)                                                                                    \
	"{\"entry\":\"1770940800000-" seq "\",\"stream\":\"{hongyan}:alerts:normal\",\"alert\":{\"id\":\"" id \
	"\",\"to\":\"" to "\"}}\n"

/* A carrier's line, one second later. */
#define GOT(to, ref, text) GOT_MORE(to, ref, text, "\"copy\":1")
#define GOT_MORE(to, ref, text, more)                                                                                  \
	"{\"to\":\"86" to "\",\"text\":\"text " text "\",\"at\":1770940801000.250,\"message_ids\":[\"" ref "\"]," more \
	"}\n"

#define EVENT(id, seq, kind, more)                                                                                     \
	"{\"id\":\"" id "\",\"entry\":\"1770940800000-" seq "\",\"stream\":\"normal\",\"event\":\"" kind "\"" more "}" \
	"\n"
#define ACCEPTED(id, seq, ref)  EVENT(id, seq, "accepted", ",\"refs\":[\"" ref "\"]")
#define AMBIGUOUS(id, seq, ref) EVENT(id, seq, "accepted", ",\"refs\":[\"" ref "\"],\"ambiguous\":true")

/* At a second of that minute; and an alert that died and was put back. */
#define EVENT_AT(id, seq, kind, s) EVENT(id, seq, kind, ",\"at\":\"2026-02-13T00:00:0" s ".250Z\"")
#define PUT_BACK(id, seq)          EVENT_AT(id, seq, "dead", "1") EVENT_AT(id, seq, "requeued", "2")
#define TWO_ACCEPTED_AT            EVENT_AT("a", "1", "accepted", "2") EVENT_AT("b", "2", "accepted", "2")

#define FIVE_GOT                 \
	GOT(NUMBER_A, "r1", "a") \
	GOT(NUMBER_A, "r1", "a") GOT(NUMBER_A, "r2", "a") GOT(NUMBER_A, "", "a") GOT(NUMBER_A, "", "a")
#define TWENTY_GOT FIVE_GOT FIVE_GOT FIVE_GOT FIVE_GOT

#define TWO_ADDED    ADD_TEXT("a", NUMBER_A) ADD_TEXT("b", NUMBER_B)
#define TWO_GOT      GOT(NUMBER_A, "r1", "a") GOT(NUMBER_B, "r2", "b")
#define TWO_ACCEPTED ACCEPTED("a", "1", "r1") ACCEPTED("b", "2", "r2")

struct row {
	const char *name;
	const char *produced;
	const char *carrier;
	const char *events; /* NULL = none */
	enum audit_result want;
	const char *want_counts; /* “lost=1 pending=2”; those that are not named must be 0 */
	const char *want_case;   /* part of the first case; NULL = there is none */
};

static const struct row rows[] = {
	{ "clean", TWO_ADDED, TWO_GOT, TWO_ACCEPTED, AUDIT_CLEAN, "accepted=2", NULL },
	{ "clean without texts", ADD("a", NUMBER_A) ADD("b", NUMBER_B), TWO_GOT, TWO_ACCEPTED, AUDIT_CLEAN,
	  "accepted=2", NULL },
	{ "clean without events", TWO_ADDED, TWO_GOT, NULL, AUDIT_CLEAN, "", NULL },
	{ "clean by entry", ADDED("a", NUMBER_A, "1") ADDED("b", NUMBER_B, "2"), TWO_GOT, TWO_ACCEPTED, AUDIT_CLEAN,
	  "accepted=2", NULL },
	{ "the same file twice", ADDED("a", NUMBER_A, "1") ADDED("a", NUMBER_A, "1"), GOT(NUMBER_A, "r1", "a"),
	  ACCEPTED("a", "1", "r1"), AUDIT_CLEAN, "accepted=1", NULL },
	{ "a CDR of another form", ADD("a", NUMBER_A) ADD("b", NUMBER_B),
	  "{\"destination\":\"+86" NUMBER_A "\",\"message_id\":17}\n{\"dest\":8613900000002,\"message_id\":\"AB\"}\n",
	  ACCEPTED("a", "1", "17") ACCEPTED("b", "2", "ab"), AUDIT_CLEAN, "accepted=2", NULL },
	{ "ids that the carrier writes otherwise", TWO_ADDED, TWO_GOT,
	  ACCEPTED("a", "1", "x1") ACCEPTED("b", "2", "x2"), AUDIT_CLEAN, "accepted=2", NULL },
	{ "one id for all numbers of a request", ADD("a", NUMBER_A) ADD("b", NUMBER_B),
	  GOT(NUMBER_A, "biz", "x") GOT(NUMBER_B, "biz", "x"),
	  ACCEPTED("a", "1", "biz/3900000001") ACCEPTED("b", "2", "biz/3900000002"), AUDIT_CLEAN, "accepted=2", NULL },
	{ "one id for all numbers of a request, lost, another one to the same number came twice",
	  ADD("a", NUMBER_A) ADD("b", NUMBER_A) ADD("c", NUMBER_C),
	  GOT(NUMBER_A, "biz1", "a") GOT(NUMBER_A, "biz1", "a") GOT(NUMBER_C, "biz1", "c"),
	  ACCEPTED("a", "1", "biz1/3900000001") ACCEPTED("b", "2", "biz2/3900000001")
		  ACCEPTED("c", "3", "biz1/3900000003"),
	  AUDIT_VIOLATED, "accepted=3 lost=1 duplicates_unexplained=1", "neither such an id" },
	{ "an id with a slash of its own", TWO_ADDED, GOT(NUMBER_A, "r/3900000009", "a") GOT(NUMBER_B, "r", "b"),
	  ACCEPTED("a", "1", "r/3900000009") ACCEPTED("b", "2", "r"), AUDIT_CLEAN, "accepted=2", NULL },
	{ "an id that two carriers gave", TWO_ADDED, GOT(NUMBER_A, "r", "a") GOT(NUMBER_B, "r", "b"),
	  ACCEPTED("b", "2", "r") ACCEPTED("a", "1", "r"), AUDIT_CLEAN, "accepted=2", NULL },
	{ "withdrawals are no alerts", TWO_ADDED "{\"cancel\":\"a\"}\n{\"cancel_batch\":\"x\"}\n", TWO_GOT,
	  TWO_ACCEPTED, AUDIT_CLEAN, "accepted=2 controls=2", NULL },
	{ "other events", TWO_ADDED, TWO_GOT,
	  TWO_ACCEPTED EVENT("a", "1", "polished", "") EVENT("c", "9", "accepted", ",\"refs\":[\"r9\"]"), AUDIT_CLEAN,
	  "accepted=2 events_of_others=1", NULL },
	{ "receipts", TWO_ADDED, TWO_GOT,
	  TWO_ACCEPTED EVENT("a", "1", "delivered", "") EVENT("a", "1", "delivered", "")
		  EVENT("b", "2", "undelivered", ""),
	  AUDIT_CLEAN, "accepted=2 delivered=1 undelivered=1", NULL },

	{ "lost at the carrier", TWO_ADDED, GOT(NUMBER_A, "r1", "a"), TWO_ACCEPTED, AUDIT_VIOLATED, "accepted=2 lost=1",
	  "its event says accepted, with the carrier's ids; at the carrier there is neither such an id nor such a "
	  "message" },
	{ "lost in the gateway", TWO_ADDED, GOT(NUMBER_A, "r1", "a"), ACCEPTED("a", "1", "r1"), AUDIT_VIOLATED,
	  "accepted=1 lost=1", "no event closes it" },
	{ "lost in the gateway, by entry", ADDED("a", NUMBER_A, "1") ADDED("b", NUMBER_B, "2"),
	  GOT(NUMBER_A, "r1", "a"), ACCEPTED("a", "1", "r1"), AUDIT_VIOLATED, "accepted=1 lost=1",
	  "no event closes it" },
	{ "lost, and there are no events", TWO_ADDED, GOT(NUMBER_A, "r1", "a"), NULL, AUDIT_VIOLATED, "lost=1",
	  "it is not at the carrier" },
	{ "lost as a duplicate of itself", TWO_ADDED, GOT(NUMBER_A, "r1", "a"),
	  ACCEPTED("a", "1", "r1") EVENT("b", "2", "duplicate", ""), AUDIT_VIOLATED, "accepted=1 duplicate=1 lost=1",
	  "closed as duplicate, but neither" },
	{ "sent, and closed as a duplicate only", TWO_ADDED, TWO_GOT,
	  ACCEPTED("a", "1", "r1") EVENT("b", "2", "duplicate", ""), AUDIT_VIOLATED,
	  "accepted=1 duplicate=1 unclosed=1",
	  "it is closed as duplicate, and no event tells of what was sent (unless that was before" },
	{ "sent in doubt, and closed as a duplicate only", TWO_ADDED, TWO_GOT,
	  ACCEPTED("a", "1", "r1") EVENT("b", "2", "duplicate", ",\"ambiguous\":true"), AUDIT_VIOLATED,
	  "accepted=1 duplicate=1 unclosed=1", "no event tells of what was sent" },
	{ "lost, another one to the same number came twice", ADD("a", NUMBER_A) ADD("b", NUMBER_A) ADD("c", NUMBER_C),
	  GOT(NUMBER_A, "r1", "a") GOT(NUMBER_A, "r9", "a") GOT(NUMBER_C, "r3", "c"),
	  ACCEPTED("a", "1", "r1") ACCEPTED("b", "2", "r2") ACCEPTED("c", "3", "r3"), AUDIT_VIOLATED,
	  "accepted=3 lost=1 duplicates_unexplained=1", "neither such an id" },
	{ "not whole at the carrier", TWO_ADDED,
	  GOT(NUMBER_A, "r1", "a") GOT_MORE(NUMBER_B, "r2", "b", "\"incomplete\":true,\"missing\":[2]"), TWO_ACCEPTED,
	  AUDIT_VIOLATED, "accepted=2 incomplete=1 lost=1", "it is not whole" },
	{ "not whole, as its end says", TWO_ADDED,
	  GOT(NUMBER_A, "r1", "a") GOT_MORE(NUMBER_B, "r2", "b", "\"incomplete\":true"),
	  ACCEPTED("a", "1", "r1")
		  EVENT("b", "2", "dead", ",\"refs\":[\"r2\",\"\"],\"reason\":\"rejected: by the carrier\""),
	  AUDIT_CLEAN, "accepted=1 dead=1 incomplete=1", NULL },
	{ "a requeued one is lost", TWO_ADDED, GOT(NUMBER_A, "r1", "a"),
	  ACCEPTED("a", "1", "r1") EVENT("b", "2", "dead", ",\"reason\":\"no_route\"") EVENT("b", "2", "requeued", ""),
	  AUDIT_VIOLATED, "accepted=1 lost=1", "no event closes it" },

	{ "phantom", TWO_ADDED, TWO_GOT GOT(NUMBER_C, "r3", "c"), TWO_ACCEPTED, AUDIT_VIOLATED, "accepted=2 phantom=1",
	  "carrier.jsonl:3, 2026-02-13T00:00:01Z: no producer's alert leads to it" },
	{ "phantom of another producer", TWO_ADDED, TWO_GOT GOT(NUMBER_C, "r3", "c"),
	  TWO_ACCEPTED ACCEPTED("c", "3", "r3"), AUDIT_VIOLATED, "accepted=2 phantom=1 events_of_others=1",
	  "an event names it" },
	{ "phantom to a known number", TWO_ADDED, TWO_GOT GOT(NUMBER_A, "r3", "c"), TWO_ACCEPTED, AUDIT_VIOLATED,
	  "accepted=2 phantom=1", "carrier.jsonl:3" },

	{ "wrong number", TWO_ADDED, GOT(NUMBER_C, "r1", "a") GOT(NUMBER_B, "r2", "b"), TWO_ACCEPTED, AUDIT_VIOLATED,
	  "accepted=2 wrong=1", "went to another number: " },
	{ "two numbers exchanged", ADD("a", NUMBER_A) ADD("b", NUMBER_B),
	  GOT(NUMBER_B, "r1", "a") GOT(NUMBER_A, "r2", "b"), TWO_ACCEPTED, AUDIT_VIOLATED, "accepted=2 wrong=2",
	  "went to another number: " },
	{ "wrong text", TWO_ADDED, GOT(NUMBER_A, "r1", "b") GOT(NUMBER_B, "r2", "b"), TWO_ACCEPTED, AUDIT_VIOLATED,
	  "accepted=2 wrong=1", "went out with another text: " },
	{ "wrong text without ids", TWO_ADDED, GOT(NUMBER_A, "", "b") GOT(NUMBER_B, "", "b"),
	  ACCEPTED("a", "1", "") ACCEPTED("b", "2", ""), AUDIT_VIOLATED, "accepted=2 wrong=1",
	  "went out with another text" },
	{ "an id produced in two ways", ADD("a", NUMBER_A) ADD("a", NUMBER_B), GOT(NUMBER_B, "r1", "a"),
	  ACCEPTED("a", "2", "r1") EVENT("a", "1", "duplicate", ""), AUDIT_CLEAN,
	  "accepted=1 duplicate=1 produced_again=1 produced_differently=1", NULL },

	{ "twice, unexplained", TWO_ADDED, TWO_GOT GOT(NUMBER_A, "r1", "a"), TWO_ACCEPTED, AUDIT_VIOLATED,
	  "accepted=2 duplicates_unexplained=1", "at the carrier 2 times, and no event of it says “ambiguous”" },
	{ "twice with another id", TWO_ADDED, TWO_GOT GOT(NUMBER_A, "r3", "a"), TWO_ACCEPTED, AUDIT_VIOLATED,
	  "accepted=2 duplicates_unexplained=1", "at the carrier 2 times" },
	{ "twice without a text", ADD("a", NUMBER_A),
	  "{\"to\":\"" NUMBER_A "\",\"message_id\":\"r1\"}\n{\"to\":\"" NUMBER_A "\",\"message_id\":\"r2\"}\n",
	  ACCEPTED("a", "1", "r1"), AUDIT_VIOLATED, "accepted=1 duplicates_unexplained=1", "at the carrier 2 times" },
	{ "twice, explained", TWO_ADDED, TWO_GOT GOT(NUMBER_A, "r3", "a"),
	  AMBIGUOUS("a", "1", "r1") ACCEPTED("b", "2", "r2"), AUDIT_CLEAN, "accepted=2 duplicates_explained=1", NULL },
	{ "three times, explained", TWO_ADDED, TWO_GOT GOT(NUMBER_A, "r3", "a") GOT(NUMBER_A, "r4", "a"),
	  AMBIGUOUS("a", "1", "r1") ACCEPTED("b", "2", "r2"), AUDIT_CLEAN, "accepted=2 duplicates_explained=2", NULL },
	{ "twenty copies, explained", ADD("a", NUMBER_A), GOT(NUMBER_A, "r1", "a") TWENTY_GOT,
	  AMBIGUOUS("a", "1", "r1"), AUDIT_CLEAN, "accepted=1 duplicates_explained=20", NULL },
	{ "twenty-one, which is too much for one doubt", ADD("a", NUMBER_A),
	  GOT(NUMBER_A, "r1", "a") GOT(NUMBER_A, "r1", "a") TWENTY_GOT, AMBIGUOUS("a", "1", "r1"), AUDIT_VIOLATED,
	  "accepted=1 duplicates_explained=20 duplicates_unexplained=1",
	  "at the carrier 22 times, and its events that say “ambiguous” explain 20 copies only" },
	{ "twenty-one, in doubt and sent on by a human", ADD("a", NUMBER_A),
	  GOT(NUMBER_A, "r1", "a") GOT(NUMBER_A, "r1", "a") TWENTY_GOT,
	  EVENT("a", "1", "held", ",\"ambiguous\":true") AMBIGUOUS("a", "1", "r1"), AUDIT_CLEAN,
	  "accepted=1 duplicates_explained=21", NULL },
	{ "a segment twice", TWO_ADDED, TWO_GOT GOT_MORE(NUMBER_A, "r3", "a", "\"incomplete\":true,\"repeat\":true"),
	  TWO_ACCEPTED, AUDIT_VIOLATED, "accepted=2 incomplete=1 duplicates_unexplained=1",
	  "single segments once more" },
	{ "the producer's own duplicate", TWO_ADDED ADD_TEXT("a", NUMBER_A), TWO_GOT,
	  TWO_ACCEPTED EVENT("a", "3", "duplicate", ""), AUDIT_CLEAN, "accepted=2 duplicate=1 produced_again=1", NULL },
	{ "the producer's own duplicate is sent too", TWO_ADDED ADD_TEXT("a", NUMBER_A),
	  TWO_GOT GOT(NUMBER_A, "r3", "a"), TWO_ACCEPTED EVENT("a", "3", "duplicate", ""), AUDIT_VIOLATED,
	  "accepted=2 duplicate=1 produced_again=1 duplicates_unexplained=1", "at the carrier 2 times" },
	{ "the producer's own duplicate vanishes", TWO_ADDED ADD_TEXT("a", NUMBER_A), TWO_GOT, TWO_ACCEPTED,
	  AUDIT_VIOLATED, "accepted=2 produced_again=1 unclosed=1", "of 1 more of its entries no event tells" },
	{ "sent again after it expired", ADD("a", NUMBER_A) ADD("a", NUMBER_A), GOT(NUMBER_A, "r1", "a"),
	  EVENT("a", "1", "expired", "") ACCEPTED("a", "2", "r1"), AUDIT_CLEAN, "accepted=1 expired=1 produced_again=1",
	  NULL },

	{ "closed twice", TWO_ADDED, TWO_GOT, TWO_ACCEPTED EVENT("a", "1", "dead", ",\"reason\":\"attempts: 10\""),
	  AUDIT_VIOLATED, "accepted=1 dead=1 closed_twice=1 stale=1", "closed as dead, and yet at the carrier" },
	{ "accepted twice", TWO_ADDED, TWO_GOT, TWO_ACCEPTED ACCEPTED("b", "2", "r2"), AUDIT_VIOLATED,
	  "accepted=2 closed_twice=1", "2 closing events; the first says accepted, the last accepted" },
	{ "not twice: one is of another lane", TWO_ADDED ADD_TEXT("a", NUMBER_A), TWO_GOT,
	  TWO_ACCEPTED "{\"id\":\"a\",\"entry\":\"1770940800000-1\",\"stream\":\"bulk\",\"event\":\"duplicate\"}\n",
	  AUDIT_CLEAN, "accepted=2 duplicate=1 produced_again=1", NULL },
	{ "not twice: a reader wrote it again", TWO_ADDED, TWO_GOT,
	  EVENT_AT("a", "1", "held", "1") EVENT_AT("a", "1", "accepted", "2")
		  TWO_ACCEPTED_AT EVENT_AT("a", "1", "held", "1") EVENT_AT("a", "1", "accepted", "2") TWO_ACCEPTED_AT,
	  AUDIT_CLEAN, "accepted=2", NULL },
	{ "a reader wrote again what was put back", ADD("a", NUMBER_A), GOT(NUMBER_A, "r1", "a"),
	  PUT_BACK("a", "1") EVENT_AT("a", "1", "accepted", "3") PUT_BACK("a", "1") EVENT_AT("a", "1", "accepted", "3"),
	  AUDIT_CLEAN, "accepted=1", NULL },
	{ "a reader wrote again the end of what was put back", ADD("a", NUMBER_A), GOT(NUMBER_A, "r1", "a"),
	  PUT_BACK("a", "1") EVENT_AT("a", "1", "accepted", "3") EVENT_AT("a", "1", "requeued", "2"), AUDIT_CLEAN,
	  "accepted=1", NULL },
	{ "lost, and its death is written again", ADD("a", NUMBER_A), "",
	  PUT_BACK("a", "1") EVENT_AT("a", "1", "dead", "1"), AUDIT_VIOLATED, "lost=1", "no event closes it" },
	{ "twice, at two times", TWO_ADDED, TWO_GOT, TWO_ACCEPTED_AT EVENT_AT("a", "1", "accepted", "4"),
	  AUDIT_VIOLATED, "accepted=2 closed_twice=1", "2 closing events" },
	{ "twice, in two ways at one time", TWO_ADDED, TWO_GOT, TWO_ACCEPTED_AT EVENT_AT("a", "1", "duplicate", "2"),
	  AUDIT_VIOLATED, "accepted=1 duplicate=1 closed_twice=1 unclosed=1", "2 closing events" },
	{ "not twice: it was put back", TWO_ADDED, TWO_GOT,
	  EVENT("a", "1", "dead", ",\"reason\":\"no_route: x\"") EVENT("a", "1", "requeued", "") TWO_ACCEPTED,
	  AUDIT_CLEAN, "accepted=2", NULL },

	{ "cancelled, and sent", TWO_ADDED, TWO_GOT, EVENT("a", "1", "cancelled", "") ACCEPTED("b", "2", "r2"),
	  AUDIT_VIOLATED, "accepted=1 cancelled=1 stale=1", "closed as cancelled, and yet at the carrier: " },
	{ "superseded, and sent, without texts", ADD("a", NUMBER_A) ADD("b", NUMBER_B), TWO_GOT,
	  EVENT("a", "1", "superseded", "") ACCEPTED("b", "2", "r2"), AUDIT_VIOLATED, "accepted=1 superseded=1 stale=1",
	  "closed as superseded, and yet" },
	{ "expired, and perhaps sent", TWO_ADDED, TWO_GOT,
	  EVENT("a", "1", "expired", ",\"ambiguous\":true") ACCEPTED("b", "2", "r2"), AUDIT_CLEAN,
	  "accepted=1 expired=1", NULL },
	{ "suppressed, and not sent", TWO_ADDED, GOT(NUMBER_B, "r2", "b"),
	  EVENT("a", "1", "suppressed", "") ACCEPTED("b", "2", "r2"), AUDIT_CLEAN, "accepted=1 suppressed=1", NULL },
	{ "sent behind its end", ADD_MORE("a", "\"expires_at\":\"2026-02-13T07:59:55+08:00\""),
	  GOT(NUMBER_A, "r1", "a"), ACCEPTED("a", "1", "r1"), AUDIT_VIOLATED, "accepted=1 stale=1",
	  "at the carrier 6 s behind its expires_at" },
	{ "an end behind 2106", ADD_MORE("a", "\"expires_at\":\"2162-03-22T14:28:06+08:00\""), GOT(NUMBER_A, "r1", "a"),
	  ACCEPTED("a", "1", "r1"), AUDIT_CLEAN, "accepted=1", NULL },
	{ "sent before its end", ADD_MORE("a", "\"expires_at\":\"2026-02-13T08:00:01+08:00\""),
	  GOT(NUMBER_A, "r1", "a"), ACCEPTED("a", "1", "r1"), AUDIT_CLEAN, "accepted=1", NULL },

	{ "times that can't be read", TWO_ADDED,
	  "{\"to\":\"" NUMBER_A "\",\"text\":\"text a\",\"at\":\"13.02.2026 08:00\",\"message_id\":\"r1\"}\n"
	  "{\"to\":\"" NUMBER_B "\",\"text\":\"text b\",\"time\":\"2026-02-13 08:00:00\",\"message_id\":\"r2\"}\n",
	  TWO_ACCEPTED, AUDIT_CLEAN, "accepted=2 times_unreadable=2", NULL },
	{ "no times", TWO_ADDED,
	  "{\"to\":\"" NUMBER_A "\",\"text\":\"text a\",\"at\":null}\n{\"to\":\"" NUMBER_B "\",\"text\":\"text b\"}\n",
	  TWO_ACCEPTED, AUDIT_CLEAN, "accepted=2", NULL },
	{ "held", TWO_ADDED, GOT(NUMBER_A, "r1", "a"),
	  ACCEPTED("a", "1", "r1") EVENT("b", "2", "held", ",\"ambiguous\":true"), AUDIT_INCOMPLETE,
	  "accepted=1 held=1 pending=1", NULL },
	{ "held, then released", TWO_ADDED, TWO_GOT, EVENT("b", "2", "held", ",\"ambiguous\":true") TWO_ACCEPTED,
	  AUDIT_CLEAN, "accepted=2", NULL },
	{ "not closed, but at the carrier", TWO_ADDED, TWO_GOT, ACCEPTED("a", "1", "r1"), AUDIT_VIOLATED,
	  "accepted=1 unclosed=1", "carrier.jsonl:2" },
	{ "an alert without an id", "{\"entry\":\"1770940800000-7\",\"stream\":\"normal\",\"alert\":{\"to\":5}}\n", "",
	  "{\"entry\":\"1770940800000-7\",\"stream\":\"normal\",\"event\":\"dead\",\"reason\":\"bad_alert: x\"}\n",
	  AUDIT_CLEAN, "dead=1", NULL },
	{ "numbers of many digits, and a NUL",
	  ADD_MORE("a", "\"params\":{\"n\":123456789012345678901234567890,\"t\":\"x\\u0000y\"}"),
	  GOT(NUMBER_A, "r1", "a"), ACCEPTED("a", "1", "r1"), AUDIT_CLEAN, "accepted=1", NULL },
	{ "nothing at all", "", "", "", AUDIT_INCOMPLETE, "", NULL },
	{ "nothing but withdrawals", "{\"cancel\":\"a\"}\n", "", NULL, AUDIT_INCOMPLETE, "controls=1", NULL },
	{ "nothing produced, and sent all the same", "", GOT(NUMBER_A, "r1", "a"), "", AUDIT_VIOLATED, "phantom=1",
	  "no producer's alert leads to it" },
	{ "violation before pending", TWO_ADDED ADD("c", NUMBER_C), GOT(NUMBER_A, "r1", "a"),
	  TWO_ACCEPTED EVENT("c", "3", "held", ""), AUDIT_VIOLATED, "accepted=2 lost=1 held=1 pending=1", "accepted" },
};

/* -- running one -- */

struct folder {
	char path[64];
};

static struct folder make_folder(void)
{
	struct folder folder;
	const char *tmp = getenv("TMPDIR");
	snprintf(folder.path, sizeof folder.path, "%s/audit.XXXXXX", tmp && strlen(tmp) < 40 ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(folder.path));
	cr_assert_eq(chdir(folder.path), 0);
	return folder;
}

static void remove_folder(const struct folder *folder, const char *const names[])
{
	for (unsigned i = 0; names[i]; i++)
		unlink(names[i]);
	cr_assert_eq(chdir("/"), 0);
	cr_expect_eq(rmdir(folder->path), 0);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	cr_assert_not_null(file);
	fputs(text, file);
	cr_assert_eq(fclose(file), 0);
}

struct answer {
	enum audit_result result;
	char *out;
	char *err;
};

static struct answer audit(const struct audit_options *options)
{
	struct answer answer = { .out = NULL };
	size_t out_len;
	size_t err_len;
	FILE *out = open_memstream(&answer.out, &out_len);
	FILE *err = open_memstream(&answer.err, &err_len);
	answer.result = audit_run(options, out, err);
	fclose(out);
	fclose(err);
	return answer;
}

static void answer_fini(struct answer *answer)
{
	free(answer->out);
	free(answer->err);
}

/* The count that a row wants, 0 where it names none. */
static json_int_t wanted(const char *counts, const char *name)
{
	size_t len = strlen(name);
	for (const char *at = counts; *at; at += strcspn(at, " "), at += *at == ' ')
		if (strncmp(at, name, len) == 0 && at[len] == '=')
			return strtoll(at + len + 1, NULL, 10);
	return 0;
}

static void check_counts(const struct row *row, const json_t *report)
{
	static const char *const names[] = {
		"produced_again",
		"controls",
		"accepted",
		"expired",
		"cancelled",
		"superseded",
		"suppressed",
		"duplicate",
		"dead",
		"delivered",
		"undelivered",
		"held",
		"pending",
		"incomplete",
		"lost",
		"phantom",
		"wrong",
		"stale",
		"closed_twice",
		"unclosed",
		"duplicates_unexplained",
		"duplicates_explained",
		"produced_differently",
		"events_of_others",
		"times_unreadable",
	};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const json_t *count = json_object_get(report, names[i]);
		cr_expect(json_is_integer(count), "%s: there is no %s", row->name, names[i]);
		cr_expect_eq(json_integer_value(count), wanted(row->want_counts, names[i]), "%s: %s is %lld", row->name,
			     names[i], (long long)json_integer_value(count));
	}
}

static void check_row(const struct row *row)
{
	struct audit_options options = { .produced = "produced.jsonl", .carrier = "carrier.jsonl", .wants_json = true };
	write_file("produced.jsonl", row->produced);
	write_file("carrier.jsonl", row->carrier);
	if (row->events) {
		write_file("events.jsonl", row->events);
		options.events = "events.jsonl";
	}
	struct answer answer = audit(&options);
	cr_expect_eq(answer.result, row->want, "%s: result %d: %s%s", row->name, answer.result, answer.out, answer.err);
	cr_expect_str_eq(answer.err, "", "%s: %s", row->name, answer.err);
	json_t *report = json_loads(answer.out, JSON_REJECT_DUPLICATES, NULL);
	check_counts(row, report);
	const json_t *first = json_array_get(json_object_get(report, "cases"), 0);
	const char *found = json_string_value(json_object_get(first, "found"));
	cr_expect_eq(found != NULL, row->want_case != NULL, "%s: the first case is %s", row->name, found);
	cr_expect(found == NULL || row->want_case == NULL || strstr(found, row->want_case), "%s: found is “%s”",
		  row->name, found);
	json_decref(report);
	answer_fini(&answer);
	options.wants_json = false;
	answer = audit(&options);
	cr_expect_eq(answer.result, row->want, "%s: as text: result %d", row->name, answer.result);
	cr_expect(row->want_case == NULL || strstr(answer.out, row->want_case), "%s: text:\n%s", row->name, answer.out);
	cr_expect_null(strstr(answer.out, "1390000000"), "%s: a number is not masked:\n%s", row->name, answer.out);
	cr_expect_null(strstr(answer.out, "text a"), "%s: a text is shown:\n%s", row->name, answer.out);
	answer_fini(&answer);
}

Test(audit, rows)
{
	static const char *const names[] = { "produced.jsonl", "carrier.jsonl", "events.jsonl", NULL };
	struct folder folder = make_folder();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_row(&rows[i]);
	remove_folder(&folder, names);
}

/* The whole page once, as people read it. */
Test(audit, page)
{
	static const char *const names[] = { "p", "c", "e", NULL };
	struct folder folder = make_folder();
	write_file("p", ADDED("a", NUMBER_A, "1") ADDED("b\\u001b[2J", NUMBER_B, "2") ADDED("c", NUMBER_C, "3"));
	write_file("c", GOT(NUMBER_A, "r1", "a") "{\"to\":\"" NUMBER_A "\",\"message_id\":\"r1\",\"incomplete\":true,"
						 "\"at\":\"at noon\"}\n");
	write_file("e", ACCEPTED("a", "1", "r1") EVENT("c", "3", "dead", ",\"reason\":\"no_route: there is none\""));
	struct answer answer = audit(&(struct audit_options){ .produced = "p", .carrier = "c", .events = "e" });
	cr_expect_eq(answer.result, AUDIT_VIOLATED);
	cr_expect_str_eq(
		answer.out,
		"produced                  3\n"
		"accepted                  1\n"
		"dead                      1\n"
		"  no_route                1\n"
		"pending                   0\n"
		"at the carrier            1\n"
		"  not whole               1\n"
		"latency        p50 1000 ms, p99 1000 ms (from XADD to the carrier, 1)\n"
		"\n"
		"LOST: 1\n"
		"  ! “b?[2J” to 139****0002, entry 1770940800000-2@normal: no event closes it, whether it is pending "
		"is "
		"not known, and it is not at the carrier\n"
		"  → Look for the entry in the gateway's logs and in the event stream, and ask the carrier for the "
		"number; then add the alert again under a new id.\n"
		"\nNote: 1 message has no readable time; whether it came too late was not checked.\n"
		"\nVIOLATED\n",
		"%s", answer.out);
	answer_fini(&answer);
	remove_folder(&folder, names);
}

/* Copies that an event explains are no finding, but are told of: alerts with the most copies first. */
Test(audit, explained)
{
	static const char *const names[] = { "p", "c", "e", NULL };
	struct folder folder = make_folder();
	write_file("p", ADD_TEXT("c", NUMBER_C) TWO_ADDED);
	write_file("c", TWO_GOT GOT(NUMBER_C, "r3", "c") GOT(NUMBER_C, "r3", "c") GOT(NUMBER_A, "r4", "a")
				GOT(NUMBER_A, "r5", "a") GOT(NUMBER_B, "r2", "b"));
	write_file("e", AMBIGUOUS("c", "3", "r3") AMBIGUOUS("a", "1", "r1") AMBIGUOUS("b", "2", "r2"));
	struct audit_options options = { .produced = "p", .carrier = "c", .events = "e" };
	struct answer answer = audit(&options);
	cr_expect_eq(answer.result, AUDIT_CLEAN);
	cr_expect_not_null(strstr(answer.out,
				  "\nNote: 4 copies are explained by events that say “ambiguous”; most are of:\n"
				  "  - “a” to 139****0001, entry 1770940800000-1@normal: at the carrier 3 times\n"
				  "  - “c” to 139****0003, entry 1770940800000-3@normal: at the carrier 2 times\n"
				  "  - “b” to 139****0002, entry 1770940800000-2@normal: at the carrier 2 times\n"
				  "\nCLEAN\n"),
			   "%s", answer.out);
	answer_fini(&answer);
	options.wants_json = true;
	answer = audit(&options);
	json_t *report = json_loads(answer.out, 0, NULL);
	const json_t *explained = json_object_get(report, "explained");
	cr_expect_eq(json_array_size(explained), 3);
	cr_expect_str_eq(json_string_value(json_object_get(json_array_get(explained, 0), "found")),
			 "at the carrier 3 times");
	cr_expect_eq(json_array_size(json_object_get(report, "cases")), 0);
	json_decref(report);
	answer_fini(&answer);
	remove_folder(&folder, names);
}

/* Of very many the twenty with the most copies are kept. */
Test(audit, many_explained)
{
	static const char *const names[] = { "p", "c", "e", NULL };
	struct folder folder = make_folder();
	FILE *produced = fopen("p", "w");
	FILE *carrier = fopen("c", "w");
	FILE *events = fopen("e", "w");
	for (unsigned i = 0; i < 100; i++) {
		fprintf(produced, "{\"id\":\"id-%u\",\"to\":\"139%08u\"}\n", i, i);
		for (unsigned k = 0; k < 2u + (i >= 80) + (i == 99); k++)
			fprintf(carrier, "{\"to\":\"139%08u\"}\n", i);
		fprintf(events,
			"{\"id\":\"id-%u\",\"entry\":\"1-%u\",\"stream\":\"bulk\",\"event\":\"accepted\","
			"\"ambiguous\":true}\n",
			i, i);
	}
	fclose(produced);
	fclose(carrier);
	fclose(events);
	struct answer answer =
		audit(&(struct audit_options){ .produced = "p", .carrier = "c", .events = "e", .wants_json = true });
	cr_expect_eq(answer.result, AUDIT_CLEAN, "%s", answer.out);
	json_t *report = json_loads(answer.out, 0, NULL);
	const json_t *explained = json_object_get(report, "explained");
	cr_expect_eq(json_integer_value(json_object_get(report, "duplicates_explained")), 121);
	cr_expect_eq(json_array_size(explained), 20);
	cr_expect_str_eq(json_string_value(json_object_get(json_array_get(explained, 0), "id")), "id-99");
	cr_expect_str_eq(json_string_value(json_object_get(json_array_get(explained, 1), "id")), "id-80");
	cr_expect_str_eq(json_string_value(json_object_get(json_array_get(explained, 19), "id")), "id-98");
	json_decref(report);
	answer_fini(&answer);
	remove_folder(&folder, names);
}

/* An audit that could find nothing says so. */
Test(audit, nothing_audited)
{
	static const char *const names[] = { "p", "e", NULL };
	struct folder folder = make_folder();
	cr_assert_eq(mkdir("d", 0700), 0);
	write_file("p", "");
	write_file("e", ACCEPTED("a", "1", "r1"));
	struct answer answer = audit(&(struct audit_options){ .produced = "d", .carrier = "p", .events = "e" });
	cr_expect_eq(answer.result, AUDIT_INCOMPLETE);
	cr_expect_str_eq(answer.out,
			 "produced                  0\n"
			 "accepted                  0\n"
			 "pending                   0\n"
			 "at the carrier            0\n"
			 "\nNote: 1 event tells of an alert that is not in the producers' files; it is left out.\n"
			 "\nINCOMPLETE: nothing was audited, since the producers' files hold no alert; does --produced "
			 "name the right ones?\n",
			 "%s", answer.out);
	answer_fini(&answer);
	cr_expect_eq(rmdir("d"), 0);
	remove_folder(&folder, names);
}

/* Twenty cases are told, all are counted. */
Test(audit, many_cases)
{
	static const char *const names[] = { "p", "c", NULL };
	struct folder folder = make_folder();
	FILE *file = fopen("p", "w");
	for (unsigned i = 0; i < 50000; i++)
		fprintf(file, "{\"id\":\"id-%u\",\"to\":\"139%08u\"}\n", i, i);
	fclose(file);
	file = fopen("c", "w");
	for (unsigned i = 0; i < 50000; i += 2)
		fprintf(file, "{\"to\":\"139%08u\"}\n", i);
	fclose(file);
	struct answer answer = audit(&(struct audit_options){ .produced = "p", .carrier = "c", .wants_json = true });
	json_t *report = json_loads(answer.out, 0, NULL);
	cr_expect_eq(json_integer_value(json_object_get(report, "produced")), 50000);
	cr_expect_eq(json_integer_value(json_object_get(report, "at_carrier")), 25000);
	cr_expect_eq(json_integer_value(json_object_get(report, "lost")), 25000);
	cr_expect_eq(json_array_size(json_object_get(report, "cases")), 20);
	json_decref(report);
	answer_fini(&answer);
	remove_folder(&folder, names);
}

/* So many alerts for one number, and messages of one id, that anything but a fixed cost for each would take minutes. */
Test(audit, one_number_for_all, .timeout = 120)
{
	static const char *const names[] = { "p", "c", "e", NULL };
	const unsigned count = 60000;
	struct folder folder = make_folder();
	FILE *produced = fopen("p", "w");
	FILE *carrier = fopen("c", "w");
	FILE *events = fopen("e", "w");
	for (unsigned i = 0; i < count; i++) {
		fprintf(produced, "{\"id\":\"id-%u\",\"to\":\"" NUMBER_A "\"}\n", i);
		fprintf(carrier, "{\"to\":\"" NUMBER_A "\",\"text\":\"%u\",\"message_id\":\"0\"}\n", i % 2);
		fprintf(events,
			"{\"id\":\"id-%u\",\"entry\":\"1-%u\",\"stream\":\"bulk\",\"event\":\"accepted\",\"refs\":["
			"\"0\"]}\n",
			i, i);
	}
	fclose(produced);
	fclose(carrier);
	fclose(events);
	struct answer answer = audit(&(struct audit_options){ .produced = "p", .carrier = "c", .wants_json = true });
	cr_expect_eq(answer.result, AUDIT_CLEAN, "%s", answer.out);
	answer_fini(&answer);
	answer = audit(&(struct audit_options){ .produced = "p", .carrier = "c", .events = "e", .wants_json = true });
	json_t *report = json_loads(answer.out, 0, NULL);
	cr_expect_eq(json_integer_value(json_object_get(report, "at_carrier")), count);
	cr_expect_eq(json_integer_value(json_object_get(report, "phantom")), 0);
	json_decref(report);
	answer_fini(&answer);
	remove_folder(&folder, names);
}

/* Several files with commas between them, and a folder. */
Test(audit, several_files)
{
	static const char *const names[] = { "p", "d/2", "d/1", "d/.hidden", "c", NULL };
	struct folder folder = make_folder();
	cr_assert_eq(mkdir("d", 0700), 0);
	write_file("p", ADD("a", NUMBER_A));
	write_file("d/1", ADD("b", NUMBER_B));
	write_file("d/2", ADD("c", NUMBER_C));
	write_file("d/.hidden", "no JSON\n");
	write_file("c", TWO_GOT GOT(NUMBER_C, "r3", "c"));
	struct answer answer = audit(&(struct audit_options){ .produced = "p,d", .carrier = "c", .wants_json = true });
	cr_expect_eq(answer.result, AUDIT_CLEAN, "%s%s", answer.out, answer.err);
	cr_expect_not_null(strstr(answer.out, "\"produced\":3,"), "%s", answer.out);
	answer_fini(&answer);
	for (unsigned i = 0; names[i]; i++)
		unlink(names[i]);
	cr_expect_eq(rmdir("d"), 0);
	remove_folder(&folder, names);
}

/* Of a long path the end is shown, from a whole character on. */
Test(audit, long_path)
{
	static const char name[] =
		"运营商账单运营商账单运营商账单运营商账单运营商账单运营商账单运营商账单运营商账单.jsonl";
	static const char *const names[] = { "p", name, NULL };
	struct folder folder = make_folder();
	write_file("p", "");
	write_file(name, GOT(NUMBER_A, "r1", "a"));
	struct answer answer = audit(&(struct audit_options){ .produced = "p", .carrier = name, .wants_json = true });
	cr_expect_eq(answer.result, AUDIT_VIOLATED);
	json_t *report = json_loads(answer.out, 0, NULL);
	const json_t *first = json_array_get(json_object_get(report, "cases"), 0);
	const char *found = json_string_value(json_object_get(first, "found"));
	cr_expect_not_null(found, "%s", answer.out);
	cr_expect(found && strncmp(found, "单运营商", 12) == 0, "%s", found);
	json_decref(report);
	answer_fini(&answer);
	remove_folder(&folder, names);
}

/* A folder's files are read in the order in which people count: only so an alert that was put back is closed at last. */
Test(audit, order_of_files)
{
	static const char *const names[] = { "p", "c", "d/e-8.jsonl", "d/e-009.jsonl", "d/e-10.jsonl", NULL };
	struct folder folder = make_folder();
	cr_assert_eq(mkdir("d", 0700), 0);
	write_file("p", ADD("a", NUMBER_A));
	write_file("c", GOT(NUMBER_A, "r1", "a"));
	write_file("d/e-8.jsonl", EVENT("a", "1", "dead", ",\"reason\":\"no_route\""));
	write_file("d/e-009.jsonl", EVENT("a", "1", "requeued", ""));
	write_file("d/e-10.jsonl", ACCEPTED("a", "1", "r1"));
	struct answer answer = audit(&(struct audit_options){ .produced = "p", .carrier = "c", .events = "d" });
	cr_expect_eq(answer.result, AUDIT_CLEAN, "%s%s", answer.out, answer.err);
	answer_fini(&answer);
	for (unsigned i = 0; names[i]; i++)
		unlink(names[i]);
	cr_expect_eq(rmdir("d"), 0);
	remove_folder(&folder, names);
}

Test(audit, bad_input)
{
	static const struct bad_row {
		const char *name;
		const char *produced;
		const char *carrier;
		const char *events;
		const char *want;
	} bad_rows[] = {
		{ "broken JSON", ADD("a", NUMBER_A) "{\"id\":\"b\",\"to\":\"13900000002\n", "", "",
		  "p:2: malformed JSON, at octet 27" },
		{ "no id", ADD("a", NUMBER_A) "\n{\"to\":\"13900000002\"}\n", "", "",
		  "p:3: there is no “id” of text, nor “entry” and “stream”" },
		{ "an entry that is none", "{\"id\":\"a\",\"entry\":\"x\",\"stream\":\"normal\"}\n", "", "",
		  "p:1: “entry” is none as XADD gives them, such as “1739404800000-7”" },
		{ "no number", ADD("a", NUMBER_A), GOT(NUMBER_A, "r", "a") "{\"text\":\"x\"}\n", "",
		  "c:2: there is no number: “to” or “destination”" },
		{ "a carrier's line is no object", ADD("a", NUMBER_A), "[]\n", "", "c:1: an object is wanted, “{…}”" },
		{ "no event", ADD("a", NUMBER_A), "", "{\"id\":\"a\"}\n",
		  "e:1: there is no “event”; is this a file of events?" },
		{ "no entry", ADD("a", NUMBER_A), "", "{\"id\":\"a\",\"event\":\"dead\"}\n",
		  "e:1: “entry” is missing, or none such as “1739404800000-7”" },
	};
	static const char *const names[] = { "p", "c", "e", NULL };
	struct folder folder = make_folder();
	for (size_t i = 0; i < sizeof bad_rows / sizeof bad_rows[0]; i++) {
		char want[256];
		write_file("p", bad_rows[i].produced);
		write_file("c", bad_rows[i].carrier);
		write_file("e", bad_rows[i].events);
		struct answer answer = audit(&(struct audit_options){ .produced = "p", .carrier = "c", .events = "e" });
		snprintf(want, sizeof want, "hongyan audit: %s\n", bad_rows[i].want);
		cr_expect_eq(answer.result, AUDIT_BAD_INPUT, "%s: result %d", bad_rows[i].name, answer.result);
		cr_expect_str_eq(answer.err, want, "%s: %s", bad_rows[i].name, answer.err);
		cr_expect_str_eq(answer.out, "", "%s: %s", bad_rows[i].name, answer.out);
		answer_fini(&answer);
	}
	remove_folder(&folder, names);
}

Test(audit, unreachable)
{
	static const char *const names[] = { "p", NULL };
	struct folder folder = make_folder();
	write_file("p", ADD("a", NUMBER_A));
	struct answer answer = audit(&(struct audit_options){ .produced = "p", .carrier = "nowhere" });
	cr_expect_eq(answer.result, AUDIT_BAD_INPUT);
	cr_expect_str_eq(answer.err, "hongyan audit: nowhere: cannot be read: No such file or directory\n", "%s",
			 answer.err);
	answer_fini(&answer);
	answer = audit(
		&(struct audit_options){ .produced = "p", .carrier = "p", .redis = "unix:///nowhere/redis.sock" });
	cr_expect_eq(answer.result, AUDIT_UNREACHABLE);
	cr_expect_str_eq(answer.err, "hongyan audit: Redis cannot be reached: No such file or directory\n", "%s",
			 answer.err);
	answer_fini(&answer);
	answer = audit(&(struct audit_options){ .produced = "p", .carrier = "p", .redis = "http://x:pw@y" });
	cr_expect_eq(answer.result, AUDIT_BAD_URL);
	cr_expect_str_eq(answer.err,
			 "hongyan audit: the URL of Redis is malformed; it is redis://host:port/db, "
			 "rediss://host:port/db or unix:///path?db=0\n",
			 "%s", answer.err);
	cr_expect_null(strstr(answer.err, "pw"), "%s", answer.err);
	answer_fini(&answer);
	remove_folder(&folder, names);
}
