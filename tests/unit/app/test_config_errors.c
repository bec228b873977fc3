/* SPDX-License-Identifier: Apache-2.0 */
#include "test_scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

/* What a file must hold at least; rows put their text before it. */
#define ACCOUNT "accounts: [{ name: cmcc, address: \"h:1\", system_id: x }]\n"

struct row {
	const char *name;
	const char *text;
	const char *want; /* every line that is told */
};

static void run(const struct row *rows, size_t count)
{
	char folder[SCRATCH_PATH_OCTETS];
	char errors[SCRATCH_TEXT_OCTETS];
	scratch_make(folder);
	for (size_t i = 0; i < count; i++) {
		struct config *config = scratch_load(folder, rows[i].text, NULL, errors);
		cr_expect_str_eq(errors, rows[i].want, "%s: got\n%swant\n%s", rows[i].name, errors, rows[i].want);
		config_destroy(config);
	}
	scratch_remove(folder);
}

#define RUN(rows) run(rows, sizeof rows / sizeof rows[0])

Test(config_errors, keys)
{
	static const struct row rows[] = {
		{ "unknown key, near", "accounts:\n  - name: cmcc\n    address: h:1\n    system_id: x\n    windw: 5\n",
		  "hongyan.yaml:5:5: unknown key “windw” (did you mean “window”?)\n" },
		{ "unknown key, far", "zebra: 1\n" ACCOUNT, "hongyan.yaml:1:1: unknown key “zebra”\n" },
		{ "unknown in a section", "redis: { rul: \"redis://h\" }\n" ACCOUNT,
		  "hongyan.yaml:1:10: unknown key “rul” (did you mean “url”?)\n" },
		{ "unknown two sections deep", "protection: { per_day: { notise: 1 } }\n" ACCOUNT,
		  "hongyan.yaml:1:26: unknown key “notise” (did you mean “notice”?)\n" },
		{ "a number for a section", "protection: { per_day: 1 }\n" ACCOUNT,
		  "hongyan.yaml:1:24: “protection.per_day” must be a mapping with keys\n" },
		{ "a cap too high", "protection: { per_minute: { marketing: 101 } }\n" ACCOUNT,
		  "hongyan.yaml:1:40: protection.per_minute.marketing must be a whole number from 0 to 100, not "
		  "“101”\n" },
		{ "quiet hours of no length", "protection: { quiet_hours: { notice: \"08:00-08:00\" } }\n" ACCOUNT,
		  "hongyan.yaml:1:38: protection.quiet_hours.notice must be a span of hours such as “22:00-08:00”, not "
		  "“08:00-08:00”\n" },
		{ "unknown section", "rediss: { url: \"redis://h\" }\n" ACCOUNT,
		  "hongyan.yaml:1:1: unknown key “rediss” (did you mean “redis”?)\n" },
		{ "the twin of a secret is near",
		  "accounts: [{ name: a, address: \"h:1\", system_id: x, pasword_file: y }]\n",
		  "hongyan.yaml:1:53: unknown key “pasword_file” (did you mean “password_file”?)\n" },
		{ "no twin without a secret", "locale_file: x\n" ACCOUNT,
		  "hongyan.yaml:1:1: unknown key “locale_file”\n" },
		{ "a dotted key is none", "redis.url: \"redis://h\"\n" ACCOUNT,
		  "hongyan.yaml:1:1: “redis.url” is written as a mapping: redis: { url: … }\n" },
		{ "duplicate key", "workers: 1\nworkers: 2\n" ACCOUNT,
		  "hongyan.yaml:2:1: key “workers” is there twice, first in line 1\n" },
		{ "later", "redis: { shards: 3 }\n" ACCOUNT, "hongyan.yaml:1:10: “redis.shards” is not built yet\n" },
		{ "list of servers", "redis: [{ url: x }]\n" ACCOUNT,
		  "hongyan.yaml:1:8: a list of Redis servers is not built yet; write redis: { url: … }\n" },
		{ "section as a text", "redis: \"redis://h\"\n" ACCOUNT,
		  "hongyan.yaml:1:8: “redis” must be a mapping with keys\n" },
		{ "the missing one is misspelt", "accounts: [{ name: a, adress: \"h:1\", system_id: x }]\n",
		  "hongyan.yaml:1:23: unknown key “adress” (did you mean “address”?)\n" },
		{ "missing", "accounts: [{ name: a }]\n",
		  "hongyan.yaml:1:12: accounts[a].address is missing\n"
		  "hongyan.yaml:1:12: accounts[a].system_id is missing\n" },
	};
	RUN(rows);
}

