/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_filter.h"

#include "base/number.h"
#include "cli/cli_time.h"

static int read_time(const struct cli_call *call, const char *name, wall_ms now, const struct zone *zone, wall_ms *out)
{
	const char *text = cli_option(call, name);
	if (text == NULL)
		return CLI_OK;
	if (cli_time_parse(slice_of(text), now, zone, out)) {
		/* 1970-01-01 begins before the epoch, east of Greenwich. */
		*out = *out < 0 ? 0 : *out;
		return CLI_OK;
	}
	return cli_usage(call,
			 "--%s is a time such as 2h (two hours ago), 2026-02-13 or 2026-02-13T08:00:00+08:00, not “%s”",
			 name, text);
}

int cli_filter_read(const struct cli_call *call, bool has_reason, wall_ms now, const struct zone *zone,
		    struct cli_filter *out)
{
	*out = (struct cli_filter){
		.reason = slice_of(has_reason ? cli_option(call, "reason") : NULL),
		.template_name = slice_of(cli_option(call, "template")),
		.tenant = slice_of(cli_option(call, "tenant")),
		.batch = slice_of(cli_option(call, "batch")),
		.id = slice_of(cli_option(call, "id")),
		.since = 0,
		.until = INT64_MAX,
		.limit = UINT64_MAX,
	};
	const char *limit = cli_option(call, "limit");
	if (limit && (!number_parse(slice_of(limit), UINT64_MAX, &out->limit) || out->limit == 0))
		return cli_usage(call, "--limit is a number from 1 on, not “%s”", limit);
	int code = read_time(call, "since", now, zone, &out->since);
	if (code == CLI_OK)
		code = read_time(call, "until", now, zone, &out->until);
	if (code == CLI_OK && out->since > out->until)
		code = cli_usage(call, "--since lies behind --until");
	out->is_narrowed = out->reason.at || out->template_name.at || out->tenant.at || out->batch.at || out->id.at ||
			   cli_option(call, "since") || cli_option(call, "until");
	return code;
}

static bool is_it(struct slice wanted, struct slice have)
{
	return wanted.at == NULL || (have.at != NULL && slice_equal(wanted, have));
}

bool cli_filter_matches(const struct cli_filter *filter, const struct cli_letter *letter)
{
	return letter->at >= filter->since && letter->at <= filter->until &&
	       is_it(filter->reason, cli_letter_word(letter)) &&
	       is_it(filter->template_name, letter->glance.template_name) &&
	       is_it(filter->tenant, letter->glance.tenant) && is_it(filter->batch, letter->glance.batch) &&
	       is_it(filter->id, letter->glance.id) &&
	       (is_it(filter->name, letter->glance.id) || is_it(filter->name, letter->origin));
}
