/* SPDX-License-Identifier: Apache-2.0 */

/* Five templates in two editions, routes that leave some numbers out. */

#include "sim/sim_texts.h"

#include "base/check.h"
#include "base/civil.h"

#include <stdio.h>

static void add_template(struct catalogue *catalogue, const char *name, const char *source)
{
	struct template *template = NULL;
	struct err_at at = { .err = ERR_OK };
	struct slice locale = { NULL, 0 };
	CHECK(template_compile(slice_of(name), locale, slice_of(source), &template, &at) == ERR_OK);
	CHECK(catalogue_add(catalogue, &template, NULL) == ERR_OK);
}

/* One edition of all texts: they differ in a mark at their end. */
static struct catalogue *make_catalogue(const char *mark)
{
	static const struct {
		const char *name;
		const char *header;
		const char *text;
	} rows[] = {
		{ "short", "class: notice\nparam n integer n sample=1", "您好，第{{n}}条" },
		{ "careful", "class: notice\non_unknown: hold\nparam n integer n sample=1", "您好，第{{n}}条" },
		{ "long", "class: notice\nparam n integer n sample=1\nparam t text t max=400 sample=x",
		  "第{{n}}条：{{t}}" },
		{ "long_careful", "class: marketing\nparam n integer n sample=1\nparam t text t max=400 sample=x",
		  "第{{n}}条：{{t}} 退订回T" },
		{ "alarm", "class: critical\nparam n integer n sample=1", "请注意，第{{n}}条" },
	};
	struct catalogue *catalogue = catalogue_create((struct slice){ NULL, 0 });
	CHECK(catalogue != NULL);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char source[256];
		snprintf(source, sizeof source, "%s\n---\n%s%s", rows[i].header, rows[i].text, mark);
		add_template(catalogue, rows[i].name, source);
	}
	CHECK(catalogue_freeze(catalogue) == ERR_OK);
	return catalogue;
}

bool sim_texts_make(struct sim_world *world)
{
	static const struct slice both[] = { SLICE("86138") };
	static const struct slice second[] = { SLICE("86139") };
	static const uint8_t accounts[] = { 0, 1 };
	const struct route_rule rules[] = {
		{ .prefixes = both, .prefix_count = 1, .accounts = accounts, .account_count = 2 },
		{ .prefixes = second, .prefix_count = 1, .accounts = accounts + 1, .account_count = 1 },
	};
	static const char *const marks[SIM_EDITIONS] = { "。", "！" };
	for (unsigned i = 0; i < SIM_EDITIONS; i++)
		world->editions[i] = make_catalogue(marks[i]);
	rng_seed(&world->publish_rng, world->seed + 77);
	return route_create(rules, sizeof rules / sizeof rules[0], NULL, 0, &world->routes, NULL) == ERR_OK;
}

void sim_texts_publish(struct sim_world *world)
{
	bool are_compared = false;
	for (unsigned i = 0; i < SMS_CLASS_COUNT; i++)
		are_compared = are_compared || world->protect.options.limits[i].identical_ms > 0;
	/* Where texts are held against each other they stay what they are: the check knows alerts, and not their editions. */
	if (!are_compared && rng_below(&world->publish_rng, 1000000) < world->profile.publish)
		world->edition = (world->edition + 1) % SIM_EDITIONS;
}

static const char *template_of(const struct sim_alert *alert)
{
	static const char *const names[2][2] = { { "short", "careful" }, { "long", "long_careful" } };
	return alert->is_critical ? "alarm" : names[alert->is_long][alert->is_careful];
}

enum sms_class sim_texts_class(const struct sim_alert *alert)
{
	if (alert->is_critical)
		return SMS_CLASS_CRITICAL;
	return alert->is_long && alert->is_careful ? SMS_CLASS_MARKETING : SMS_CLASS_NOTICE;
}

/* Every third is the second account's alone. */
void sim_texts_number(unsigned number, char out[static SIM_NUMBER_OCTETS])
{
	snprintf(out, SIM_NUMBER_OCTETS, "86%s%08u", number % 3 == 0 ? "139" : "138", number);
}

bool sim_texts_same_template(const struct sim_alert *a, const struct sim_alert *b)
{
	return template_of(a) == template_of(b);
}