Test(config_errors, yaml_that_is_refused)
{
	static const struct row rows[] = {
		{ "anchor", "workers: &w 1\n" ACCOUNT,
		  "hongyan.yaml:1:10: anchors (&name) are not used here; write the value out\n" },
		{ "alias", "workers: *w\n",
		  "hongyan.yaml:1:10: aliases (*name) are not used here; write the value out\n" },
		{ "tag", "workers: !!int 1\n", "hongyan.yaml:1:10: tags (!name) are not used here\n" },
		{ "second document", ACCOUNT "---\nworkers: 1\n",
		  "hongyan.yaml:2:1: a second document begins here; the file must hold one\n" },
		{ "key that is a list", "[a]: 1\n", "hongyan.yaml:1:1: a key must be a word, not a list or mapping\n" },
		{ "key that is null", "~: 1\n", "hongyan.yaml:1:1: a key is missing\n" },
		{ "too deep", "a: [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]\n", "hongyan.yaml:1:19: nested too deeply\n" },
		{ "no mapping", "- a\n", "hongyan.yaml:1:1: the file must hold a mapping: “key: value”\n" },
		{ "NUL", "signature: \"a\\0b\"\n", "hongyan.yaml:1:12: a text holds a NUL character\n" },
		{ "syntax", "a: [\n",
		  "hongyan.yaml:2:1: not valid YAML: did not find expected node content while parsing a flow node\n" },
		{ "not UTF-8", "signature: \xC0\xAF\n", "hongyan.yaml:1:1: not valid UTF-8 text from about here on\n" },
		{ "empty", "", "hongyan.yaml: there is no account; “accounts” needs at least one\n" },
		{ "comment only", "# nothing\n", "hongyan.yaml: there is no account; “accounts” needs at least one\n" },
	};
	RUN(rows);
}

Test(config_errors, json_that_is_refused)
{
	static const struct row rows[] = {
		{ "syntax", "{\n \"workers\": 1,,\n}",
		  "hongyan.yaml:2:15: malformed JSON: a name in quotes expected, found “,”\n" },
		{ "duplicate", "{\"workers\": 1,\n \"workers\": 2}",
		  "hongyan.yaml:2:2: key “workers” is there twice, first in line 1\n" },
		{ "number for a text",
		  "{\"signature\": 5, \"accounts\": [{\"name\": \"a\", \"address\": \"h:1\", \"system_id\": \"x\"}]}",
		  "hongyan.yaml:1:15: signature must be a text of at most 80 octets, not “5”; write it in quotes\n" },
		{ "text for a number",
		  "{\"workers\": \"2\",\n \"accounts\": [{\"name\": \"a\", \"address\": \"h:1\", \"system_id\": "
		  "\"x\"}]}",
		  "hongyan.yaml:1:13: workers must be auto, or a whole number from 1 to 64, not “2”; write it without "
		  "quotes\n" },
		{ "null", "{\"accounts\":\n [{\"name\": \"a\", \"address\": null, \"system_id\": \"x\"}]}",
		  "hongyan.yaml:2:28: accounts[a].address has no value; give it one, or leave the key out\n" },
		{ "unknown key",
		  "{\"accounts\":\n [{\"name\": \"a\", \"address\": \"h:1\", \"system_id\": \"x\",\n  \"tpss\": 1}]}",
		  "hongyan.yaml:3:3: unknown key “tpss” (did you mean “tps”?)\n" },
	};
	RUN(rows);
}

