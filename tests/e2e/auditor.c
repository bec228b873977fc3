/* SPDX-License-Identifier: Apache-2.0 */
#include "auditor.h"

#include "books.h"
#include "redis_server.h"
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORDS_MAX     16
#define REPORT_OCTETS 262144
#define RUN_SECONDS   60
#define EXIT_CLEAN    0
#define EXIT_USAGE    64

static FILE *open_produced(struct auditor *auditor)
{
	*auditor = (struct auditor){ 0 };
	world_path(auditor->produced, "produced.jsonl");
	FILE *file = fopen(auditor->produced, "w");
	EXPECT(file != NULL);
	return file;
}

void auditor_open_load(struct auditor *auditor, unsigned count)
{
	FILE *file = open_produced(auditor);
	for (unsigned i = 0; i < count; i++) {
		char json[BOOKS_ALERT_OCTETS];
		char text[BOOKS_ALERT_OCTETS];
		books_alert(json, i);
		books_text(text, i);
		fprintf(file, "{\"alert\":%s,\"text\":\"%s\"}\n", json, text);
	}
	EXPECT(fclose(file) == 0);
}

void auditor_open_queue(struct auditor *auditor)
{
	static const char *const lanes[] = { "urgent", "normal", "bulk" };
	FILE *file = open_produced(auditor);
	for (unsigned lane = 0; lane < 3; lane++) {
		redisReply *reply = redis_server_call("XRANGE {hongyan}:alerts:%s - +", lanes[lane]);
		for (size_t i = 0; i < reply->elements; i++) {
			const redisReply *entry = reply->element[i];
			fprintf(file, "{\"entry\":\"%s\",\"stream\":\"%s\",\"alert\":%s}\n", entry->element[0]->str,
				lanes[lane], entry->element[1]->element[1]->str);
		}
		freeReplyObject(reply);
	}
	EXPECT(fclose(file) == 0);
}

void auditor_open(struct auditor *auditor)
{
	EXPECT(fclose(open_produced(auditor)) == 0);
}

void auditor_add_alert(const struct auditor *auditor, json_t *alert, const char *text)
{
	json_t *line = json_pack("{s:O,s:s}", "alert", alert, "text", text);
	FILE *file = fopen(auditor->produced, "ae");
	EXPECT(line != NULL && file != NULL && json_dumpf(line, file, JSON_COMPACT) == 0);
	EXPECT(fputs("\n", file) >= 0 && fclose(file) == 0);
	json_decref(line);
}

void auditor_add_file(struct auditor *auditor, const char *name)
{
	char path[WORLD_PATH_OCTETS];
	size_t len = strlen(auditor->carriers);
	world_path(path, name);
	int more = snprintf(auditor->carriers + len, sizeof auditor->carriers - len, "%s%s", len ? "," : "", path);
	EXPECT(more > 0 && (size_t)more < sizeof auditor->carriers - len);
}

void auditor_add_carrier(struct auditor *auditor, const struct smsc *smsc)
{
	char name[64];
	snprintf(name, sizeof name, "%s.record", smsc->process.name);
	auditor_add_file(auditor, name);
}

void auditor_add_killed(struct auditor *auditor, const struct smsc *smsc)
{
	static struct process decoder;
	char name[64];
	char raw[WORLD_PATH_OCTETS];
	char record[WORLD_PATH_OCTETS];
	snprintf(name, sizeof name, "%s.record.raw", smsc->process.name);
	world_path(raw, name);
	snprintf(name, sizeof name, "%s.record", smsc->process.name);
	world_path(record, name);
	process_start(&decoder, "decoder",
		      (const char *const[]){ FAKE_CARRIER_PROGRAM, "--decode", raw, "--record", record, NULL }, false);
	EXPECT_COUNT(process_wait(&decoder, RUN_SECONDS), 0);
	auditor_add_file(auditor, name);
}

/* All that it prints, until it closes its output. */
static char *read_report(const struct process *process)
{
	char *text = malloc(REPORT_OCTETS);
	size_t len = 0;
	ssize_t got;
	EXPECT(text != NULL);
	while ((got = read(process->out, text + len, REPORT_OCTETS - 1 - len)) > 0)
		len += (size_t)got;
	text[len] = '\0';
	return text;
}

/* script/faults adds up what all audits have found. */
static void keep_report(const json_t *report)
{
	const char *path = getenv("HONGYAN_AUDIT_REPORTS");
	FILE *file = path != NULL ? fopen(path, "ae") : NULL;
	if (file == NULL)
		return;
	EXPECT(json_dumpf(report, file, JSON_COMPACT) == 0 && fputs("\n", file) >= 0);
	EXPECT(fclose(file) == 0);
}

json_t *auditor_run(const struct auditor *auditor, int want_status, const char *const options[])
{
	static struct process process;
	const char *words[WORDS_MAX] = { HONGYAN_PROGRAM,   "audit",     "--json",         "--produced",
					 auditor->produced, "--carrier", auditor->carriers };
	unsigned count = 7;
	for (unsigned i = 0; options[i]; i++) {
		EXPECT(count + 1 < WORDS_MAX);
		words[count++] = options[i];
	}
	process_start(&process, "audit", words, true);
	char *text = read_report(&process);
	int status = process_wait(&process, RUN_SECONDS);
	if (status != want_status)
		FAIL("the audit ends with %d, wants %d: %s", status, want_status, text);
	json_t *report = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	if (report == NULL && want_status < EXIT_USAGE)
		FAIL("the report is no JSON: %s", text);
	if (want_status == EXIT_CLEAN)
		keep_report(report);
	free(text);
	return report;
}

long long auditor_count(const json_t *report, const char *name)
{
	const json_t *count = json_object_get(report, name);
	if (!json_is_integer(count))
		FAIL("there is no count of “%s”", name);
	return json_integer_value(count);
}

void auditor_check_load(const struct smsc *smsc, unsigned count, unsigned again)
{
	struct auditor auditor;
	auditor_open_load(&auditor, count);
	auditor_add_carrier(&auditor, smsc);
	json_t *report =
		auditor_run(&auditor, EXIT_CLEAN, (const char *const[]){ "--redis", redis_server_url(), NULL });
	EXPECT_COUNT(auditor_count(report, "produced"), count);
	EXPECT_COUNT(auditor_count(report, "accepted"), count);
	EXPECT_COUNT(auditor_count(report, "duplicates_explained"), again);
	EXPECT_COUNT(auditor_count(report, "drift"), 0);
	json_decref(report);
}
