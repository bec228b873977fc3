/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_judge.h"

#include <stdarg.h>
#include <string.h>
#include <time.h>

#define CLOCKS_DIFFER_MS 5000 /* a carrier's clock and ours may; so much behind its end is no fault */
#define PLACE_CAP        160
#define PATH_SHOWN       100

struct judging {
	const struct audit_book *book;
	const struct audit_files *files;
	struct audit_verdict *verdict;
};

/* Counts so many, and keeps one case of them. */
static void blame(const struct judging *judging, enum audit_fault fault, uint64_t count, struct audit_case about,
		  const char *format, ...) __attribute__((format(printf, 5, 6)));

static void blame(const struct judging *judging, enum audit_fault fault, uint64_t count, struct audit_case about,
		  const char *format, ...)
{
	struct audit_verdict *verdict = judging->verdict;
	uint64_t cases = 0;
	while (cases < AUDIT_CASES_MAX && *verdict->cases[fault][cases].found)
		cases++;
	verdict->counts[fault] += count;
	if (cases == AUDIT_CASES_MAX)
		return;
	va_list args;
	va_start(args, format);
	vsnprintf(about.found, sizeof about.found, format, args);
	va_end(args);
	verdict->cases[fault][cases] = about;
}

/* Counts so many copies as explained; the cases with the most of them are kept. */
static void explain(const struct judging *judging, unsigned copies, struct audit_case about)
{
	struct audit_case *cases = judging->verdict->explained_cases;
	unsigned place = AUDIT_CASES_MAX;
	judging->verdict->explained += copies;
	while (place > 0 && cases[place - 1].copies < copies)
		place--;
	if (place == AUDIT_CASES_MAX)
		return;
	memmove(cases + place + 1, cases + place, (AUDIT_CASES_MAX - 1 - place) * sizeof *cases);
	about.copies = copies;
	cases[place] = about;
}

static struct audit_case case_of(const struct audit_alert *alert)
{
	return (struct audit_case){ .id = alert->id, .number = alert->number, .entry = alert->entry };
}

/* “carrier.jsonl:17, 2026-02-13T08:00:00Z”. Returns out. */
static const char *place_of(const struct judging *judging, const struct audit_message *message,
			    char out[static PLACE_CAP])
{
	char when[32] = "";
	time_t seconds = (time_t)(message->at_ms / 1000);
	struct tm parts;
	if (message->at_ms && gmtime_r(&seconds, &parts))
		strftime(when, sizeof when, ", %Y-%m-%dT%H:%M:%SZ", &parts);
	const char *path = judging->files->paths[message->file];
	size_t len = strlen(path);
	/* Of a long path the end says most; it begins with a whole character. */
	if (len > PATH_SHOWN)
		path += len - PATH_SHOWN;
	while (len > PATH_SHOWN && ((unsigned char)*path & 0xC0) == 0x80)
		path++;
	snprintf(out, PLACE_CAP, "%s:%u%s", path, message->line, when);
	return out;
}

/* -- alerts -- */

/* How an alert's entries were closed, for people. */
static const char *closing_of(const struct judging *judging, const struct audit_alert *alert)
{
	if (alert->entry == AUDIT_NONE)
		return "not sent";
	const struct audit_entry *entry = audit_book_entry(judging->book, alert->entry);
	return entry->closings ? audit_kind_name((enum audit_kind)entry->last_kind) : "not sent";
}

static void judge_copies(const struct judging *judging, const struct audit_alert *alert, unsigned copies)
{
	const char *more = alert->repeats ? " and with single segments once more" : "";
	unsigned most = alert->doubts * (unsigned)AUDIT_COPIES_A_DOUBT;
	unsigned explained = copies < most ? copies : most;
	if (explained) {
		struct audit_case about = case_of(alert);
		snprintf(about.found, sizeof about.found, "at the carrier %u times%s", alert->arrived, more);
		explain(judging, explained, about);
	}
	if (copies == explained)
		return;
	if (alert->doubts == 0)
		blame(judging, AUDIT_UNEXPLAINED, copies, case_of(alert),
		      "at the carrier %u times%s, and no event of it says “ambiguous”", alert->arrived, more);
	else
		blame(judging, AUDIT_UNEXPLAINED, copies - explained, case_of(alert),
		      "at the carrier %u times%s, and its events that say “ambiguous” explain %u copies only",
		      alert->arrived, more, explained);
}

