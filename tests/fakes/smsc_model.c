/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/smsc_model.h"

#include "base/check.h"
#include "fakes/fake_memory.h"

#include <stdio.h>
#include <stdlib.h>

struct smsc_model *smsc_model_create(const struct smsc_mood *mood, uint64_t seed)
{
	struct smsc_model *smsc = fake_memory_take(1, sizeof *smsc);
	smsc->mood = mood;
	rng_seed(&smsc->rng, seed);
	return smsc;
}

void smsc_model_destroy(struct smsc_model *smsc)
{
	for (unsigned i = 0; smsc != NULL && i < SMSC_BUCKETS; i++) {
		while (smsc->buckets[i] != NULL) {
			struct smsc_segment *segment = smsc->buckets[i];
			smsc->buckets[i] = segment->next;
			free(segment);
		}
	}
	if (smsc != NULL)
		free(smsc->receipts);
	free(smsc);
}

enum smsc_fate smsc_model_fate(struct smsc_model *smsc)
{
	unsigned sum = 0;
	for (unsigned i = 0; i < SMSC_FATE_COUNT; i++)
		sum += smsc->mood->weights[i];
	if (sum == 0)
		return SMSC_ACCEPT;
	unsigned die = (unsigned)rng_below(&smsc->rng, sum);
	unsigned fate = 0;
	while (die >= smsc->mood->weights[fate])
		die -= smsc->mood->weights[fate++];
	return (enum smsc_fate)fate;
}

static struct smsc_segment **bucket_of(const struct smsc_model *smsc, const struct submit_key *key)
{
	uint64_t hash = entry_key_hash(&key->origin) + key->segment * UINT64_C(0x9E3779B97F4A7C15);
	return (struct smsc_segment **)(uintptr_t)&smsc->buckets[(hash >> 40) % SMSC_BUCKETS];
}

static struct smsc_segment *find(const struct smsc_model *smsc, const struct submit_key *key)
{
	struct smsc_segment *segment = *bucket_of(smsc, key);
	while (segment != NULL &&
	       (segment->key.segment != key->segment || !entry_key_equal(&segment->key.origin, &key->origin)))
		segment = segment->next;
	return segment;
}

const struct smsc_segment *smsc_model_find(const struct smsc_model *smsc, const struct submit_key *key)
{
	return find(smsc, key);
}

static void plan_receipt(struct smsc_model *smsc, mono_us now)
{
	if (smsc->receipt_count == smsc->receipt_cap) {
		smsc->receipt_cap = smsc->receipt_cap ? 2 * smsc->receipt_cap : 64;
		smsc->receipts = fake_memory_grow(smsc->receipts, smsc->receipt_cap * sizeof *smsc->receipts);
	}
	uint64_t delay = rng_below(&smsc->rng, (uint64_t)smsc->mood->receipt_delay_max_us + 1);
	smsc->receipts[smsc->receipt_count++] =
		(struct smsc_receipt){ .ref = smsc->accepted, .due_at = now + (mono_us)delay };
}

static struct smsc_segment *find_or_make(struct smsc_model *smsc, const struct submit_key *key, mono_us now)
{
	struct smsc_segment *segment = find(smsc, key);
	if (segment == NULL) {
		struct smsc_segment **bucket = bucket_of(smsc, key);
		segment = fake_memory_take(1, sizeof *segment);
		*segment = (struct smsc_segment){ .key = *key, .first_at = now, .next = *bucket };
		*bucket = segment;
	}
	return segment;
}

void smsc_model_meet(struct smsc_model *smsc, const struct submit_key *key, mono_us now)
{
	find_or_make(smsc, key, now)->met++;
}

uint64_t smsc_model_take(struct smsc_model *smsc, const struct submit_key *key, bool wants_receipt, mono_us now)
{
	struct smsc_segment *segment = find_or_make(smsc, key, now);
	smsc->accepted++;
	smsc->duplicates += segment->accepted > 0;
	segment->accepted++;
	if (wants_receipt && smsc->mood->sends_receipts)
		plan_receipt(smsc, now);
	return smsc->accepted;
}

size_t smsc_model_format_ref(uint64_t ref, char out[SMSC_REF_OCTETS])
{
	return (size_t)snprintf(out, SMSC_REF_OCTETS, "m%llx", (unsigned long long)ref);
}

int smsc_model_next_receipt(struct smsc_model *smsc, mono_us now)
{
	while (smsc->receipts_done < smsc->receipt_count &&
	       smsc->receipts[smsc->receipts_done].state == SMSC_RECEIPT_DONE)
		smsc->receipts_done++;
	for (unsigned i = smsc->receipts_done; i < smsc->receipt_count; i++) {
		struct smsc_receipt *receipt = &smsc->receipts[i];
		if (receipt->state != SMSC_RECEIPT_WAITS || receipt->due_at > now)
			continue;
		receipt->state = SMSC_RECEIPT_OUT;
		receipt->sent++;
		return (int)i;
	}
	return -1;
}

mono_us smsc_model_next_due(const struct smsc_model *smsc)
{
	mono_us due = INT64_MAX;
	for (unsigned i = smsc->receipts_done; i < smsc->receipt_count; i++) {
		if (smsc->receipts[i].state == SMSC_RECEIPT_WAITS && smsc->receipts[i].due_at < due)
			due = smsc->receipts[i].due_at;
	}
	return due;
}

void smsc_model_answer_receipt(struct smsc_model *smsc, unsigned index, bool durable, mono_us now)
{
	struct smsc_receipt *receipt = &smsc->receipts[index];
	CHECK(receipt->state == SMSC_RECEIPT_OUT);
	receipt->state = durable ? SMSC_RECEIPT_DONE : SMSC_RECEIPT_WAITS;
	receipt->due_at = now + US_PER_S;
}
