/* SPDX-License-Identifier: Apache-2.0 */
#include "render/alert_values.h"

#include "render/template_param.h"

static const struct slice none = { NULL, 0 };

static enum err fail_unknown(const struct template_header *header, struct slice name, struct template_problem *problem)
{
	if (problem == NULL)
		return template_problem_err(PROBLEM_VALUE_UNKNOWN);
	const struct slice args[] = { template_param_nearest(header->params, header->param_count, name, false) };
	return template_problem_set(problem, PROBLEM_VALUE_UNKNOWN, name, args, 1);
}

enum err alert_values_take(const struct template_header *header, const struct alert *alert, const struct zone *zone,
			   struct arena *arena, struct param_value *values, struct template_problem *problem)
{
	for (unsigned i = 0; i < header->param_count; i++)
		values[i] = (struct param_value){ .is_seen = false };
	for (unsigned i = 0; i < alert->param_count; i++) {
		const struct alert_param *given = &alert->params[i];
		unsigned index = template_param_find(header->params, header->param_count, given->name, i);
		if (index == TEMPLATE_PARAM_NONE)
			return fail_unknown(header, given->name, problem);
		if (values[index].is_seen)
			return template_problem_set(problem, PROBLEM_VALUE_TWICE, given->name, NULL, 0);
		values[index].is_seen = true;
		enum err err =
			param_value_parse(&header->params[index], given->value, zone, arena, &values[index], problem);
		if (err != ERR_OK)
			return err;
	}
	for (unsigned i = 0; i < header->param_count; i++) {
		const struct template_param *param = &header->params[i];
		if (values[i].is_given || param->is_optional)
			continue;
		struct slice label = slice_equal(param->label, param->name) ? none : param->label;
		return template_problem_set(problem, PROBLEM_VALUE_MISSING, param->name, &label, 1);
	}
	return ERR_OK;
}