static void judge_accepted(const struct judging *judging, const struct audit_alert *alert)
{
	unsigned short_by = alert->accepted > alert->arrived ? alert->accepted - alert->arrived : 0;
	unsigned over = alert->arrived > alert->accepted ? alert->arrived - alert->accepted : 0;
	if (short_by && alert->flags & AUDIT_ALERT_PARTIAL)
		blame(judging, AUDIT_LOST, short_by, case_of(alert),
		      "its event says accepted; at the carrier it is not whole: segments are missing");
	else if (short_by)
		blame(judging, AUDIT_LOST, short_by, case_of(alert),
		      "its event says accepted%s; at the carrier there is %s",
		      alert->flags & AUDIT_ALERT_HAS_REFS ? ", with the carrier's ids" : "",
		      alert->arrived ? "only one message for several entries"
				     : "neither such an id nor such a message");
	judge_copies(judging, alert, over + alert->repeats);
	if (alert->missing)
		blame(judging, AUDIT_UNCLOSED, alert->missing, case_of(alert),
		      "the alert was accepted, but of %u more of its entries no event tells, and none is pending",
		      alert->missing);
}

/* All its entries are closed as duplicates; of what, nothing says. */
static void judge_duplicates(const struct judging *judging, const struct audit_alert *alert)
{
	char place[PLACE_CAP];
	if (alert->arrived == 0)
		blame(judging, AUDIT_LOST, 1, case_of(alert),
		      "closed as duplicate, but neither an event nor the carrier knows what of (unless that was before "
		      "the time of this audit)");
	else
		blame(judging, AUDIT_UNCLOSED, 1, case_of(alert),
		      "at the carrier: %s; it is closed as duplicate, and no event tells of what was sent (unless that "
		      "was before the time of this audit)",
		      place_of(judging, audit_book_message(judging->book, alert->message), place));
}

static void judge_unaccepted(const struct judging *judging, struct audit_alert *alert)
{
	char place[PLACE_CAP];
	bool is_unsent = alert->closed > alert->duplicates;
	unsigned arrived = alert->arrived;
	bool can_be_sent = alert->waiting || alert->missing || alert->doubts;
	if (is_unsent && arrived && !can_be_sent) {
		alert->flags |= AUDIT_ALERT_STALE;
		blame(judging, AUDIT_STALE, 1, case_of(alert), "closed as %s, and yet at the carrier: %s",
		      closing_of(judging, alert),
		      place_of(judging, audit_book_message(judging->book, alert->message), place));
	}
	if (alert->missing && arrived == 0)
		blame(judging, AUDIT_LOST, alert->missing, case_of(alert),
		      judging->book->has_events ? "no event closes it, %s, and it is not at the carrier%s"
						: "it is not at the carrier%.0s%s",
		      judging->book->has_pending ? "it is not pending" : "whether it is pending is not known",
		      alert->flags & AUDIT_ALERT_PARTIAL ? " as a whole: segments are missing" : "");
	else if (alert->missing && judging->book->has_events)
		blame(judging, AUDIT_UNCLOSED, alert->missing, case_of(alert),
		      "at the carrier: %s; no event closes it, %s",
		      place_of(judging, audit_book_message(judging->book, alert->message), place),
		      judging->book->has_pending ? "and it is not pending" : "whether it is pending is not known");
	if (alert->closed && alert->closed == alert->duplicates && !alert->waiting && !alert->missing)
		judge_duplicates(judging, alert);
	judge_copies(judging, alert, (arrived > 1 ? arrived - 1 : 0) + alert->repeats);
}

static void judge_alert(const struct judging *judging, struct audit_alert *alert)
{
	judging->verdict->delivered +=
		(alert->flags & AUDIT_ALERT_DELIVERED) && !(alert->flags & AUDIT_ALERT_UNDELIVERED);
	judging->verdict->undelivered += (alert->flags & AUDIT_ALERT_UNDELIVERED) != 0;
	judging->verdict->varied += (alert->flags & AUDIT_ALERT_VARIES) != 0;
	judging->verdict->pending += alert->listed;
	if (alert->accepted)
		judge_accepted(judging, alert);
	else
		judge_unaccepted(judging, alert);
}

