/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "audit/audit_book.h"
#include "audit/audit_lines.h"

/* What the books say: counts, and what is wrong. */

enum audit_fault {
	AUDIT_LOST, /* produced, and neither at the carrier nor closed otherwise nor pending; or accepted, and not there */
	AUDIT_PHANTOM,      /* at the carrier, and no producer knows it */
	AUDIT_WRONG,        /* at the carrier with another number or text */
	AUDIT_STALE,        /* at the carrier although closed as not sent, or behind its time */
	AUDIT_CLOSED_TWICE, /* more than one closing event for one entry */
	AUDIT_UNCLOSED,     /* no closing event, though it is at the carrier or its id was sent */
	AUDIT_UNEXPLAINED,  /* there more than once, and no event says that it may be */
	AUDIT_FAULT_COUNT
};

#define AUDIT_CASES_MAX      20
#define AUDIT_COPIES_A_DOUBT 20 /* that one event explains: a silence leads to one, each crash to one more */

struct audit_case {
	const char *id; /* NULL = no alert */
	uint64_t number;
	uint32_t entry;  /* AUDIT_NONE = not known */
	unsigned copies; /* that an event explains */
	char found[320];
};

struct audit_verdict {
	uint64_t counts[AUDIT_FAULT_COUNT];
	struct audit_case cases[AUDIT_FAULT_COUNT][AUDIT_CASES_MAX];
	uint64_t closings[AUDIT_CLOSING_COUNT]; /* entries, as they ended at last */
	uint64_t reasons[AUDIT_REASONS_MAX];    /* of the dead ones */
	uint64_t pending;
	uint64_t held; /* of the pending ones */
	uint64_t delivered;
	uint64_t undelivered;
	uint64_t at_carrier;                                /* whole messages */
	uint64_t explained;                                 /* copies that an event explains */
	struct audit_case explained_cases[AUDIT_CASES_MAX]; /* alerts with the most copies first */
	uint64_t varied; /* ids produced with several numbers or texts: theirs are not compared */
};

/* Judges the books, whose messages are joined. files: of the carriers. */
void audit_judge(const struct audit_book *book, const struct audit_files *files, struct audit_verdict *verdict);

/* True where anything is wrong. */
bool audit_judge_is_violated(const struct audit_book *book, const struct audit_verdict *verdict);
