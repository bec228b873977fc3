/* SPDX-License-Identifier: Apache-2.0 */
#include "render/render.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/utf8.h"
#include "model/tenant_signature.h"
#include "render/alert_values.h"
#include "render/param_value.h"
#include "render/template_node.h"
#include "render/value_format.h"

#define BRACKET_OPEN  SLICE("【")
#define BRACKET_CLOSE SLICE("】")

/* First every parameter is checked and taken apart, then the room is known, then the nodes are written in one go. A
 * value is written as it is: braces in it mean nothing. */

static const struct slice none = { NULL, 0 };

static struct slice signature_of(const struct template_header *header, const struct render_options *options,
				 struct slice tenant)
{
	if (header->has_no_signature || options->signature_mode == RENDER_SIGNATURE_NONE)
		return none;
	if (header->signature.len > 0)
		return header->signature;
	return tenant_signature_of(options->tenants, options->tenant_count, tenant, options->signature);
}

/* Octets that the text may take: exact for words, an upper bound for numbers and dates. */
static size_t room_for(const struct template *template, const struct param_value *values, struct slice signature)
{
	size_t room = template->literal_octets + signature.len + BRACKET_OPEN.len + BRACKET_CLOSE.len;
	for (unsigned i = 0; i < template->header.param_count; i++) {
		if (values[i].is_given)
			room += template->uses[i] * value_format_room(template->header.params[i].type, &values[i]);
	}
	return room < RENDER_OCTETS_MAX ? room : RENDER_OCTETS_MAX;
}

static void write_nodes(const struct template *template, const struct param_value *values, struct buf *out)
{
	for (unsigned i = 0; i < template->node_count; i++) {
		const struct template_node *node = &template->nodes[i];
		switch ((enum template_node_kind)node->kind) {
		case NODE_TEXT:
			buf_put_slice(out, node->text);
			break;
		case NODE_VALUE:
			value_format_write(template->header.params[node->param].type, node->format, template->tongue,
					   &values[node->param], out);
			break;
		case NODE_SECTION:
		case NODE_INVERTED:
			if (values[node->param].is_truthy != (node->kind == NODE_SECTION))
				i = node->end - 1;
			break;
		}
	}
}

static enum err fail_long(size_t length, struct template_problem *problem)
{
	char numbers[48];
	struct buf buf = buf_over(numbers, sizeof numbers);
	buf_put_uint(&buf, length);
	struct slice has = buf_slice(&buf);
	buf_put_uint(&buf, TEMPLATE_LENGTH_MAX);
	const struct slice args[] = { has, { numbers + has.len, buf.len - has.len } };
	return template_problem_set(problem, PROBLEM_RESULT_LONG, none, args, 2);
}

/* Blanks and line ends behind the text come from sections that did not show; nobody means to pay for them. */
static void drop_tail(struct buf *buf, size_t body)
{
	while (buf->len > body) {
		char last = buf->at[buf->len - 1];
		if (last != ' ' && last != '\n' && last != '\t')
			break;
		buf->len--;
	}
}

static enum err write_text(const struct template *template, const struct param_value *values, struct slice signature,
			   struct arena *arena, struct slice *out, struct template_problem *problem)
{
	size_t room = room_for(template, values, signature);
	char *text = arena_alloc(arena, room);
	if (text == NULL)
		return template_problem_set(problem, PROBLEM_ARENA, none, NULL, 0);
	struct buf buf = buf_over(text, room);
	if (signature.len > 0 && !slice_starts(signature, BRACKET_OPEN)) {
		buf_put_slice(&buf, BRACKET_OPEN);
		buf_put_slice(&buf, signature);
		buf_put_slice(&buf, BRACKET_CLOSE);
	} else {
		buf_put_slice(&buf, signature);
	}
	size_t body = buf.len;
	write_nodes(template, values, &buf);
	drop_tail(&buf, body);
	size_t length = buf.full || buf.len > TEMPLATE_LENGTH_MAX ? utf8_count(text, buf.len) : 0;
	/* What did not fit had at least one character more. */
	if (buf.full && length <= TEMPLATE_LENGTH_MAX)
		length = TEMPLATE_LENGTH_MAX + 1;
	if (length > TEMPLATE_LENGTH_MAX)
		return fail_long(length, problem);
	if (buf.len == body)
		return template_problem_set(problem, PROBLEM_RESULT_EMPTY, none, NULL, 0);
	arena_trim(arena, text, room, buf.len);
	*out = buf_slice(&buf);
	return ERR_OK;
}

enum err render_alert_report(const struct template *template, const struct alert *alert,
			     const struct render_options *options, struct arena *arena, struct sms *out,
			     struct template_problem *problem)
{
	CHECK(alert->kind == ALERT_SEND);
	const struct template_header *header = &template->header;
	struct param_value *values = arena_alloc(arena, header->param_count * sizeof *values);
	if (values == NULL)
		return template_problem_set(problem, PROBLEM_ARENA, none, NULL, 0);
	enum err err = alert_values_take(header, alert, options->zone, arena, values, problem);
	struct slice text = none;
	if (err == ERR_OK)
		err = write_text(template, values, signature_of(header, options, alert->tenant), arena, &text, problem);
	if (err != ERR_OK)
		return err;
	*out = (struct sms){
		.text = text,
		.sms_class = header->sms_class,
		.on_unknown = sms_on_unknown(header->sms_class, header->on_unknown),
		.max_age_ms = header->max_age_ms,
		.template_name = header->name,
		.template_version = header->version,
	};
	return ERR_OK;
}

enum err render_alert(const struct template *template, const struct alert *alert, const struct render_options *options,
		      struct arena *arena, struct sms *out, struct err_at *at)
{
	struct template_problem problem;
	problem.kind = PROBLEM_NONE;
	problem.offset = 0;
	problem.line = 0;
	problem.column = 0;
	enum err err = render_alert_report(template, alert, options, arena, out, &problem);
	if (err != ERR_OK)
		template_problem_export(&problem, at);
	return err;
}