Test(config_errors, values)
{
	static const struct row rows[] = {
		{ "number below", "workers: 0\n" ACCOUNT,
		  "hongyan.yaml:1:10: workers must be auto, or a whole number from 1 to 64, not “0”\n" },
		{ "number above", "workers: 65\n" ACCOUNT,
		  "hongyan.yaml:1:10: workers must be auto, or a whole number from 1 to 64, not “65”\n" },
		{ "no number", "retry: { attempts_max: -1 }\n" ACCOUNT,
		  "hongyan.yaml:1:24: retry.attempts_max must be a whole number from 1 to 100, not “-1”\n" },
		{ "number in quotes", "retry: { attempts_max: \"3\" }\n" ACCOUNT,
		  "hongyan.yaml:1:24: retry.attempts_max must be a whole number from 1 to 100, not “3”; "
		  "write it without quotes\n" },
		{ "time without unit", "drain_timeout: 15\n" ACCOUNT,
		  "hongyan.yaml:1:16: drain_timeout must be a time from 0s to 10m, not “15”; "
		  "a time needs its unit: ms, s, m, h or d\n" },
		{ "time out of range", "drain_timeout: 11m\n" ACCOUNT,
		  "hongyan.yaml:1:16: drain_timeout must be a time from 0s to 10m, not “11m”\n" },
		{ "time that overflows", "drain_timeout: 99999999999999999999h\n" ACCOUNT,
		  "hongyan.yaml:1:16: drain_timeout must be a time from 0s to 10m, not “99999999999999999999h”\n" },
		{ "word", "log: { level: inf }\n" ACCOUNT,
		  "hongyan.yaml:1:15: log.level must be debug, info, warn or error, not “inf”; did you mean "
		  "“info”?\n" },
		{ "country", "country: XX\n" ACCOUNT,
		  "hongyan.yaml:1:10: country: “XX” is not among the countries known: AU CN DE FR GB HK IN JP KR MO RU "
		  "SG "
		  "TW US\n" },
		{ "time zone", "timezone: Asia/Shangai\n" ACCOUNT,
		  "hongyan.yaml:1:11: timezone: “Asia/Shangai” names no time zone of this system (folder "
		  "/usr/share/zoneinfo/)\n" },
		{ "time zone that climbs", "timezone: ../../../etc/passwd\n" ACCOUNT,
		  "hongyan.yaml:1:11: timezone: “../../../etc/passwd” names no time zone of this system (folder "
		  "/usr/share/zoneinfo/)\n" },
		{ "locale", "locale: zh_CN\n" ACCOUNT,
		  "hongyan.yaml:1:9: locale must be a language tag such as zh-CN, not “zh_CN”\n" },
		{ "signature in brackets", "signature: 【电力】\n" ACCOUNT,
		  "hongyan.yaml:1:12: signature is written without 【】; they are put around it\n" },
		{ "long signature", "signature: 一二三四五六七八九十一二三四五六七八九十一\n" ACCOUNT,
		  "hongyan.yaml:1:12: signature has more than 20 characters\n" },
		{ "a token that anyone guesses", "admin: { token: \"0123456789\" }\n" ACCOUNT,
		  "hongyan.yaml:1:17: admin.token has 10 characters, at least 16 are needed so that nobody guesses it; "
		  "“openssl rand -hex 32” makes one\n" },
		{ "a token with blanks", "admin: { token: \"correct horse battery\" }\n" ACCOUNT,
		  "hongyan.yaml:1:17: admin.token has blanks, control characters or letters beyond ASCII, which do not "
		  "survive in a header; “openssl rand -hex 32” makes a good one\n" },
		{ "control character", "signature: \"a\\tb\"\n" ACCOUNT,
		  "hongyan.yaml:1:12: signature holds control characters or is not UTF-8\n" },
		{ "null", "signature:\n" ACCOUNT,
		  "hongyan.yaml:1:11: signature has no value; give it one, or leave the key out\n" },
		{ "mapping", "signature: { a: b }\n" ACCOUNT,
		  "hongyan.yaml:1:12: signature must be a text of at most 80 octets, not a mapping\n" },
		{ "list", "workers: [1]\n" ACCOUNT,
		  "hongyan.yaml:1:10: workers must be auto, or a whole number from 1 to 64, not a list\n" },
		{ "address without port", "admin: { listen: 127.0.0.1 }\n" ACCOUNT,
		  "hongyan.yaml:1:18: admin.listen has no port; write host:port\n" },
		{ "address with a bare IPv6", "admin: { listen: \"::1:8080\" }\n" ACCOUNT,
		  "hongyan.yaml:1:18: admin.listen has several colons; an IPv6 address is written in brackets: "
		  "[::1]:2775\n" },
		{ "address with a port too large", "admin: { listen: \"h:65536\" }\n" ACCOUNT,
		  "hongyan.yaml:1:18: admin.listen has a port that is no number from 0 to 65535\n" },
		{ "order of two times", "retry: { base: 2m, max: 1m }\n" ACCOUNT,
		  "hongyan.yaml:1:16: retry.base is longer than retry.max\n" },
		{ "long wrong value is cut", "workers: 一二三四五六七八九十一二三四五六七八九十\n" ACCOUNT,
		  "hongyan.yaml:1:10: workers must be auto, or a whole number from 1 to 64, not "
		  "“一二三四五六七八九十一二三…”\n" },
		{ "file of a secret", "redis: { password_file: /nonexistent/x }\n" ACCOUNT,
		  "hongyan.yaml:1:25: redis.password_file: “/nonexistent/x” cannot be read: No such file or "
		  "directory\n" },
		{ "file of a secret is a folder", "redis: { password_file: /tmp }\n" ACCOUNT,
		  "hongyan.yaml:1:25: redis.password_file: “/tmp” is a folder, not a file\n" },
		{ "file of a secret is empty", "redis: { password_file: /dev/null }\n" ACCOUNT,
		  "hongyan.yaml:1:25: redis.password_file: “/dev/null” is empty\n" },
		{ "file of a secret has no end", "redis: { password_file: /dev/zero }\n" ACCOUNT,
		  "hongyan.yaml:1:25: redis.password_file: “/dev/zero” is longer than 4096 octets\n" },
		{ "secret and file", "redis: { password: x, password_file: /dev/null }\n" ACCOUNT,
		  "hongyan.yaml:1:38: both redis.password and redis.password_file are given\n" },
	};
	RUN(rows);
}

