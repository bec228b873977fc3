/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_board.h"

#include <stdio.h>
#include <string.h>

/* A trouble is told where somebody should do something about it, or will be asked about it. */

#define DEAD_RISES        10 /* letters more than some minutes ago */
#define SENTENCE_OCTETS   512
#define SECONDS_OF_MINUTE 60

struct telling {
	json_t *list;
	const char *severity;
	const char *kind;
	const char *object;
	char zh[SENTENCE_OCTETS];
	char en[SENTENCE_OCTETS];
};

static void tell(struct telling *telling)
{
	json_t *trouble = json_pack("{s:s,s:s,s:{s:s,s:s}}", "severity", telling->severity, "kind", telling->kind,
				    "message", "zh", telling->zh, "en", telling->en);
	if (trouble == NULL)
		return;
	if (telling->object != NULL)
		json_object_set_new(trouble, "object", json_string(telling->object));
	json_array_append_new(telling->list, trouble);
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text != NULL ? text : "";
}

static void tell_gateways(struct telling *telling, const json_t *overview)
{
	size_t index;
	json_t *gateway;
	unsigned live = 0;
	json_array_foreach(json_object_get(overview, "gateways"), index, gateway)
	{
		if (json_is_false(json_object_get(gateway, "is_silent"))) {
			live++;
			continue;
		}
		telling->severity = "error";
		telling->kind = "gateway_silent";
		telling->object = text_of(gateway, "instance");
		json_int_t for_s = (console_board_count(overview, "at") - console_board_count(gateway, "at")) / 1000;
		snprintf(telling->zh, sizeof telling->zh, "网关 %s 已有 %lld 秒没有消息", telling->object,
			 (long long)for_s);
		snprintf(telling->en, sizeof telling->en, "Nothing was heard of gateway %s for %lld s", telling->object,
			 (long long)for_s);
		tell(telling);
	}
	if (live > 0)
		return;
	telling->severity = "error";
	telling->kind = "no_gateway";
	telling->object = NULL;
	snprintf(telling->zh, sizeof telling->zh, "没有正在运行的网关，短信不会发出");
	snprintf(telling->en, sizeof telling->en, "No gateway runs: nothing is sent");
	tell(telling);
}

/* What gateways say of Redis: each sees it with its own eyes, one trouble is enough. */
static void tell_redis(struct telling *telling, const struct console_board *now)
{
	const char *instance;
	json_t *gateway;
	bool is_full = false;
	json_object_foreach(now->gateways, instance, gateway) is_full |=
		json_is_true(json_object_get(json_object_get(json_object_get(gateway, "status"), "redis"), "full"));
	if (!is_full)
		return;
	telling->severity = "error";
	telling->kind = "redis_full";
	telling->object = NULL;
	snprintf(telling->zh, sizeof telling->zh, "Redis 内存已满，发送已暂停，请联系运维人员");
	snprintf(telling->en, sizeof telling->en, "Redis is full: sending rests; call the operators");
	tell(telling);
}

static void tell_accounts(struct telling *telling, const json_t *overview)
{
	size_t index;
	json_t *account;
	json_array_foreach(json_object_get(overview, "accounts"), index, account)
	{
		const char *state = text_of(account, "state");
		const char *reason = text_of(account, "reason");
		if (strcmp(state, "up") == 0)
			continue;
		telling->severity = strcmp(state, "down") == 0 || strcmp(state, "refused") == 0 ? "error" : "warning";
		telling->kind = "account_down";
		telling->object = text_of(account, "name");
		const char *zh = strcmp(state, "down") == 0      ? "已断开"
				 : strcmp(state, "refused") == 0 ? "被运营商拒绝登录"
								 : "已由运维人员停用";
		snprintf(telling->zh, sizeof telling->zh, "通道 %s %s%s%s", telling->object, zh, *reason ? "：" : "",
			 reason);
		snprintf(telling->en, sizeof telling->en, "Account %s is %s%s%s", telling->object, state,
			 *reason ? ": " : "", reason);
		tell(telling);
	}
}

