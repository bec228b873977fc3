/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_model.h"

#include "fake_options.h"

static void put(struct fake_buffer *out, struct fake_slice text) { fake_buffer_append(out, text.at, text.len); }

static const struct fake_model *find(const struct fake_options *options, struct fake_slice code) {
  for (uint32_t index = 0; index < options->models_count; index++) {
    struct fake_slice known = fake_slice_of(options->models[index].code);
    if (fake_slice_equal(fake_slice_cut(&known, '='), code)) return &options->models[index];
  }
  return NULL;
}

enum fake_model_filled fake_model_fill(const struct fake_options *options, struct fake_slice code, struct fake_slice signature,
                                       struct fake_slice parameters, fake_model_value value, const void *context,
                                       struct fake_buffer *out) {
  put(out, fake_slice_of("【"));
  put(out, signature);
  put(out, fake_slice_of("】"));
  if (options->models_count == 0) {
    put(out, code);
    put(out, fake_slice_of(" "));
    put(out, parameters);
    return FAKE_MODEL_FILLED;
  }
  const struct fake_model *model = find(options, code);
  if (model == NULL) return FAKE_MODEL_UNKNOWN;
  struct fake_slice rest = fake_slice_of(model->text);
  while (rest.len > 0) {
    struct fake_slice plain = fake_slice_cut(&rest, '{');
    bool is_place = plain.at + plain.len < rest.at && rest.len > 0;
    if (is_place && plain.len > 0 && plain.at[plain.len - 1] == '$') plain.len--;
    put(out, plain);
    if (!is_place) break;
    struct fake_slice found = value(context, fake_slice_cut(&rest, '}'));
    if (found.at == NULL) return FAKE_MODEL_LACKS;
    put(out, found);
  }
  return FAKE_MODEL_FILLED;
}
