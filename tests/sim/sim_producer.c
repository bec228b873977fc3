/* SPDX-License-Identifier: Apache-2.0 */

/* Producers: alerts of all kinds, good and bad, on all lanes. Two templates, routes that leave some numbers out. */

#include "base/buf.h"
#include "base/check.h"
#include "base/civil.h"
#include "sim/sim_world.h"

#define BODY_OCTETS 1024

static void add_template(struct catalogue *catalogue, const char *name, const char *source)
{
	struct template *template = NULL;
	struct err_at at = { .err = ERR_OK };
	struct slice locale = { NULL, 0 };
	CHECK(template_compile(slice_of(name), locale, slice_of(source), &template, &at) == ERR_OK);
	CHECK(catalogue_add(catalogue, &template, NULL) == ERR_OK);
}

bool sim_producer_make_texts(struct sim_world *world)
{
	static const struct slice both[] = { SLICE("86138") };
	static const struct slice second[] = { SLICE("86139") };
	static const uint8_t accounts[] = { 0, 1 };
	const struct route_rule rules[] = {
		{ .prefixes = both, .prefix_count = 1, .accounts = accounts, .account_count = 2 },
		{ .prefixes = second, .prefix_count = 1, .accounts = accounts + 1, .account_count = 1 },
	};
	world->catalogue = catalogue_create((struct slice){ NULL, 0 });
	CHECK(world->catalogue != NULL);
	add_template(world->catalogue, "short", "class: notice\nparam n integer n sample=1\n---\n您好，第{{n}}条。");
	add_template(world->catalogue, "careful",
		     "class: notice\non_unknown: hold\nparam n integer n sample=1\n---\n您好，第{{n}}条。");
	add_template(world->catalogue, "long",
		     "class: notice\nparam n integer n sample=1\n"
		     "param t text t max=400 sample=x\n---\n第{{n}}条：{{t}}");
	add_template(world->catalogue, "long_careful",
		     "class: marketing\nparam n integer n sample=1\n"
		     "param t text t max=400 sample=x\n---\n第{{n}}条：{{t}}");
	return catalogue_freeze(world->catalogue) == ERR_OK &&
	       route_create(rules, sizeof rules / sizeof rules[0], &world->routes, NULL) == ERR_OK;
}

static unsigned die(struct sim_world *world, unsigned sides)
{
	return (unsigned)rng_below(&world->rng, sides);
}

static enum sim_kind pick_kind(struct sim_world *world)
{
	static const unsigned shares[SIM_KIND_COUNT] = {
		[SIM_PLAIN] = 68, [SIM_TWICE] = 7,     [SIM_URGENT] = 10,
		[SIM_EARLY] = 7,  [SIM_MALFORMED] = 2, [SIM_BAD] = 6,
	};
	if (world->profile.is_calm)
		return SIM_PLAIN;
	unsigned throw = die(world, 100);
	unsigned kind = 0;
	while (throw >= shares[kind])
		throw -= shares[kind++];
	return (enum sim_kind)kind;
}

static void put_instant(struct buf *body, const char *key, wall_ms at)
{
	char text[40];
	size_t len = civil_format_rfc3339(at, 0, text);
	buf_put_format(body, ",\"%s\":\"%.*s\"", key, (int)len, text);
}

static void put_bad(struct sim_world *world, struct buf *body, unsigned id)
{
	switch (die(world, 4)) {
	case 0:
		buf_put_text(body, "{\"id\":\"oops");
		break;
	case 1:
		buf_put_format(body, "{\"id\":\"b%u\",\"to\":\"13800000001\",\"template\":\"shrot\"}", id);
		break;
	case 2:
		buf_put_format(
			body, "{\"id\":\"b%u\",\"to\":\"13800000001\",\"template\":\"short\",\"params\":{\"n\":\"x\"}}",
			id);
		break;
	default: /* no route */
		buf_put_format(
			body, "{\"id\":\"b%u\",\"to\":\"15000000001\",\"template\":\"short\",\"params\":{\"n\":\"1\"}}",
			id);
		break;
	}
}

static void put_body(struct sim_world *world, struct buf *body, const struct sim_alert *alert)
{
	static const char *const names[2][2] = { { "short", "careful" }, { "long", "long_careful" } };
	bool is_long = alert->is_long;
	buf_put_format(body, "{\"id\":\"a%u\",\"to\":\"%s%08u\",\"template\":\"%s\",\"params\":{\"n\":\"%u\"",
		       alert->id, die(world, 3) == 0 ? "139" : "138", alert->id, names[is_long][alert->is_careful],
		       alert->id);
	if (is_long) {
		buf_put_text(body, ",\"t\":\"");
		for (unsigned i = 0; i < 67 * SIM_LONG_PARTS - 20; i++)
			buf_put_text(body, "电");
		buf_put_text(body, "\"");
	}
	buf_put_text(body, "}");
	if (alert->expires_at)
		put_instant(body, "expires_at", alert->expires_at);
	if (alert->not_before)
		put_instant(body, "not_before", alert->not_before);
	buf_put_text(body, "}");
}

static void produce_one(struct sim_world *world)
{
	char octets[BODY_OCTETS];
	struct buf body = buf_over(octets, sizeof octets);
	struct sim_alert alert = {
		.kind = pick_kind(world),
		.id = world->next_id,
		.is_long = !world->profile.is_calm && die(world, 6) == 0,
		.is_careful = die(world, 3) == 0,
	};
	enum lane lane = (enum lane)die(world, LANE_READY);
	wall_ms now = world->env.now.wall;
	if (alert.kind == SIM_TWICE && world->next_id > 1)
		alert.id = 1 + die(world, world->next_id - 1);
	else
		world->next_id++;
	if (alert.kind == SIM_URGENT)
		alert.expires_at = now + 1 + die(world, 4000);
	if (alert.kind == SIM_EARLY)
		alert.not_before = now + 1 + die(world, 5000);
	if (alert.kind == SIM_MALFORMED)
		buf_put_text(&body, "note: hello\n");
	else if (alert.kind == SIM_BAD)
		put_bad(world, &body, alert.id);
	else
		put_body(world, &body, &alert);
	CHECK(!body.full);
	struct entry_key key = queue_model_add(world->model, lane, buf_slice(&body),
					       alert.kind == SIM_MALFORMED ? "the field “alert” is missing" : NULL);
	alert.origin = key;
	*sim_ledger_add(&world->ledger, &key, alert.kind) = alert;
}

void sim_producer_step(struct sim_world *world)
{
	mono_us now = world->env.now.mono;
	if (!world->is_producing || now < world->produce_at)
		return;
	unsigned count = 1 + (die(world, 10) == 0 ? die(world, 60) : die(world, 4));
	while (count-- > 0)
		produce_one(world);
	world->produce_at = now + 1 + (mono_us)rng_below(&world->rng, (uint64_t)world->produce_every_us);
}