Test(config_errors, redis_url_shows_no_secret)
{
	static const struct row rows[] = {
		{ "sentinel", "redis: { url: \"redis+sentinel://u:hush@h\" }\n" ACCOUNT,
		  "hongyan.yaml:1:15: redis.url asks for sentinels or a cluster, which are not built yet; write "
		  "redis://, rediss:// or unix://\n" },
		{ "authorities without TLS", "redis: { url: \"redis://u:hush@h\", ca_file: x.pem }\n" ACCOUNT,
		  "hongyan.yaml:1:44: redis.ca_file is given, but redis.url does not begin with rediss://, so Redis "
		  "would be "
		  "spoken to in clear\n" },
		{ "no such authorities", "redis: { url: \"rediss://u:hush@h\", ca_file: /none.pem }\n" ACCOUNT,
		  "hongyan.yaml:1:45: redis.ca_file of Redis: “/none.pem” cannot be read: No such file or "
		  "directory\n" },
		{ "no authorities", "redis: { url: \"rediss://u:hush@h\", ca_file: /dev/null }\n" ACCOUNT,
		  "hongyan.yaml:1:45: redis.ca_file: ca_file “/dev/null” holds no certificates that can be read: no "
		  "start line\n" },
		{ "a certificate without its key",
		  "redis: { url: \"rediss://u:hush@h\", cert_file: /dev/null }\n" ACCOUNT,
		  "hongyan.yaml:1:47: redis.cert_file and redis.key_file belong together\n" },
		{ "several servers", "redis: { url: \"redis://a:1,b:2\" }\n" ACCOUNT,
		  "hongyan.yaml:1:15: redis.url lists several servers, which is not built yet\n" },
		{ "list", "redis: { url: [a, b] }\n" ACCOUNT,
		  "hongyan.yaml:1:15: redis.url lists several servers, which is not built yet\n" },
		{ "scheme", "redis: { url: \"reds://u:hush@h\" }\n" ACCOUNT,
		  "hongyan.yaml:1:15: redis.url must begin with redis://, rediss:// or unix:// (did you mean "
		  "“redis://”?)\n" },
		{ "no scheme", "redis: { url: \"h:6379\" }\n" ACCOUNT,
		  "hongyan.yaml:1:15: redis.url must begin with redis://, rediss:// or unix://\n" },
		{ "no host", "redis: { url: \"redis://:hush@/0\" }\n" ACCOUNT,
		  "hongyan.yaml:1:15: redis.url has no host\n" },
		{ "port", "redis: { url: \"redis://:hush@h:0/0\" }\n" ACCOUNT,
		  "hongyan.yaml:1:15: redis.url has a port that is no number from 1 to 65535\n" },
		{ "database", "redis: { url: \"redis://:hush@h/x\" }\n" ACCOUNT,
		  "hongyan.yaml:1:15: redis.url has a database that is no number from 0 to 65535\n" },
		{ "query", "redis: { url: \"redis://:hush@h/1?timeout=1\" }\n" ACCOUNT,
		  "hongyan.yaml:1:15: redis.url has something behind “?” that is not db=N\n" },
		{ "percent", "redis: { url: \"redis://:hu%zzsh@h/1\" }\n" ACCOUNT,
		  "hongyan.yaml:1:15: redis.url has a password that is too long or wrongly percent-encoded\n" },
		{ "relative socket", "redis: { url: \"unix://tmp/x\" }\n" ACCOUNT,
		  "hongyan.yaml:1:15: redis.url needs an absolute path: unix:///path/of/socket\n" },
		{ "no socket", "redis: { url: \"unix:///?db=1\" }\n" ACCOUNT,
		  "hongyan.yaml:1:15: redis.url has no path: unix:///path/of/socket\n" },
	};
	RUN(rows);
}

