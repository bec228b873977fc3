/* SPDX-License-Identifier: Apache-2.0 */
#include "proof/proof_render.h"

#include "render/render.h"

bool proof_render(const struct template *template, const struct proof_rules *rules, const struct alert *alert,
		  struct arena *arena, struct proof_text *out)
{
	const struct render_options options = {
		.signature = rules->signature,
		.tenants = rules->tenants,
		.tenant_count = rules->tenant_count,
		.zone = rules->zone,
	};
	struct sms sms = { .template_version = 0 };
	*out = (struct proof_text){ .text = { NULL, 0 } };
	if (render_alert_report(template, alert, &options, arena, &sms, &out->problem) != ERR_OK)
		return false;
	out->text = sms.text;
	if (segmenter_count(sms.text, false, arena, &out->count, NULL) == ERR_OK)
		return true;
	(void)template_problem_set(&out->problem, PROBLEM_ARENA, (struct slice){ NULL, 0 }, NULL, 0);
	return false;
}
