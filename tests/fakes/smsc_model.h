/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/rng.h"
#include "fakes/fake_plant.h"
#include "model/outcome.h"
#include "model/submit.h"

#include <stdbool.h>

/* A carrier's message centre as a model that the fake carriers of several workers share: what it was sent, what it
 * took and when, and a seeded fate for each submit. Out of memory is a CHECK. */

enum smsc_fate {
	SMSC_ACCEPT,
	SMSC_THROTTLE,
	SMSC_TEMPORARY,
	SMSC_REJECT,
	SMSC_REFUSE, /* as REJECT, but for what the account is, not for what the sms is */
	SMSC_SILENT, /* taken, but the answer never comes */
	SMSC_LOSE,   /* neither taken nor answered */
	SMSC_LATE,   /* taken, and answered after the response deadline */
	SMSC_FATE_COUNT
};

/* Read at each use, so that a test may change it as it goes. */
struct smsc_mood {
	unsigned weights[SMSC_FATE_COUNT]; /* shares of the fates; all 0 = accept */
	mono_us latency_max_us;            /* each way */
	mono_us late_us;                   /* of LATE, beyond the latency */
	bool refuses_links;                /* nobody gets in */
	bool refuses_credentials;
	bool sends_receipts;
	mono_us receipt_delay_max_us;
};

/* All that is known about one segment of one alert. */
struct smsc_segment {
	struct submit_key key;
	unsigned accepted; /* times */
	unsigned met;      /* times that it came and nobody was told that it was refused */
	mono_us first_at;  /* when it was first accepted */
	struct smsc_segment *next;
};

enum smsc_receipt_state { SMSC_RECEIPT_WAITS, SMSC_RECEIPT_OUT, SMSC_RECEIPT_DONE };

struct smsc_receipt {
	uint64_t ref; /* of the message, from 1 */
	mono_us due_at;
	enum smsc_receipt_state state;
	unsigned sent; /* times */
};

#define SMSC_BUCKETS 4096

struct smsc_model {
	const struct smsc_mood *mood;
	struct rng rng;
	struct smsc_segment *buckets[SMSC_BUCKETS];
	uint64_t accepted;   /* submits taken, and the last reference given */
	uint64_t duplicates; /* of these, of a segment that it had already */
	struct smsc_receipt *receipts;
	unsigned receipt_count;
	unsigned receipt_cap;
	unsigned receipts_done; /* all before are done */
	enum fake_plant plant;
};

/* mood: borrowed for its life. */
struct smsc_model *smsc_model_create(const struct smsc_mood *mood, uint64_t seed);
void smsc_model_destroy(struct smsc_model *smsc);

/* Throws the die for a submit. */
enum smsc_fate smsc_model_fate(struct smsc_model *smsc);

/* The SMSC takes a segment. Returns its reference. */
uint64_t smsc_model_take(struct smsc_model *smsc, const struct submit_key *key, bool wants_receipt, mono_us now);

/* A segment comes, and its sender will not hear that it was refused. */
void smsc_model_meet(struct smsc_model *smsc, const struct submit_key *key, mono_us now);

/* What it knows about a segment; NULL where it never took it. */
const struct smsc_segment *smsc_model_find(const struct smsc_model *smsc, const struct submit_key *key);

#define SMSC_REF_OCTETS 24

/* A reference as carriers write it, NUL-terminated. Returns the length. */
size_t smsc_model_format_ref(uint64_t ref, char out[SMSC_REF_OCTETS]);

/* The next receipt that is due, marked OUT; its index, or -1. */
int smsc_model_next_receipt(struct smsc_model *smsc, mono_us now);

/* When the next waiting receipt is due; INT64_MAX = none waits. */
mono_us smsc_model_next_due(const struct smsc_model *smsc);

/* A receipt that is out was answered: done, or to be sent again after a second. */
void smsc_model_answer_receipt(struct smsc_model *smsc, unsigned index, bool durable, mono_us now);
