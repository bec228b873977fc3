/* SPDX-License-Identifier: Apache-2.0 */
#include "vet/alert_vet.h"

#include "decode/alert_decode.h"
#include "encode/segmenter.h"
#include "render/catalogue.h"
#include "render/render.h"
#include "route/route.h"

static enum err no_template(const struct alert_vet *vet, struct slice name, struct err_at *at)
{
	struct slice near = catalogue_nearest(vet->catalogue, name);
	char masked[ALERT_NAME_MAX + 8]; /* somebody may have put a phone number there */
	msisdn_mask_text(name, masked, sizeof masked);
	if (near.len > 0)
		return err_at_set(at, ERR_NOT_FOUND, 0, "template", "there is no template “%s” (did you mean “%.*s”?)",
				  masked, SLICE_ARG(near));
	return err_at_set(at, ERR_NOT_FOUND, 0, "template", "there is no template “%s”", masked);
}

static enum err find_route(const struct alert_vet *vet, const struct alert *alert, enum sms_class sms_class,
			   struct err_at *at)
{
	struct route_query query = {
		.to = &alert->to,
		.tenant = alert->tenant,
		.template_name = alert->template_name,
		.sms_class = sms_class,
		.at = vet->now,
		.zone = vet->zone,
	};
	if (vet->routes == NULL || route_find_any_time(vet->routes, &query) != NULL)
		return ERR_OK;
	return err_at_set(at, ERR_NOT_FOUND, 0, "to", "no route covers this number");
}

static enum err vet_text(const struct alert_vet *vet, const struct alert *alert, struct arena *arena,
			 unsigned *segments, struct err_at *at)
{
	const struct template *template = catalogue_find(vet->catalogue, alert->template_name, alert->locale);
	if (template == NULL)
		return no_template(vet, alert->template_name, at);
	struct render_options options = { .signature = vet->signature, .zone = vet->zone };
	struct sms sms;
	struct segmenter_count count;
	if (options.signature.len == 0)
		options.signature = (struct slice){ NULL, 0 };
	enum err err = render_alert(template, alert, &options, arena, &sms, at);
	if (err == ERR_OK)
		err = segmenter_count(sms.text, false, arena, &count, at);
	if (err != ERR_OK)
		return err;
	err = find_route(vet, alert, sms.sms_class, at);
	if (err == ERR_OK)
		*segments = count.segment_count;
	return err;
}

enum err alert_vet(const struct alert_vet *vet, struct slice json, struct arena *arena, struct alert *out,
		   unsigned *segments, struct err_at *at)
{
	struct decode_options options = { .country = vet->country };
	struct alert alert;
	*segments = 0;
	enum err err = alert_decode(json, &options, arena, &alert, at);
	if (err == ERR_OK && alert.kind == ALERT_SEND)
		err = vet_text(vet, &alert, arena, segments, at);
	if (err == ERR_OK)
		*out = alert;
	return err;
}
