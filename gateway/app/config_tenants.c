/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_tenants.h"

#include "app/config_check.h"
#include "base/number.h"
#include "base/utf8.h"
#include "model/alert.h"
#include "model/tenant_budget.h"
#include "model/tenant_signature.h"
#include "render/template.h"

#include <stdlib.h>
#include <string.h>

#define PATH         "tenants.segments_per_day"
#define SIGNATURES   "tenants.signature"
#define SEGMENTS_MAX 1000000000

/* “north=50000”; the name may hold “=” too. */
static void read_budget(struct config_load *load, const char *line)
{
	struct config_tenants *tenants = &load->config->tenants;
	const struct tree_node *place = config_check_place(load->root, PATH);
	const char *sign = strrchr(line, '=');
	struct slice name = { line, sign != NULL ? (size_t)(sign - line) : 0 };
	uint64_t segments;
	if (name.len == 0 || name.len > ALERT_NAME_MAX || !number_parse(slice_of(sign + 1), SEGMENTS_MAX, &segments) ||
	    segments == 0) {
		config_report(load->report, ERR_FORMAT, place, false, PATH,
			      PATH ": “%s” must be a tenant's name (up to %d octets) and a whole number from 1 to %d, "
				   "such as north: 50000",
			      line, ALERT_NAME_MAX, SEGMENTS_MAX);
		return;
	}
	for (unsigned i = 0; i < tenants->budget_count; i++) {
		if (slice_is(name, tenants->budgets[i].name)) {
			config_report(load->report, ERR_DUPLICATE, place, false, PATH,
				      PATH " names the tenant “%.*s” twice", SLICE_ARG(name));
			return;
		}
	}
	char *kept = strndup(name.at, name.len);
	if (kept == NULL) {
		config_report(load->report, ERR_MEMORY, NULL, false, NULL, "out of memory");
		return;
	}
	tenants->budgets[tenants->budget_count++] = (struct tenant_budget){ kept, segments };
}

/* “north=北方供电”; the name may hold “=” too. */
static void read_signature(struct config_load *load, const char *line)
{
	struct config_tenants *tenants = &load->config->tenants;
	const struct tree_node *place = config_check_place(load->root, SIGNATURES);
	const char *sign = strrchr(line, '=');
	struct slice name = { line, sign != NULL ? (size_t)(sign - line) : 0 };
	const char *text = sign != NULL ? sign + 1 : "";
	bool is_good = name.len > 0 && name.len <= ALERT_NAME_MAX && *text != '\0' && strstr(text, "【") == NULL &&
		       strstr(text, "】") == NULL && utf8_count(text, strlen(text)) <= TEMPLATE_SIGNATURE_MAX;
	for (unsigned i = 0; is_good && i < tenants->signature_count; i++)
		is_good = !slice_is(name, tenants->signatures[i].tenant);
	if (!is_good) {
		config_report(load->report, ERR_FORMAT, place, false, SIGNATURES,
			      SIGNATURES
			      ": “%s” must be a tenant's name (once, up to %d octets) and a signature of up to %d "
			      "characters without 【】, such as north: 北方供电",
			      line, ALERT_NAME_MAX, TEMPLATE_SIGNATURE_MAX);
		return;
	}
	struct tenant_signature made = { strndup(name.at, name.len), strdup(text) };
	tenants->signatures[tenants->signature_count++] = made;
	if (made.tenant == NULL || made.signature == NULL)
		config_report(load->report, ERR_MEMORY, NULL, false, NULL, "out of memory");
}

static void read_signatures(struct config_load *load)
{
	struct config_tenants *tenants = &load->config->tenants;
	unsigned count = tenants->signature.count;
	if (count > TENANT_SIGNATURES_MAX) {
		config_report(load->report, ERR_RANGE, config_check_place(load->root, SIGNATURES), false, SIGNATURES,
			      SIGNATURES " has %u tenants; %d at most may have a signature", count,
			      TENANT_SIGNATURES_MAX);
		return;
	}
	tenants->signatures = calloc(count + 1, sizeof *tenants->signatures);
	if (tenants->signatures == NULL) {
		config_report(load->report, ERR_MEMORY, NULL, false, NULL, "out of memory");
		return;
	}
	for (unsigned i = 0; i < count; i++)
		read_signature(load, tenants->signature.at[i]);
}

static void read_budgets(struct config_load *load)
{
	struct config_tenants *tenants = &load->config->tenants;
	unsigned count = tenants->segments_per_day.count;
	if (count > TENANT_BUDGETS_MAX) {
		config_report(load->report, ERR_RANGE, config_check_place(load->root, PATH), false, PATH,
			      PATH " has %u tenants; %d at most may have a budget", count, TENANT_BUDGETS_MAX);
		return;
	}
	tenants->budgets = calloc(count + 1, sizeof *tenants->budgets);
	if (tenants->budgets == NULL) {
		config_report(load->report, ERR_MEMORY, NULL, false, NULL, "out of memory");
		return;
	}
	for (unsigned i = 0; i < count; i++)
		read_budget(load, tenants->segments_per_day.at[i]);
}

void config_check_tenants(struct config_load *load)
{
	read_budgets(load);
	read_signatures(load);
}

void config_tenants_fini(struct config_tenants *tenants)
{
	for (unsigned i = 0; i < tenants->signature_count; i++) {
		free(tenants->signatures[i].tenant);
		free(tenants->signatures[i].signature);
	}
	free(tenants->signatures);
	tenants->signatures = NULL;
	tenants->signature_count = 0;
	for (unsigned i = 0; i < tenants->budget_count; i++)
		free(tenants->budgets[i].name);
	free(tenants->budgets);
	tenants->budgets = NULL;
	tenants->budget_count = 0;
}