Test(config_errors, who_says_where_redis_is)
{
	static const struct row rows[] = {
		{ "Sentinels",
		  "redis: { sentinels: [\"a:26379\", \"[::1]:26379\"], sentinel_master: hongyan }\n" ACCOUNT, "" },
		{ "a Cluster", "redis: { cluster: [\"a:7000\", \"b:7000\"] }\n" ACCOUNT, "" },
		{ "both", "redis: { cluster: [\"a:1\"], sentinels: [\"a:1\"] }\n" ACCOUNT,
		  "hongyan.yaml:1:19: redis.cluster is given, and so is redis.sentinels: it can be one of them\n" },
		{ "no port", "redis: { sentinels: [\"a:26379\", b] }\n" ACCOUNT,
		  "hongyan.yaml:1:21: redis.sentinels: “b” is no host:port\n" },
		{ "a socket as a node", "redis: { cluster: [\"unix:/run/redis.sock\"] }\n" ACCOUNT,
		  "hongyan.yaml:1:19: redis.cluster: “unix:/run/redis.sock” is no host:port\n" },
		{ "nine", "redis: { cluster: [a:1, a:1, a:1, a:1, a:1, a:1, a:1, a:1, a:1] }\n" ACCOUNT,
		  "hongyan.yaml:1:19: redis.cluster has more than 8 addresses; a few are enough to ask\n" },
		{ "a socket of this host", "redis: { url: \"unix:///s\", cluster: [\"a:1\"] }\n" ACCOUNT,
		  "hongyan.yaml:1:15: redis.url is a socket of this host; with redis.sentinels or redis.cluster it "
		  "begins with "
		  "redis:// or rediss://\n" },
		{ "a database of a Cluster", "redis: { url: \"redis://h/2\", cluster: [\"a:1\"] }\n" ACCOUNT,
		  "hongyan.yaml:1:15: redis.url has a database other than 0, and a Redis Cluster has no other\n" },
	};
	RUN(rows);
}

