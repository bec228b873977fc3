/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_report.h"

#include "audit/audit_number.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_CAP 64

static const struct fault_text {
	const char *member; /* in JSON */
	const char *title;
	const char *advice;
} fault_texts[AUDIT_FAULT_COUNT] = {
	[AUDIT_LOST] = { "lost", "LOST",
			 "Look for the entry in the gateway's logs and in the event stream, and ask the carrier for "
			 "the "
			 "number; then add the alert again under a new id." },
	[AUDIT_PHANTOM] = { "phantom", "PHANTOM",
			    "Are all producers and the whole time in the files? If so, find out with the carrier who "
			    "sent it." },
	[AUDIT_WRONG] = { "wrong", "WRONG",
			  "Hold template and parameters against the carrier's text; tell the customer what is right." },
	[AUDIT_STALE] = { "stale", "STALE",
			  "The customer got what was withdrawn or over. Compare the carrier's time with the event's." },
	[AUDIT_CLOSED_TWICE] = { "closed_twice", "CLOSED TWICE",
				 "The books of the gateway contradict themselves: keep the events and report it." },
	[AUDIT_UNCLOSED] = { "unclosed", "NOT CLOSED",
			     "Were events trimmed, or read too early? If not, keep logs and events and report it." },
	[AUDIT_UNEXPLAINED] = { "duplicates_unexplained", "SENT AGAIN, UNEXPLAINED",
				"Compare the carrier's times with restarts of Redis and the gateway; look for another "
				"sender under this account." },
};

/* “1739404800000-7@normal”. Returns out. */
static const char *entry_of(const struct audit_book *book, uint32_t row, char out[static ENTRY_CAP])
{
	const struct audit_entry *entry = audit_book_entry(book, row);
	int len = snprintf(out, ENTRY_CAP, "%" PRIu64 "-%" PRIu64, entry->ms, entry->seq);
	if (entry->lane != AUDIT_LANE_UNKNOWN)
		snprintf(out + len, ENTRY_CAP - (size_t)len, "@%s", audit_lane_name((enum audit_lane)entry->lane));
	return out;
}

/* -- latency -- */

static int compare(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a;
	uint32_t right = *(const uint32_t *)b;
	return (left > right) - (left < right);
}

struct latency {
	uint32_t count;
	uint32_t p50_ms;
	uint32_t p99_ms;
};

static bool measure(const struct audit_book *book, struct latency *latency)
{
	uint32_t count = book->latencies.count;
	*latency = (struct latency){ .count = count };
	if (count == 0)
		return true;
	uint32_t *all = malloc(count * sizeof *all);
	if (all == NULL)
		return false;
	for (uint32_t i = 0; i < count; i++)
		all[i] = *(const uint32_t *)audit_rows_at(&book->latencies, i);
	qsort(all, count, sizeof *all, compare);
	latency->p50_ms = all[(uint64_t)(count - 1) * 50 / 100];
	latency->p99_ms = all[(uint64_t)(count - 1) * 99 / 100];
	free(all);
	return true;
}

/* -- JSON -- */

static json_t *json_count(uint64_t count)
{
	return json_integer((json_int_t)count);
}

/* fault: its member; NULL = it is none. */
static json_t *json_case(const struct audit_book *book, const struct audit_case *about, const char *fault)
{
	char number[AUDIT_NUMBER_OCTETS];
	char entry[ENTRY_CAP];
	json_t *object = json_object();
	if (fault)
		json_object_set_new(object, "fault", json_string(fault));
	if (about->id)
		json_object_set_new(object, "id", json_string(about->id));
	json_object_set_new(object, "to", json_string(audit_number_mask(about->number, number)));
	if (about->entry != AUDIT_NONE)
		json_object_set_new(object, "entry", json_string(entry_of(book, about->entry, entry)));
	json_object_set_new(object, "found", json_string(about->found));
	return object;
}

static json_t *json_cases(const struct audit_book *book, const struct audit_verdict *verdict)
{
	json_t *cases = json_array();
	for (unsigned fault = 0; fault < AUDIT_FAULT_COUNT; fault++)
		for (unsigned i = 0; i < AUDIT_CASES_MAX && *verdict->cases[fault][i].found; i++)
			json_array_append_new(cases,
					      json_case(book, &verdict->cases[fault][i], fault_texts[fault].member));
	return cases;
}

static json_t *json_explained(const struct audit_book *book, const struct audit_verdict *verdict)
{
	json_t *cases = json_array();
	for (unsigned i = 0; i < AUDIT_CASES_MAX && *verdict->explained_cases[i].found; i++)
		json_array_append_new(cases, json_case(book, &verdict->explained_cases[i], NULL));
	return cases;
}