void sim_texts_name(const struct sim_alert *alert, enum pause_kind kind, char *out)
{
	out[0] = '\0';
	if (alert->kind == SIM_CANCEL || alert->kind == SIM_MALFORMED || alert->kind == SIM_BAD)
		return;
	if (kind == PAUSE_TEMPLATE)
		snprintf(out, PAUSE_NAME_OCTETS, "%s", template_of(alert));
	else if (kind == PAUSE_TENANT && alert->tenant != 0)
		snprintf(out, PAUSE_NAME_OCTETS, "t%u", alert->tenant);
	else if (kind == PAUSE_BATCH && alert->batch != 0)
		snprintf(out, PAUSE_NAME_OCTETS, "r%u", alert->batch);
}

static void put_instant(struct buf *body, const char *key, wall_ms at)
{
	char text[40];
	size_t len = civil_format_rfc3339(at, 0, text);
	buf_put_format(body, ",\"%s\":\"%.*s\"", key, (int)len, text);
}

static void put_subject(struct buf *body, const struct sim_alert *alert)
{
	if (alert->subject != 0)
		buf_put_format(body, ",\"subject\":\"s%u\"", alert->subject);
	if (alert->supersedes)
		buf_put_text(body, ",\"supersede\":true");
}

void sim_texts_put_bad(struct sim_world *world, struct buf *body, const struct sim_alert *alert)
{
	static const char *const numbers[] = { "13800000001", "15000000001" }; /* the second has no route */
	uint64_t way = rng_below(&world->rng, 5);
	if (way == 0) {
		buf_put_text(body, "{\"id\":\"oops");
		return;
	}
	if (way == 1) {
		buf_put_text(body, "{\"cancel\":\"\"}");
		return;
	}
	buf_put_format(body, "{\"id\":\"b%u\",\"to\":\"%s\",\"template\":\"%s\",\"params\":{\"n\":\"%s\"}", alert->id,
		       numbers[way == 4], way == 2 ? "shrot" : "short", way == 3 ? "x" : "1");
	put_subject(body, alert);
	buf_put_text(body, "}");
}

static void put_cancel(struct buf *body, const struct sim_alert *alert)
{
	switch (alert->cancel) {
	case WITHDRAWAL_ID:
		buf_put_format(body, "{\"cancel\":\"a%u\"}", alert->id);
		return;
	case WITHDRAWAL_BATCH:
		buf_put_format(body, "{\"cancel_batch\":\"r%u\"}", alert->batch);
		return;
	case WITHDRAWAL_SUBJECT:
	case WITHDRAWAL_SUPERSEDED:
		buf_put_format(body, "{\"cancel_subject\":\"s%u\",\"template\":\"%s\"}", alert->subject,
			       template_of(alert));
		return;
	}
}

void sim_texts_put(struct sim_world *world, struct buf *body, const struct sim_alert *alert)
{
	if (alert->kind == SIM_CANCEL) {
		put_cancel(body, alert);
		return;
	}
	char number[SIM_NUMBER_OCTETS];
	snprintf(number, sizeof number, "86%s%08u", rng_below(&world->rng, 3) == 0 ? "139" : "138", alert->id);
	if (alert->number != 0)
		sim_texts_number(alert->number, number);
	buf_put_format(body, "{\"id\":\"a%u\",\"to\":\"%s\",\"template\":\"%s\",\"params\":{\"n\":\"%u\"", alert->id,
		       number, template_of(alert), alert->text != 0 ? alert->text : 1000 + alert->id);
	if (alert->is_long) {
		buf_put_text(body, ",\"t\":\"");
		for (unsigned i = 0; i < 67 * SIM_LONG_PARTS - 20; i++)
			buf_put_text(body, "电");
		buf_put_text(body, "\"");
	}
	buf_put_text(body, "}");
	if (alert->has_consent)
		buf_put_format(body, ",\"consent\":\"c%u\"", alert->id);
	if (alert->expires_at)
		put_instant(body, "expires_at", alert->expires_at);
	if (alert->not_before)
		put_instant(body, "not_before", alert->not_before);
	put_subject(body, alert);
	if (alert->batch != 0)
		buf_put_format(body, ",\"batch\":\"r%u\"", alert->batch);
	if (alert->tenant != 0)
		buf_put_format(body, ",\"tenant\":\"t%u\"", alert->tenant);
	if (alert->has_priority)
		buf_put_format(body, ",\"priority\":\"%s\"", lane_name(alert->priority));
	buf_put_text(body, "}");
}