Test(config_errors, accounts_and_routes)
{
	static const struct row rows[] = {
		{ "none", "workers: 1\n", "hongyan.yaml: there is no account; “accounts” needs at least one\n" },
		{ "empty", "accounts: []\n", "hongyan.yaml:1:1: there is no account; “accounts” needs at least one\n" },
		{ "no list", "accounts: { a: b }\n", "hongyan.yaml:1:1: “accounts” must be a list\n" },
		{ "no mappings", "accounts: [a]\n", "hongyan.yaml:1:12: accounts[1] must be a mapping\n" },
		{ "two of one name",
		  "accounts:\n  - { name: a, address: \"h:1\", system_id: x }\n  - { name: a, address: \"h:1\", "
		  "system_id: x }\n",
		  "hongyan.yaml:3:13: there are two accounts “a”, the first in line 2\n" },
		{ "name", "accounts: [{ name: \"a b\", address: \"h:1\", system_id: x }]\n",
		  "hongyan.yaml:1:20: accounts[a b].name must be a name of at most 32 letters, digits, “_”, “-” or "
		  "“.”, not "
		  "“a b”\n" },
		{ "protocol", "accounts: [{ name: a, protocol: cmpp, address: \"h:1\", system_id: x }]\n",
		  "hongyan.yaml:1:33: accounts[a].protocol: “cmpp” is not built yet\n" },
		{ "long password, not shown",
		  "accounts: [{ name: a, address: \"h:1\", system_id: x, password: hushhush9 }]\n",
		  "hongyan.yaml:1:63: the password of account “a” has 9 octets, SMPP allows 8; if the carrier really "
		  "issued "
		  "it, set password_long: true\n" },
		{ "system_id", "accounts: [{ name: a, address: \"h:1\", system_id: sixteen-letters- }]\n",
		  "hongyan.yaml:1:50: accounts[a].system_id must be a text of at most 15 octets, not "
		  "“sixteen-letters-”\n" },
		{ "empty system_id", "accounts: [{ name: a, address: \"h:1\", system_id: \"\" }]\n",
		  "hongyan.yaml:1:50: accounts[a].system_id is empty\n" },
		{ "sender with letters",
		  "accounts: [{ name: a, address: \"h:1\", system_id: x, source: abcdefghijkl }]\n",
		  "hongyan.yaml:1:61: source of account “a” has letters and 12 characters; at most 11 are allowed "
		  "then\n" },
		{ "sender with plus",
		  "accounts: [{ name: a, address: \"h:1\", system_id: x, source: \"+8613900000001\" }]\n",
		  "hongyan.yaml:1:61: source of account “a” is written without “+”; source_ton says that it is "
		  "international\n" },
		{ "reconnect", "accounts: [{ name: a, address: \"h:1\", system_id: x, reconnect_min: 31s }]\n",
		  "hongyan.yaml:1:68: accounts[a].reconnect_min is longer than accounts[a].reconnect_max\n" },
		{ "route to nobody", ACCOUNT "routes: [{ accounts: [cmc] }]\n",
		  "hongyan.yaml:2:23: routes[1].accounts: there is no account “cmc” (did you mean “cmcc”?)\n" },
		{ "route without accounts", ACCOUNT "routes: [{ prefix: \"86\" }]\n",
		  "hongyan.yaml:2:10: routes[1].accounts is missing\n" },
		{ "route with an empty list", ACCOUNT "routes: [{ accounts: [] }]\n",
		  "hongyan.yaml:2:22: routes[1].accounts is an empty list\n" },
		{ "route names one twice", ACCOUNT "routes: [{ accounts: [cmcc, cmcc] }]\n",
		  "hongyan.yaml:2:29: routes[1].accounts names account “cmcc” twice\n" },
		{ "routes before accounts", "routes: [{ accounts: [cmc] }]\n" ACCOUNT,
		  "hongyan.yaml:1:23: routes[1].accounts: there is no account “cmc” (did you mean “cmcc”?)\n" },
		{ "receiver",
		  "accounts: [{ name: a, address: \"h:1\", system_id: x, bind: receiver }]\nroutes: [{ accounts: a "
		  "}]\n",
		  "hongyan.yaml:2:22: routes[1].accounts: account “a” binds as a receiver, it cannot send\n" },
		{ "receivers only", "accounts: [{ name: a, address: \"h:1\", system_id: x, bind: receiver }]\n",
		  "hongyan.yaml: all accounts bind as receivers, none can send\n" },
		{ "prefix with plus", ACCOUNT "routes: [{ prefix: \"+86\", accounts: cmcc }]\n",
		  "hongyan.yaml:2:20: routes[1].prefix must be one or a list of prefixes of 1 to 15 digits, not “+86”; "
		  "international form without “+” or zeros\n" },
		{ "prefix with letters", ACCOUNT "routes: [{ prefix: [86, 8a], accounts: cmcc }]\n",
		  "hongyan.yaml:2:25: routes[1].prefix must be one or a list of prefixes of 1 to 15 digits, not "
		  "“8a”\n" },
		{ "prefix twice",
		  ACCOUNT "routes: [{ prefix: 86, accounts: cmcc }, { prefix: [861, 86], accounts: cmcc }]\n",
		  "hongyan.yaml:2:52: prefix “86” is in routes[1] already\n" },
		{ "two for every number", ACCOUNT "routes: [{ accounts: cmcc }, { accounts: cmcc }]\n",
		  "hongyan.yaml:2:30: routes[2] takes every number, and so does routes[1] already\n" },
		{ "no routes", ACCOUNT "routes: []\n",
		  "hongyan.yaml:2:1: “routes” is empty; without the key all numbers go to all accounts\n" },
	};
	RUN(rows);
}