/* -- messages -- */

static void judge_message(const struct judging *judging, const struct audit_message *message)
{
	char place[PLACE_CAP];
	bool is_whole = !(message->flags & AUDIT_MESSAGE_PART);
	judging->verdict->at_carrier += is_whole;
	if (message->alert == AUDIT_NONE) {
		blame(judging, AUDIT_PHANTOM, 1, (struct audit_case){ .number = message->number, .entry = AUDIT_NONE },
		      "%s: %s%s", place_of(judging, message, place),
		      is_whole ? "no producer's alert leads to it" : "not whole, and no producer's alert leads to it",
		      message->flags & AUDIT_MESSAGE_FOREIGN ? "; an event names it, of an alert that is not in the "
							       "producers' files"
							     : "");
		return;
	}
	struct audit_alert *alert = audit_book_alert(judging->book, message->alert);
	if (!(alert->flags & AUDIT_ALERT_VARIES)) {
		if (alert->number && message->number != alert->number)
			blame(judging, AUDIT_WRONG, 1, case_of(alert), "went to another number: %s",
			      place_of(judging, message, place));
		else if (alert->flags & AUDIT_ALERT_HAS_TEXT && message->text && message->text != alert->text)
			blame(judging, AUDIT_WRONG, 1, case_of(alert), "went out with another text: %s",
			      place_of(judging, message, place));
	}
	int64_t end_ms = (int64_t)alert->expires_s * 1000;
	if (is_whole && end_ms && message->at_ms >= end_ms + 1000 + CLOCKS_DIFFER_MS &&
	    !(alert->flags & (AUDIT_ALERT_STALE | AUDIT_ALERT_VARIES))) {
		alert->flags |= AUDIT_ALERT_STALE;
		blame(judging, AUDIT_STALE, 1, case_of(alert), "at the carrier %lld s behind its expires_at: %s",
		      (long long)(message->at_ms - end_ms) / 1000, place_of(judging, message, place));
	}
}

/* -- entries -- */

static void judge_entry(const struct judging *judging, uint32_t row)
{
	const struct audit_book *book = judging->book;
	struct audit_verdict *verdict = judging->verdict;
	const struct audit_entry *entry = audit_book_entry(book, row);
	bool is_closed = entry->closings > 0 && !(entry->flags & AUDIT_ENTRY_OPEN);
	if (entry->alert == AUDIT_NONE)
		return; /* of an alert that could not be read, by a producer that is not audited */
	if (is_closed) {
		verdict->closings[entry->last_kind]++;
		if (entry->last_kind == AUDIT_DEAD)
			verdict->reasons[entry->reason]++;
	} else if (entry->flags & AUDIT_ENTRY_PENDING || (!book->has_pending && entry->flags & AUDIT_ENTRY_HELD)) {
		verdict->pending++;
		verdict->held += (entry->flags & AUDIT_ENTRY_HELD) != 0;
	}
	if (entry->closings > entry->requeues + 1) {
		struct audit_case about = case_of(audit_book_alert(book, entry->alert));
		about.entry = row;
		blame(judging, AUDIT_CLOSED_TWICE, 1, about, "%u closing events; the first says %s, the last %s",
		      entry->closings, audit_kind_name((enum audit_kind)entry->first_kind),
		      audit_kind_name((enum audit_kind)entry->last_kind));
	}
}

void audit_judge(const struct audit_book *book, const struct audit_files *files, struct audit_verdict *verdict)
{
	struct judging judging = { book, files, verdict };
	for (uint32_t i = 0; i < book->entries.count; i++)
		judge_entry(&judging, i);
	for (uint32_t i = 0; i < book->alerts.count; i++)
		judge_alert(&judging, audit_book_alert(book, i));
	for (uint32_t i = 0; i < book->messages.count; i++)
		judge_message(&judging, audit_book_message(book, i));
}

bool audit_judge_is_violated(const struct audit_book *book, const struct audit_verdict *verdict)
{
	for (unsigned fault = 0; fault < AUDIT_FAULT_COUNT; fault++)
		if (verdict->counts[fault])
			return true;
	return book->has_drift && book->drift != 0;
}