static void tell_dead(struct telling *telling, const struct console_board *now, const struct console_board *long_before)
{
	if (long_before == NULL || now->dead < long_before->dead + DEAD_RISES)
		return;
	unsigned long long more = (unsigned long long)(now->dead - long_before->dead);
	long long minutes = (long long)(now->at - long_before->at) / 1000 / SECONDS_OF_MINUTE + 1;
	telling->severity = "warning";
	telling->kind = "dead_rising";
	telling->object = NULL;
	snprintf(telling->zh, sizeof telling->zh, "最近 %lld 分钟新增 %llu 条发送失败的短信", minutes, more);
	snprintf(telling->en, sizeof telling->en, "%llu alerts died within the last %lld minutes", more, minutes);
	tell(telling);
}

static void put_clock(const struct zone *zone, json_int_t at, char out[static 16])
{
	struct civil civil = civil_from_wall((wall_ms)at, zone != NULL ? zone_offset_s(zone, (wall_ms)at) : 0);
	snprintf(out, 16, "%02d:%02d", civil.hour, civil.minute);
}

/* How old the oldest one of a lane may become, in seconds. */
static double patience_of(const char *lane)
{
	return strcmp(lane, "urgent") == 0 ? 60 : strcmp(lane, "bulk") == 0 ? 4 * 3600 : 600;
}

static const char *lane_in_chinese(const char *lane)
{
	return strcmp(lane, "urgent") == 0 ? "紧急" : strcmp(lane, "bulk") == 0 ? "批量" : "普通";
}

static void tell_queue(struct telling *telling, const json_t *overview, const struct zone *zone)
{
	size_t index;
	json_t *lane;
	json_array_foreach(json_object_get(overview, "queue"), index, lane)
	{
		char clock[16] = "";
		double oldest_s = json_number_value(json_object_get(lane, "oldest_s"));
		const json_t *clear_at = json_object_get(lane, "clear_at");
		telling->object = text_of(lane, "lane");
		if (oldest_s <= patience_of(telling->object))
			continue;
		if (json_is_integer(clear_at))
			put_clock(zone, json_integer_value(clear_at), clock);
		telling->severity = "warning";
		telling->kind = "queue_old";
		snprintf(telling->zh, sizeof telling->zh, "%s队列最早的一条已等待 %.0f 分钟%s%s",
			 lane_in_chinese(telling->object), oldest_s / SECONDS_OF_MINUTE,
			 *clock ? "，清空时间 " : "，暂无法估计清空时间", clock);
		snprintf(telling->en, sizeof telling->en,
			 "The oldest alert of the lane %s waits for %.0f minutes; %s%s", telling->object,
			 oldest_s / SECONDS_OF_MINUTE,
			 *clock ? "it will be clear at " : "nobody knows when it will be clear", clock);
		tell(telling);
	}
}

/* A gateway that has not even the texts that all should have had some seconds ago. */
static void tell_texts(struct telling *telling, const struct console_board *now, const struct console_board *before)
{
	const char *instance;
	json_t *gateway;
	if (before == NULL || now->at - before->at < 3000)
		return;
	json_object_foreach(now->gateways, instance, gateway)
	{
		bool is_silent = now->at - console_board_count(gateway, "at") > CONSOLE_BOARD_STALE_MS;
		if (is_silent || console_board_count(gateway, "templates_turn") >= (json_int_t)before->turn)
			continue;
		telling->severity = "error";
		telling->kind = "texts_differ";
		telling->object = instance;
		snprintf(telling->zh, sizeof telling->zh, "网关 %s 尚未换用最新发布的模板", instance);
		snprintf(telling->en, sizeof telling->en, "Gateway %s does not send the texts that were published last",
			 instance);
		tell(telling);
	}
}

json_t *console_board_troubles(const json_t *overview, const struct console_board *now,
			       const struct console_board *before, const struct console_board *long_before,
			       const struct zone *zone)
{
	struct telling telling = { .list = json_array() };
	tell_gateways(&telling, overview);
	tell_redis(&telling, now);
	tell_accounts(&telling, overview);
	tell_texts(&telling, now, before);
	tell_queue(&telling, overview, zone);
	tell_dead(&telling, now, long_before);
	return telling.list;
}