Test(config_errors, questions)
{
#define ASKS  "accounts: [{ name: a, address: \"h:1\", system_id: x, query_sm: reference, "
#define RANGE "accounts: [{ name: a, address: \"h:1\", system_id: x, query_sm_references: "
	static const struct row rows[] = {
		{ "all that goes with it", ASKS "query_sm_references: 1-1000 }]\n", "" },
		{ "another word", "accounts: [{ name: a, address: \"h:1\", system_id: x, query_sm: referense }]\n",
		  "hongyan.yaml:1:63: accounts[a].query_sm must be none or reference, not “referense”; did you mean "
		  "“reference”?\n" },
		{ "two references in a submit", ASKS "user_message_reference: true }]\n",
		  "hongyan.yaml:1:63: account “a” has query_sm: reference and user_message_reference: true, and a "
		  "submit can carry one reference only; receipts find it by one that stays the same, questions by one "
		  "that is never used twice at a time\n" },
		{ "no ids to hold answers against", ASKS "registered_delivery: false }]\n",
		  "hongyan.yaml:1:63: account “a” has query_sm: reference and registered_delivery: false; ids are kept "
		  "for receipts only, and without them the answer to a question could be another message's\n" },
		{ "one number", RANGE "\"7\" }]\n",
		  "hongyan.yaml:1:74: query_sm_references of account “a” is no range; write 1-65535, or a part of "
		  "it\n" },
		{ "from zero", RANGE "0-2000 }]\n",
		  "hongyan.yaml:1:74: query_sm_references of account “a” is no range; write 1-65535, or a part of "
		  "it\n" },
		{ "too far", RANGE "1-65536 }]\n",
		  "hongyan.yaml:1:74: query_sm_references of account “a” is no range; write 1-65535, or a part of "
		  "it\n" },
		{ "backwards", RANGE "3000-1 }]\n",
		  "hongyan.yaml:1:74: query_sm_references of account “a” is no range; write 1-65535, or a part of "
		  "it\n" },
		{ "too few", RANGE "1-999 }]\n",
		  "hongyan.yaml:1:74: query_sm_references of account “a” are 999; at least 1000 are needed, so that "
		  "none is used again while its message may be asked for\n" },
	};
	RUN(rows);
}

