/* SPDX-License-Identifier: Apache-2.0 */

/* Editions: the catalogues that parcels were rendered from. When another one comes into force, what waits and was never tried is
 * rendered anew, so that no text goes out that is not published any more; what has been begun goes out as it is, and its
 * catalogue stays as long as it does. Each parcel is of one edition, and so is its text. */

#include "pipeline/editions.h"

#include "base/check.h"
#include "pipeline/pipeline_inner.h"

#include <stdlib.h>

/* Counted here and not in the catalogue, which other workers hold too: an alert costs no atomic step. */
struct edition {
	const struct catalogue *catalogue; /* held */
	unsigned parcels;
	bool is_over; /* another one is in force */
};

static void drop(struct edition *edition)
{
	catalogue_release(edition->catalogue);
	free(edition);
}

void editions_take(struct pipeline *pipeline, struct parcel *parcel)
{
	CHECK(parcel->edition == NULL);
	parcel->edition = pipeline->edition;
	parcel->edition->parcels++;
}

void editions_leave(struct parcel *parcel)
{
	struct edition *edition = parcel->edition;
	if (edition == NULL)
		return;
	parcel->edition = NULL;
	if (--edition->parcels == 0 && edition->is_over)
		drop(edition);
}

/* Of what was tried, parts may be with the phone: they are completed with the text that they are of. */
static bool is_untouched(const struct parcel *parcel)
{
	return parcel->attempts == 0 && parcel->accepted == 0 && !parcel->is_ambiguous && !parcel->has_state &&
	       parcel->begun_index == PARCEL_NOT_BEGUN && parcel->throttles == 0 && parcel->tried == 0;
}

static void follow_parcel(struct pipeline *pipeline, struct parcel *parcel)
{
	const struct template *template =
		catalogue_find(pipeline->edition->catalogue, parcel->alert.template_name, parcel->alert.locale);
	if (template == parcel->template) { /* catalogues share what stayed the same */
		editions_leave(parcel);
		editions_take(pipeline, parcel);
	} else if (is_untouched(parcel)) {
		dispatch_unqueue(pipeline, parcel);
		prepare_anew(pipeline, parcel);
	}
}

/* What is queued again meanwhile goes behind, and is of the edition in force by then. */
static void follow_lane(struct pipeline *pipeline, struct list *lane)
{
	struct list *link = lane->next;
	while (link != lane) {
		struct parcel *parcel = LIST_ITEM(link, struct parcel, link);
		link = link->next;
		if (parcel->edition != pipeline->edition)
			follow_parcel(pipeline, parcel);
	}
}

bool editions_follow(struct pipeline *pipeline, const struct catalogue *catalogue)
{
	struct edition *before = pipeline->edition;
	if (catalogue == NULL || (before != NULL && before->catalogue == catalogue))
		return true;
	struct edition *edition = calloc(1, sizeof *edition);
	if (edition == NULL)
		return false;
	edition->catalogue = catalogue_hold(catalogue);
	pipeline->edition = edition;
	if (before == NULL)
		return true;
	before->is_over = true;
	before->parcels++; /* keeps it while its parcels leave it */
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		for (unsigned lane = 0; lane < WAIT_LANES; lane++)
			follow_lane(pipeline, &pipeline->accounts[i].lanes[lane]);
	}
	if (--before->parcels == 0)
		drop(before);
	return true;
}

void editions_end(struct pipeline *pipeline)
{
	for (unsigned i = 0; pipeline->pool.parcels != NULL && i < pipeline->pool.count; i++)
		editions_leave(&pipeline->pool.parcels[i]);
	if (pipeline->edition != NULL)
		drop(pipeline->edition);
	pipeline->edition = NULL;
}

const struct catalogue *editions_now(const struct pipeline *pipeline)
{
	return pipeline->edition != NULL ? pipeline->edition->catalogue : NULL;
}
