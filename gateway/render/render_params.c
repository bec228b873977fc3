/* SPDX-License-Identifier: Apache-2.0 */
#include "render/render_params.h"

#include "base/buf.h"
#include "render/alert_values.h"
#include "render/template_node.h"
#include "render/value_format.h"

/* How the text shows a parameter: as at its first place; 0, the type's own, where it has none. */
static value_format format_of(const struct template *template, unsigned param)
{
	for (unsigned i = 0; i < template->node_count; i++) {
		const struct template_node *node = &template->nodes[i];
		if (node->kind == NODE_VALUE && node->param == param)
			return node->format;
	}
	return 0;
}

enum err render_params(const struct template *template, const struct alert *alert, const struct zone *zone,
		       struct arena *arena, struct submit_param **out)
{
	const struct template_header *header = &template->header;
	struct param_value *values = arena_alloc(arena, header->param_count * sizeof *values);
	struct submit_param *params = arena_alloc(arena, header->param_count * sizeof *params);
	if (values == NULL || params == NULL)
		return ERR_FULL;
	enum err err = alert_values_take(header, alert, zone, arena, values, NULL);
	if (err != ERR_OK)
		return err;
	for (unsigned i = 0; i < header->param_count; i++) {
		const struct template_param *param = &header->params[i];
		size_t room = values[i].is_given ? value_format_room(param->type, &values[i]) : 0;
		char *text = room > 0 ? arena_alloc(arena, room) : NULL;
		if (room > 0 && text == NULL)
			return ERR_FULL;
		struct buf buf = buf_over(text, room);
		value_format_write(param->type, format_of(template, i), template->tongue, &values[i], &buf);
		params[i] = (struct submit_param){ param->name, buf_slice(&buf) };
	}
	*out = params;
	return ERR_OK;
}
