/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_handlers.h"
#include "console/console_inner.h"
#include "console/console_proof.h"

#include <stdlib.h>

#define NAME_OCTETS   192
#define LOCALE_OCTETS 35

/* What room proof is asked, out of JSON: texts are borrowed from the body, values that are no texts from the arena. */
struct question {
	struct arena arena;
	struct proof_sample samples[PROOF_SAMPLES_MAX];
	unsigned sample_count;
};

static struct slice text_of(const json_t *value)
{
	return json_is_string(value) ? (struct slice){ json_string_value(value), json_string_length(value) }
				     : (struct slice){ NULL, 0 };
}

static bool read_value(struct question *question, const json_t *value, struct alert_param *out)
{
	out->value = text_of(value);
	out->is_number = json_is_number(value);
	if (json_is_string(value))
		return true;
	char *text = json_is_number(value) ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
	out->value = arena_copy(&question->arena, slice_of(text));
	free(text);
	return out->value.at != NULL;
}

static bool read_sample(struct question *question, const json_t *from, struct proof_sample *out)
{
	json_t *params = json_object_get(from, "params");
	struct alert_param *list = arena_alloc(&question->arena, (json_object_size(params) + 1) * sizeof *list);
	*out = (struct proof_sample){
		.name = text_of(json_object_get(from, "name")),
		.locale = text_of(json_object_get(from, "locale")),
		.params = list,
		.expect = text_of(json_object_get(from, "expect")),
	};
	if (list == NULL || !json_is_object(params) || out->name.at == NULL)
		return false;
	const char *name;
	json_t *value;
	json_object_foreach(params, name, value)
	{
		struct alert_param *param = &list[out->param_count++];
		param->name = slice_of(name);
		if (!read_value(question, value, param))
			return false;
	}
	return true;
}

static bool read_samples(struct question *question, const json_t *from)
{
	size_t index;
	json_t *each;
	if (from != NULL && (!json_is_array(from) || json_array_size(from) > PROOF_SAMPLES_MAX))
		return false;
	json_array_foreach(from, index, each)
	{
		if (!read_sample(question, each, &question->samples[question->sample_count++]))
			return false;
	}
	return true;
}

/* An arena for the question, another one for the answer: who reads must not eat what is written from. */
static void preview(struct console_call *call, struct question *question, const struct proof_variant *variant,
		    void *block)
{
	struct arena arena;
	const char *tenant = console_text(call->body, "tenant", NAME_OCTETS);
	char *text = malloc(PROOF_JSON_OCTETS);
	if (text == NULL) {
		console_refuse(call, CONSOLE_BUSY);
		return;
	}
	struct buf out = buf_over(text, PROOF_JSON_OCTETS);
	arena_init(&arena, block, PROOF_ARENA_OCTETS, PROOF_ARENA_OCTETS);
	proof_preview_write(variant, question->samples, question->sample_count,
			    slice_of(tenant != NULL && *tenant != '\0' ? tenant : NULL),
			    console_proof_reading(call->console), &arena, &out);
	arena_fini(&arena);
	if (out.full) {
		free(text);
		console_refuse(call, CONSOLE_INVALID);
		return;
	}
	console_send(call, "application/json", text, out.len);
}

void console_preview_post(struct console_call *call)
{
	const char *name = console_text(call->body, "name", NAME_OCTETS);
	const char *locale = console_text(call->body, "locale", LOCALE_OCTETS);
	const json_t *source = json_object_get(call->body, "source");
	struct question *question = calloc(1, sizeof *question);
	void *block = malloc(PROOF_ARENA_OCTETS);
	void *own = malloc(PROOF_ARENA_OCTETS);
	if (question == NULL || block == NULL || own == NULL) {
		console_refuse(call, CONSOLE_BUSY);
	} else if (name == NULL || locale == NULL || !json_is_string(source)) {
		console_refuse(call, CONSOLE_INVALID);
	} else {
		const struct proof_variant variant = {
			.name = slice_of(name),
			.locale = slice_of(locale),
			.source = text_of(source),
		};
		arena_init(&question->arena, own, PROOF_ARENA_OCTETS, PROOF_ARENA_OCTETS);
		if (read_samples(question, json_object_get(call->body, "samples")))
			preview(call, question, &variant, block);
		else
			console_refuse(call, CONSOLE_INVALID);
		arena_fini(&question->arena);
	}
	free(question);
	free(block);
	free(own);
}