static bool print_json(const struct audit_book *book, const struct audit_verdict *verdict, enum audit_result result,
		       const struct latency *latency, FILE *out)
{
	static const char *const names[] = { "clean", "violated", "incomplete" };
	json_t *report = json_object();
	json_object_set_new(report, "result", json_string(names[result]));
	json_object_set_new(report, "produced", json_count(book->produced_count));
	json_object_set_new(report, "produced_again", json_count(book->again_count));
	json_object_set_new(report, "controls", json_count(book->control_count));
	for (unsigned kind = 0; kind < AUDIT_CLOSING_COUNT; kind++)
		json_object_set_new(report, audit_kind_name((enum audit_kind)kind),
				    json_count(verdict->closings[kind]));
	json_t *reasons = json_object();
	for (unsigned i = 0; i < book->reason_count; i++)
		json_object_set_new(reasons, book->reasons[i], json_count(verdict->reasons[i]));
	json_object_set_new(report, "dead_reasons", reasons);
	json_object_set_new(report, "delivered", json_count(verdict->delivered));
	json_object_set_new(report, "undelivered", json_count(verdict->undelivered));
	json_object_set_new(report, "held", json_count(verdict->held));
	json_object_set_new(report, "pending", json_count(verdict->pending));
	json_object_set_new(report, "at_carrier", json_count(verdict->at_carrier));
	json_object_set_new(report, "incomplete", json_count(book->part_count));
	for (unsigned fault = 0; fault < AUDIT_FAULT_COUNT; fault++)
		json_object_set_new(report, fault_texts[fault].member, json_count(verdict->counts[fault]));
	json_object_set_new(report, "duplicates_explained", json_count(verdict->explained));
	json_object_set_new(report, "produced_differently", json_count(verdict->varied));
	json_object_set_new(report, "times_unreadable", json_count(book->timeless_count));
	json_object_set_new(report, "events_of_others", json_count(book->unknown_events));
	json_object_set_new(report, "events_trimmed", json_count(book->events_trimmed));
	if (book->has_drift)
		json_object_set_new(report, "drift", json_integer((json_int_t)book->drift));
	if (latency->count)
		json_object_set_new(report, "latency_ms",
				    json_pack("{s:I, s:I, s:I}", "count", (json_int_t)latency->count, "p50",
					      (json_int_t)latency->p50_ms, "p99", (json_int_t)latency->p99_ms));
	json_object_set_new(report, "cases", json_cases(book, verdict));
	json_object_set_new(report, "explained", json_explained(book, verdict));
	bool is_good = report && json_dumpf(report, out, JSON_COMPACT) == 0;
	fputc('\n', out);
	json_decref(report);
	return is_good;
}

/* -- for people -- */

static void print_count(FILE *out, const char *name, uint64_t count)
{
	fprintf(out, "%-14s %12" PRIu64 "\n", name, count);
}

static void print_more(FILE *out, const char *name, uint64_t count)
{
	if (count)
		fprintf(out, "  %-12s %12" PRIu64 "\n", name, count);
}

/* An id comes from outside: what could steer a terminal is not printed as it is. */
static void print_id(FILE *out, const char *id)
{
	fputs("“", out);
	for (unsigned i = 0; id[i] && i < 128; i++)
		fputc((unsigned char)id[i] < ' ' || id[i] == 0x7F ? '?' : id[i], out);
	fputs("”", out);
}

static void print_counts(const struct audit_book *book, const struct audit_verdict *verdict, FILE *out)
{
	print_count(out, "produced", book->produced_count);
	print_more(out, "again", book->again_count);
	print_more(out, "withdrawals", book->control_count);
	for (unsigned kind = 0; book->has_events && kind < AUDIT_CLOSING_COUNT; kind++) {
		if (verdict->closings[kind] || kind == AUDIT_ACCEPTED)
			print_count(out, audit_kind_name((enum audit_kind)kind), verdict->closings[kind]);
		for (unsigned i = 0; kind == AUDIT_DEAD && i < book->reason_count; i++)
			print_more(out, book->reasons[i], verdict->reasons[i]);
	}
	print_more(out, "delivered", verdict->delivered);
	print_more(out, "undelivered", verdict->undelivered);
	if (book->has_events)
		print_count(out, "pending", verdict->pending);
	print_more(out, "held", verdict->held);
	print_count(out, "at the carrier", verdict->at_carrier);
	print_more(out, "not whole", book->part_count);
	print_more(out, "known copies", verdict->explained);
}