Test(config_errors, all_are_told_in_order)
{
	static const struct row rows[] = {
		{ "three", "workers: x\nlog: { level: y }\n" ACCOUNT "routes: [{ accounts: z }]\n",
		  "hongyan.yaml:1:10: workers must be auto, or a whole number from 1 to 64, not “x”\n"
		  "hongyan.yaml:2:15: log.level must be debug, info, warn or error, not “y”\n"
		  "hongyan.yaml:4:22: routes[1].accounts: there is no account “z”\n" },
	};
	RUN(rows);
}

Test(config_errors, first_error_as_a_struct)
{
	char folder[SCRATCH_PATH_OCTETS];
	char path[SCRATCH_PATH_OCTETS];
	struct config *config = NULL;
	struct err_at at = { 0 };
	scratch_make(folder);
	scratch_write(folder, "c.yaml", "a: 1\nworkers: 99\n" ACCOUNT, path);
	cr_expect_eq(config_load(path, NULL, &config, &at), ERR_NOT_FOUND);
	cr_expect_eq(at.line, 1);
	cr_expect_eq(at.column, 1);
	cr_expect_str_eq(at.field, "a");
	scratch_write(folder, "c.yaml", "workers: 99\n" ACCOUNT, path);
	cr_expect_eq(config_load(path, NULL, &config, NULL), ERR_RANGE);
	at = (struct err_at){ 0 };
	cr_expect_eq(config_load("/nonexistent/c.yaml", NULL, &config, &at), ERR_IO);
	cr_expect_str_eq(at.text, "cannot be read: No such file or directory");
	cr_expect_null(config);
	scratch_remove(folder);
}

Test(config_errors, hostile_files_are_bounded)
{
	char folder[SCRATCH_PATH_OCTETS];
	char path[SCRATCH_PATH_OCTETS];
	struct config *config = NULL;
	size_t cap = CONFIG_OCTETS_MAX + 2;
	char *text = malloc(cap);
	static const struct {
		const char *name;
		const char *head;
		const char *unit; /* repeated up to the limit */
		enum err want;
	} rows[] = {
		{ "too long", "#", "xxxxxxxxxxxxxxx\n", ERR_RANGE },
		{ "brackets", "a: ", "[", ERR_RANGE },
		{ "braces", "", "{", ERR_FORMAT },
		{ "values", "a: [", "1,", ERR_RANGE },
		{ "json values", "{\"a\":[1", ",1", ERR_RANGE },
		{ "question marks", "", "? ", ERR_FORMAT },
	};
	scratch_make(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf out = buf_over(text, i == 0 ? cap - 1 : CONFIG_OCTETS_MAX - 100);
		buf_put_text(&out, rows[i].head);
		while (!out.full)
			buf_put_text(&out, rows[i].unit);
		text[out.len] = '\0';
		scratch_write(folder, "c.yaml", text, path);
		if (i == 0)
			cr_assert_gt(out.len, CONFIG_OCTETS_MAX);
		enum err err = config_load(path, NULL, &config, NULL);
		cr_expect_eq(err, rows[i].want, "%s: %s", rows[i].name, err_name(err));
	}
	free(text);
	scratch_remove(folder);
}
