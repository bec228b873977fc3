/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/civil.h"
#include "base/err.h"
#include "model/alert.h"
#include "model/tenant_signature.h"
#include "proof/proof_mark.h"
#include "proof/proof_words.h"
#include "render/template.h"

/* Proofreading of templates before anybody publishes them: marks for an editor, a preview with counts and costs, and whether a
 * template may be published. The gateway's own compiler, renderer and segmenter say what is true; nothing is counted twice.
 * Pure: no Redis, no files, no clock; may run on any thread. */

#define PROOF_SEGMENTS_DEFAULT 4
#define PROOF_ARENA_OCTETS     (256u * 1024u) /* an arena of this size, with as much overflow, is enough for one preview */
#define PROOF_JSON_OCTETS      (1024u * 1024u) /* a preview fits in this */
#define PROOF_SAMPLES_MAX      64

/* What texts are held against. All borrowed during a call. Zero = nothing is forbidden, no cost is known. */
struct proof_rules {
	struct slice signature;                 /* the configured one, without 【】; absent = none */
	const struct tenant_signature *tenants; /* tenant_count of them */
	unsigned tenant_count;
	const struct zone *zone;          /* NULL = UTC */
	struct slice cost;                /* of one segment, such as “0.035”; absent = not known */
	const struct proof_words *words;  /* NULL = none */
	const struct slice *link_domains; /* domains that texts may link to, with those below them */
	unsigned link_domain_count;       /* 0 = links are not checked */
	unsigned segments_max;            /* more with the longest values is a warning; 0 = PROOF_SEGMENTS_DEFAULT */
};

/* One language of a template. Borrowed. */
struct proof_variant {
	struct slice name;   /* of the template */
	struct slice locale; /* absent = zh-CN */
	struct slice source; /* as the editor has it */
};

/* Parameters under a name, kept with a template. Borrowed. */
struct proof_sample {
	struct slice name;
	struct slice locale; /* of the variant that it is for; absent = all */
	const struct alert_param *params;
	unsigned param_count;
	struct slice expect; /* the text that must come of it; absent = any */
};

/* Proofreads one variant.
 * arena: takes the marks and their texts. out: set; what the arena had no room for is left out (more). template: the compiled
 * variant, owned (template_release), NULL where it has an error that the compiler knows; may be NULL where nobody wants it.
 * True where there is no error, so that warnings and costs remain at most. */
bool proof_source(const struct proof_variant *variant, const struct proof_rules *rules, struct arena *arena,
		  struct proof_marks *out, struct template **template);

/* Proofreads one variant, renders the shortest, typical and longest text and every sample that is for its locale, and writes it
 * all as JSON (console/openapi.json: Preview). tenant: whose signature; absent = the common one. out: PROOF_JSON_OCTETS are
 * enough; full where it is not. arena: of PROOF_ARENA_OCTETS. */
void proof_preview_write(const struct proof_variant *variant, const struct proof_sample *samples, unsigned sample_count,
			 struct slice tenant, const struct proof_rules *rules, struct arena *arena, struct buf *out);

/* Whether a template, all its variants together, may be published: none has an error, they agree in class and parameters, and
 * every sample renders, to what it expects. variants: count of them, at least 1, all of one name. out: the marks of all variants;
 * samples that fail have a mark of kind “sample” at 0. at: the first error, in English; may be NULL.
 * arena: of PROOF_ARENA_OCTETS. */
bool proof_is_publishable(const struct proof_variant *variants, unsigned variant_count,
			  const struct proof_sample *samples, unsigned sample_count, const struct proof_rules *rules,
			  struct arena *arena, struct proof_marks *out, struct err_at *at);

/* Writes cost × segments with the digits behind the point that cost has (“0.035” × 2 = “0.070”). cost: up to six digits behind
 * the point. False where cost is absent or no such amount: then nothing was written. */
bool proof_cost_write(struct slice cost, unsigned segments, struct buf *out);