static void print_cases(const struct audit_book *book, const struct audit_case cases[static AUDIT_CASES_MAX],
			const char *sign, FILE *out)
{
	char number[AUDIT_NUMBER_OCTETS];
	char entry[ENTRY_CAP];
	for (unsigned i = 0; i < AUDIT_CASES_MAX && *cases[i].found; i++) {
		fputs(sign, out);
		if (cases[i].id) {
			print_id(out, cases[i].id);
			fputs(" to ", out);
		}
		fputs(audit_number_mask(cases[i].number, number), out);
		if (cases[i].entry != AUDIT_NONE)
			fprintf(out, ", entry %s", entry_of(book, cases[i].entry, entry));
		fprintf(out, ": %s\n", cases[i].found);
	}
}

static void print_fault(const struct audit_book *book, const struct audit_verdict *verdict, unsigned fault, FILE *out)
{
	if (verdict->counts[fault] == 0)
		return;
	fprintf(out, "\n%s: %" PRIu64 "\n", fault_texts[fault].title, verdict->counts[fault]);
	print_cases(book, verdict->cases[fault], "  ! ", out);
	fprintf(out, "  → %s\n", fault_texts[fault].advice);
}

static void print_notes(const struct audit_book *book, const struct audit_verdict *verdict, FILE *out)
{
	if (verdict->explained) {
		fprintf(out, "\nNote: %" PRIu64 " %s explained by events that say “ambiguous”; most are of:\n",
			verdict->explained, verdict->explained == 1 ? "copy is" : "copies are");
		print_cases(book, verdict->explained_cases, "  - ", out);
	}
	if (book->has_drift && book->drift)
		fprintf(out,
			"\nDRIFT: %" PRId64
			"\n  → So many more entries were added to the queue than wait or were closed. Was "
			"a stream trimmed, or Redis set back?\n",
			book->drift);
	if (!book->has_events)
		fputs("\nNote: without events it is not known what was closed otherwise, nor why something came "
		      "twice.\n",
		      out);
	if (book->events_trimmed)
		fprintf(out,
			"\nNote: %" PRIu64
			" entries of the event stream were trimmed; what they told of is missing here.\n",
			book->events_trimmed);
	if (book->timeless_count)
		fprintf(out, "\nNote: %" PRIu64 " message%s no readable time; whether %s too late was not checked.\n",
			book->timeless_count, book->timeless_count == 1 ? " has" : "s have",
			book->timeless_count == 1 ? "it came" : "they came");
	if (book->unknown_events)
		fprintf(out, "\nNote: %" PRIu64 " %s in the producers' files; %s left out.\n", book->unknown_events,
			book->unknown_events == 1 ? "event tells of an alert that is not"
						  : "events tell of alerts that are not",
			book->unknown_events == 1 ? "it is" : "they are");
	if (verdict->varied)
		fprintf(out,
			"\nNote: %" PRIu64
			" ids were produced with more than one number or text; theirs are not compared.\n",
			verdict->varied);
}

static const char *end_of(const struct audit_book *book, enum audit_result result)
{
	if (result == AUDIT_CLEAN)
		return "\nCLEAN\n";
	if (result == AUDIT_VIOLATED)
		return "\nVIOLATED\n";
	if (book->produced_count == 0)
		return "\nINCOMPLETE: nothing was audited, since the producers' files hold no alert; does --produced "
		       "name "
		       "the right ones?\n";
	return "\nINCOMPLETE: nothing is wrong so far, but some are pending; try again later, or with --wait\n";
}

static void print_text(const struct audit_book *book, const struct audit_verdict *verdict, enum audit_result result,
		       const struct latency *latency, FILE *out)
{
	print_counts(book, verdict, out);
	if (latency->count)
		fprintf(out,
			"latency        p50 %" PRIu32 " ms, p99 %" PRIu32 " ms (from XADD to the carrier, %" PRIu32
			")\n",
			latency->p50_ms, latency->p99_ms, latency->count);
	for (unsigned fault = 0; fault < AUDIT_FAULT_COUNT; fault++)
		print_fault(book, verdict, fault, out);
	print_notes(book, verdict, out);
	fputs(end_of(book, result), out);
}

bool audit_report(const struct audit_book *book, const struct audit_verdict *verdict, enum audit_result result,
		  bool wants_json, FILE *out)
{
	struct latency latency;
	if (!measure(book, &latency))
		return false;
	if (wants_json)
		return print_json(book, verdict, result, &latency, out);
	print_text(book, verdict, result, &latency, out);
	return true;
}
