/* SPDX-License-Identifier: Apache-2.0 */
#include "app/setting.h"
#include "test_scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ACCOUNT "accounts: [{ name: cmcc, address: \"h:1\", system_id: x }]\n"

/* Loads what must be right. */
static struct config *load(const char *folder, const char *name, const char *text, char *const envp[])
{
	char errors[SCRATCH_TEXT_OCTETS];
	struct config *config = scratch_load(folder, text, envp, errors);
	cr_assert_not_null(config, "%s: %s", name, errors);
	return config;
}

Test(config, fallbacks)
{
	char folder[SCRATCH_PATH_OCTETS];
	char host[65] = "";
	scratch_make(folder);
	gethostname(host, sizeof host - 1);
	struct config *config = load(folder, "fallbacks", ACCOUNT, NULL);
	cr_expect_str_eq(config->redis.url.address.host, "127.0.0.1");
	cr_expect_eq(config->redis.url.address.port, 6379);
	cr_expect_null(config->redis.url.password);
	cr_expect_eq(config->redis.dedupe_window_ms, 86400000);
	cr_expect_eq(config->events.retention_ms, 72 * 3600 * 1000);
	cr_expect_eq(config->mo.retention_ms, 30 * 24 * INT64_C(3600000));
	cr_expect_eq(config->mo.repeat_window_ms, 120000);
	cr_expect_str_eq(config->optout.keywords, "R, T, TD, 退订");
	cr_expect(config->protection.optout.notice && config->protection.optout.marketing &&
		  config->protection.consent);
	cr_expect_eq(config->protection.quiet_hours.notice.from, config->protection.quiet_hours.notice.to);
	cr_expect_eq(config->workers, 0);
	cr_expect_str_eq(config->country->code, "CN");
	cr_expect_str_eq(config->timezone, "Asia/Shanghai");
	cr_expect_eq(zone_offset_s(&config->zone, 1800000000000), 8 * 3600);
	cr_expect_str_eq(config->signature, "");
	cr_expect_str_eq(config->locale, "zh-CN");
	cr_expect_str_eq(config->templates.dir, "templates");
	cr_expect_eq(config->admin.listen.port, 8080);
	cr_expect_str_eq(config->instance.name, host);
	cr_expect_null(config->instance.lock_file);
	cr_expect_eq(config->log.level, LOG_INFO);
	cr_expect_eq(config->drain_timeout_us, 25 * US_PER_S);
	cr_expect_eq(config->unknown_wait.critical_us, 15 * US_PER_S);
	cr_expect_eq(config->unknown_wait.notice_us, 120 * (mono_us)US_PER_S);
	cr_expect_eq(config->unknown_wait.marketing_us, 120 * (mono_us)US_PER_S);
	const struct config_account *account = &config->accounts[0];
	cr_expect_str_eq(account->password, "");
	cr_expect_eq(account->bind, CONFIG_BIND_TRANSCEIVER);
	cr_expect_eq(account->window, 256);
	cr_expect_eq(account->tps, 0);
	cr_expect_eq(account->source_ton, 0);
	cr_expect_eq(account->source_npi, 1);
	cr_expect_eq(account->concat, CONCAT_UDH8);
	cr_expect_eq(account->data_coding_ucs2, 8);
	cr_expect(account->registered_delivery);
	cr_expect_eq(account->accepted_is, CONFIG_ACCEPTED_IS_INTERMEDIATE);
	cr_expect_eq(account->response_timeout_us, 30 * US_PER_S);
	cr_expect_eq(config->route_count, 1);
	cr_expect_eq(config->routes[0].prefix_count, 0);
	cr_expect_eq(config->routes[0].account_count, 1);
	config_destroy(config);
	config_destroy(NULL);
	scratch_remove(folder);
}

/* One field of each kind, as YAML and as JSON; what the file says comes out of config_show. */
static const char full_yaml[] =
	"redis: { url: \"unix:///run/redis.sock?db=2\", password: hush, sentinel_master: main, replay_mb: 32, "
	"dedupe_window: 90m, "
	"withdrawal_window: 3d, "
	"receipt_wait: 192h }\n"
	"events: { retention: 36h }\nmo: { retention: 7d, repeat_window: 90s }\noptout: { keywords: \"STOP, 退订\" }\n"
	"protection: { optout: { notice: false }, quiet_hours: { notice: \"22:00-08:00\", spread: 1h }, consent: "
	"false, "
	"per_minute: { notice: 2 }, per_day: { notice: 100, marketing: 1 }, "
	"over_day: "
	"wait, identical_window: 10m }\n"
	"workers: 3\ncountry: us\ntimezone: UTC\nsignature: 国网吉林电力\nlocale: en-US\n"
	"templates:\n  dir: /t\nadmin:\n  listen: \"[::1]:0\"\n  token: \"0123456789abcdef\"\n"
	"api: { listen: \"127.0.0.1:2\", tokens_file: /dev/null, queue_max: 9, replicas: 2, replica_wait: 1s }\n"
	"history: { dir: /h, key: 0123456789abcdef0123456789abcdef, retention: 2d, listen: \"127.0.0.1:3\" }\n"
	"webhook: { listen: \"127.0.0.1:4\" }\nconsole: { listen: \"127.0.0.1:5\", url: \"https://c\", proxies: "
	"\"::2\", "
	"requests_per_s: 7, second_factor: [approver, admin], history: \"http://h:1\", currency: EUR, forbidden_words: "
	"/w, link_domains: [a.cn, b.cn] }\n"
	"callbacks: { listen: \"127.0.0.1:1\", public_url: \"https://h\", wait: 3s, proxies: \"::1\" }\ninstance: { "
	"name: gw-1, lock_file: /run/l }\n"
	"log: { level: warn }\ndrain_timeout: 0s\nretry: { base: 500ms, max: 24h, attempts_max: 3 }\n"
	"unknown_wait: { critical: 0s, notice: 90s, marketing: 1h }\n"
	"tenants: { segments_per_day: { north: 50000, a=b: 1 }, signature: { north: 北方 } }\n"
	"number_plan: { \"86192\": telecom, 8619999: broadnet }\n"
	"accounts:\n"
	"  - name: rx\n    address: h:1\n    system_id: x\n    bind: receiver\n"
	"  - name: tx.2\n    protocol: smpp\n    address: \"[fe80::1%lo]:65535\"\n    tls: true\n    "
	"server_name: smsc.example\n    system_id: 12345\n"
	"    password: \"123456789\"\n    password_long: true\n    system_type: t\n    bind: transmitter\n    binds: "
	"64\n"
	"    window: 10000\n    tps: 1000000\n    breaker: false\n    cost: 0.035\n    requires_registration: true\n   "
	" not_mine: [0x0B, 1024]\n    "
	"source: Hongyan\n    "
	"dest_ton: 2\n    dest_npi: 8\n    service_type: "
	"CMT\n    priority_flag: 4\n    addr_ton: 6\n    addr_npi: 18\n    address_range: ^1069\n    concat: "
	"payload\n"
	"    segments_max: 16\n    encoding: gsm7_packed\n    data_coding_gsm7: 255\n    data_coding_ucs2: 24\n    "
	"data_coding_latin1: 4\n    default_alphabet: ascii\n    "
	"registered_delivery: false\n    receipts_of: failures\n    receipt_id: dec_to_hex_upper\n    "
	"receipt_id_digits: 16\n"
	"    user_message_reference: true\n    query_sm: none\n    query_sm_wait: 700ms\n    query_sm_rate: 1000\n    "
	"query_sm_references: 1000-1999\n    validity: absolute\n    accepted_is: final\n    response_timeout: "
	"100ms\n    enquire_interval: 1m\n"
	"    reconnect_min: 10ms\n    reconnect_max: 10ms\n    connect_timeout: 5s\n"
	"routes:\n  - prefix: [86134, \"86135\"]\n    accounts: [tx.2]\n  - prefix: 1\n    operator: mobile\n    "
	"tenant: [billing, outage]\n    class: [critical, notice]\n    template: welcome\n    hours: Mon-Fri "
	"08:00-20:00\n"
	"    accounts: [{ account: tx.2, weight: 70 }]\n    pick: weighted\n";

static const char full_json[] =
	"\xEF\xBB\xBF \n{\"redis\": {\"url\": \"unix:///run/redis.sock?db=2\", \"password\": \"hu\\u0073h\", "
	"\"sentinel_master\": \"main\", \"replay_mb\": 32, \"dedupe_window\": \"90m\", \"withdrawal_window\": \"3d\", "
	"\"receipt_wait\": "
	"\"8d\"},\n\"events\": "
	"{\"retention\": \"36h\"}, \"mo\": {\"retention\": \"168h\", \"repeat_window\": \"90s\"}, "
	"\"optout\": {\"keywords\": \"STOP, 退订\"}, \"protection\": {\"optout\": {\"notice\": false}, "
	"\"quiet_hours\": {\"notice\": \"22:00-08:00\", \"spread\": \"60m\"}, "
	"\"consent\": false, \"per_minute\": "
	"{\"notice\": "
	"2}, \"per_day\": {\"notice\": 100, \"marketing\": 1}, \"over_day\": \"wait\", \"identical_window\": "
	"\"600s\"},\"workers\": 3, \"country\": \"us\", \"timezone\": \"UTC\", "
	"\"signature\": "
	"\"\\u56fd网吉林电力\", \"locale\": \"en-US\",\"templates\": {\"dir\": \"\\/t\"}, \"admin\": {\"listen\": "
	"\"[::1]:0\", \"token\": \"0123456789abcdef\"}, \"api\": {\"listen\": \"127.0.0.1:2\", \"tokens_file\": "
	"\"/dev/null\", \"queue_max\": 9, \"replicas\": 2, \"replica_wait\": \"1000ms\"}, "
	"\"history\": {\"dir\": \"/h\", \"key\": \"0123456789abcdef0123456789abcdef\", \"retention\": \"48h\", "
	"\"listen\": \"127.0.0.1:3\"}, \"webhook\": {\"listen\": \"127.0.0.1:4\"}, "
	"\"console\": {\"listen\": \"127.0.0.1:5\", \"url\": \"https://c\", \"proxies\": \"::2\", \"requests_per_s\": "
	"7, \"second_factor\": [\"approver\", \"admin\"], "
	"\"history\": \"http://h:1\", \"currency\": \"EUR\", \"forbidden_words\": \"/w\", \"link_domains\": [\"a.cn\", "
	"\"b.cn\"]}, "
	"\"callbacks\": {\"listen\": "
	"\"127.0.0.1:1\", \"public_url\": "
	"\"https://h\", \"wait\": \"3s\", "
	"\"proxies\": \"::1\"},\"instance\": {\"name\": \"gw-1\", \"lock_file\": \"/run/l\"}, \"log\": {\"level\": "
	"\"warn\"}, \"drain_timeout\": \"0s\",\"retry\": {\"base\": \"500ms\", \"max\": \"24h\", \"attempts_max\": 3}, "
	"\"unknown_wait\": {\"critical\": \"0s\", \"notice\": \"90s\", \"marketing\": \"1h\"},\"tenants\": "
	"{\"segments_per_day\": [\"north=50000\", \"a=b=1\"], \"signature\": [\"north=北方\"]},\"number_plan\": "
	"{\"86192\": \"telecom\", \"8619999\": \"broadnet\"}, \"accounts\": [{\"name\": \"rx\", \"address\": \"h:1\", "
	"\"system_id\": \"x\", \"bind\": \"receiver\"},{\"name\": \"tx.2\", \"protocol\": \"smpp\", \"address\": "
	"\"[fe80::1%lo]:65535\", \"tls\": true, \"server_name\": \"smsc.example\", \"system_id\": "
	"\"12345\",\"password\": \"123456789\", \"password_long\": true, "
	"\"system_type\": \"t\", \"bind\": \"transmitter\", \"binds\": 64,\"window\": 10000, \"tps\": 1000000, "
	"\"breaker\": false, "
	"\"cost\": \"0.035\", \"requires_registration\": true, \"not_mine\": [\"0x0B\", \"1024\"], \"source\": "
	"\"Hongyan\", \"dest_ton\": 2, "
	"\"dest_npi\": 8, \"service_type\": \"CMT\", \"priority_flag\": 4, \"addr_ton\": 6, \"addr_npi\": 18, "
	"\"address_range\": \"^1069\", \"concat\": \"payload\",\"segments_max\": 16, \"encoding\": \"gsm7_packed\", "
	"\"data_coding_gsm7\": 255, "
	"\"data_coding_ucs2\": 24, \"data_coding_latin1\": 4, \"default_alphabet\": \"ascii\", "
	"\"registered_delivery\": false, \"receipts_of\": "
	"\"failures\", \"receipt_id\": "
	"\"dec_to_hex_upper\", \"receipt_id_digits\": 16, \"user_message_reference\": true, \"query_sm\": \"none\", "
	"\"query_sm_wait\": "
	"\"700ms\", \"query_sm_rate\": 1000, \"query_sm_references\": \"1000-1999\",\"validity\": "
	"\"absolute\", \"accepted_is\": \"final\", \"response_timeout\": \"100ms\", \"enquire_interval\": "
	"\"1m\",\"reconnect_min\": \"10ms\", \"reconnect_max\": \"10ms\", \"connect_timeout\": \"5s\"}],\"routes\": "
	"[{\"prefix\": [\"86134\", \"86135\"], \"accounts\": [\"tx.2\"]}, {\"prefix\": \"1\", \"operator\": "
	"\"mobile\", \"tenant\": [\"billing\", \"outage\"], \"class\": [\"critical\", \"notice\"], \"template\": "
	"\"welcome\", \"hours\": \"Mon-Fri 08:00-20:00\", \"accounts\": [{\"account\": \"tx.2\", \"weight\": 70}], "
	"\"pick\": \"weighted\"}]}";

static const char full_shown[] =
	"redis:\n  url: \"unix://(hidden)@/run/redis.sock?db=2\"\n  password: \"(hidden)\"\n  ca_file: \"\"\n  "
	"server_name: \"\"\n  cert_file: \"\"\n  key_file: \"\"\n  sentinels: []\n  "
	"sentinel_master: \"main\"\n  sentinel_user: \"\"\n  sentinel_password: \"\"\n  cluster: []\n  replay_mb: 32\n "
	" "
	"dedupe_window: 90m\n"
	"  withdrawal_window: 72h\n  receipt_wait: 8d\nevents:\n  retention: 36h\nmo:\n  retention: 7d\n  "
	"repeat_window: 90s\n"
	"optout:\n  keywords: \"STOP, 退订\"\nprotection:\n  optout:\n    notice: false\n    marketing: true\n  "
	"quiet_hours:\n    notice: \"22:00-08:00\"\n    marketing: \"\"\n    spread: 1h\n  consent: false\n  "
	"per_minute:\n    "
	"notice: 2\n    marketing: 0\n  per_day:\n    notice: 100\n    marketing: 1\n  over_day: wait\n  "
	"identical_window: "
	"10m\nworkers: 3\ncountry: US\ntimezone: "
	"\"UTC\"\nsignature: "
	"\"国网吉林电力\"\nlocale: "
	"\"en-US\"\n"
	"templates:\n  dir: \"/t\"\nadmin:\n  listen: \"[::1]:0\"\n  token: \"(hidden)\"\napi:\n  listen: "
	"\"127.0.0.1:2\"\n  tokens_file: \"/dev/null\"\n  queue_max: 9\n  replicas: 2\n  replica_wait: "
	"1s\nhistory:\n  dir: \"/h\"\n  key: \"(hidden)\"\n  retention: 48h\n  listen: \"127.0.0.1:3\"\n"
	"webhook:\n  listen: \"127.0.0.1:4\"\nconsole:\n  listen: \"127.0.0.1:5\"\n  url: \"https://c\"\n  "
	"proxies: \"::2\"\n  requests_per_s: 7\n  second_factor: [\"approver\", \"admin\"]\n  history: "
	"\"http://h:1\"\n  currency: \"EUR\"\n  forbidden_words: "
	"\"/w\"\n  link_domains: [\"a.cn\", \"b.cn\"]\ncallbacks:\n  listen: "
	"\"127.0.0.1:1\"\n  "
	"public_url: "
	"\"https://h\"\n  wait: 3s\n  proxies: \"::1\"\ninstance:\n  name: \"gw-1\"\n  lock_file: "
	"\"/run/l\"\n"
	"log:\n  level: warn\ndrain_timeout: 0s\nretry:\n  base: 500ms\n  max: 24h\n  attempts_max: 3\n"
	"unknown_wait:\n  critical: 0s\n  notice: 90s\n  marketing: 1h\n"
	"tenants:\n  segments_per_day: [\"north=50000\", \"a=b=1\"]\n  signature: [\"north=北方\"]\n"
	"number_plan: [\"86192=telecom\", \"8619999=broadnet\"]\n"
	"accounts:\n"
	"  - name: \"rx\"\n    protocol: smpp\n    address: \"h:1\"\n    tls: false\n    ca_file: \"\"\n    "
	"server_name: \"\"\n    cert_file: \"\"\n    key_file: \"\"\n    system_id: \"x\"\n    password: \"\"\n"
	"    password_long: false\n    system_type: \"\"\n    bind: receiver\n    binds: 1\n    window: 256\n    tps: "
	"0\n    breaker: true\n    cost: \"\"\n    requires_registration: false\n"
	"    source: \"\"\n    source_ton: 0\n    source_npi: 1\n    dest_ton: 1\n    dest_npi: 1\n    service_type: "
	"\"\"\n    priority_flag: 0\n    addr_ton: 0\n    addr_npi: 0\n    address_range: \"\"\n    not_mine: []\n   "
	" concat: udh8\n"
	"    segments_max: 10\n    encoding: gsm7\n    data_coding_gsm7: 0\n    data_coding_ucs2: 8\n    "
	"data_coding_latin1: 3\n    default_alphabet: as_sent\n    "
	"registered_delivery: true\n    receipts_of: all\n    receipt_id: as_is\n    receipt_id_digits: 0\n"
	"    user_message_reference: false\n    query_sm: none\n    query_sm_wait: 5s\n    query_sm_rate: 10\n    "
	"query_sm_references: \"1-65535\"\n    validity: none\n    accepted_is: intermediate\n    response_timeout: "
	"30s\n    enquire_interval: 30s\n"
	"    reconnect_min: 1s\n    reconnect_max: 30s\n    connect_timeout: 10s\n"
	"  - name: \"tx.2\"\n    protocol: smpp\n    address: \"[fe80::1%lo]:65535\"\n    tls: true\n    ca_file: "
	"\"\"\n    server_name: \"smsc.example\"\n    cert_file: \"\"\n    key_file: \"\"\n    system_id: \"12345\"\n"
	"    password: \"(hidden)\"\n    password_long: true\n    system_type: \"t\"\n    bind: transmitter\n    "
	"binds: 64\n"
	"    window: 10000\n    tps: 1000000\n    breaker: false\n    cost: \"0.035\"\n    requires_registration: "
	"true\n    source: \"Hongyan\"\n    "
	"source_ton: 5\n    "
	"source_npi: 0\n    "
	"dest_ton: 2\n"
	"    dest_npi: 8\n    service_type: \"CMT\"\n    priority_flag: 4\n    addr_ton: 6\n    addr_npi: 18\n    "
	"address_range: \"^1069\"\n    not_mine: [\"0x0B\", \"1024\"]\n    concat: payload\n    segments_max: 16\n    "
	"encoding: gsm7_packed\n    data_coding_gsm7: 255\n    "
	"data_coding_ucs2: "
	"24\n    data_coding_latin1: 4\n    default_alphabet: ascii\n"
	"    registered_delivery: false\n    receipts_of: failures\n    receipt_id: dec_to_hex_upper\n    "
	"receipt_id_digits: 16\n    user_message_reference: true\n    query_sm: none\n    query_sm_wait: 700ms\n    "
	"query_sm_rate: 1000\n    query_sm_references: \"1000-1999\"\n    validity: absolute\n    accepted_is: "
	"final\n    response_timeout: 100ms\n"
	"    enquire_interval: 1m\n    reconnect_min: 10ms\n    reconnect_max: 10ms\n    connect_timeout: 5s\n"
	"routes:\n  - prefix: [\"86134\", \"86135\"]\n    operator: []\n    tenant: []\n    class: []\n    "
	"template: []\n    hours: \"\"\n    accounts: [\"tx.2\"]\n    pick: first\n"
	"  - prefix: [\"1\"]\n    operator: [\"mobile\"]\n    tenant: [\"billing\", \"outage\"]\n    class: "
	"[\"critical\", \"notice\"]\n    template: [\"welcome\"]\n    hours: \"Mon-Fri 08:00-20:00\"\n    accounts: "
	"[{ account: \"tx.2\", weight: 70 }]\n    pick: weighted\n";

/* What is made of texts. */
static void expect_routing(const struct config *config, const char *name)
{
	const struct config_account *account = &config->accounts[1];
	const struct config_route *route = &config->routes[1];
	cr_expect_eq(account->cost, 35000, "%s", name);
	cr_expect(account->not_mine_count == 2 && account->not_mine_codes[0] == 11 &&
			  account->not_mine_codes[1] == 1024,
		  "%s", name);
	cr_expect_eq(route->operators, 1u << OPERATOR_MOBILE, "%s", name);
	cr_expect_eq(route->classes, 1u << SMS_CLASS_CRITICAL | 1u << SMS_CLASS_NOTICE, "%s", name);
	cr_expect(route->hours.days == 0x1F && route->hours.from == 480 && route->hours.to == 1200, "%s", name);
	cr_expect(route->pick == ROUTE_WEIGHTED && route->weights[0] == 70, "%s", name);
	cr_expect(slice_is(config->plan_extras[0].prefix, "86192"), "%s", name);
	cr_expect_eq(config->plan_extras[0].owner, OPERATOR_TELECOM, "%s", name);
	cr_expect_eq(config->plan_extras[1].owner, OPERATOR_BROADNET, "%s", name);
}

Test(config, every_setting)
{
	static const struct {
		const char *name;
		const char *text;
	} rows[] = { { "yaml", full_yaml }, { "json", full_json } };
	char folder[SCRATCH_PATH_OCTETS];
	char shown[8192];
	scratch_make(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct config *config = load(folder, rows[i].name, rows[i].text, NULL);
		struct buf out = buf_over(shown, sizeof shown - 1);
		config_show(config, false, &out);
		shown[out.len] = '\0';
		cr_expect_str_eq(shown, full_shown, "%s: got\n%s", rows[i].name, shown);
		cr_expect_str_eq(config->redis.url.password, "hush", "%s", rows[i].name);
		cr_expect_str_eq(config->accounts[1].password, "123456789", "%s", rows[i].name);
		expect_routing(config, rows[i].name);
		unsigned index = 0;
		cr_expect_eq(config_account_find(config, SLICE("tx.2"), &index), ERR_OK);
		cr_expect_eq(index, 1);
		cr_expect_eq(config_account_find(config, SLICE("tx"), &index), ERR_NOT_FOUND);
		config_destroy(config);
	}
	scratch_remove(folder);
}

Test(config, flow_yaml_is_no_broken_json)
{
	char folder[SCRATCH_PATH_OCTETS];
	scratch_make(folder);
	struct config *config =
		load(folder, "flow", "{ workers: 2, accounts: [{ name: a, address: \"h:1\", system_id: x }] }", NULL);
	cr_expect_eq(config->workers, 2);
	config_destroy(config);
	scratch_remove(folder);
}

Test(config, redis_urls)
{
	static const struct {
		const char *name;
		const char *url;
		const char *host;
		uint16_t port;
		const char *path;
		unsigned db;
		const char *user;
		const char *password;
	} rows[] = {
		{ "plain", "redis://h", "h", 6379, NULL, 0, NULL, NULL },
		{ "slash only", "redis://h/", "h", 6379, NULL, 0, NULL, NULL },
		{ "port and db", "redis://h:1/15", "h", 1, NULL, 15, NULL, NULL },
		{ "query", "redis://h?db=3", "h", 6379, NULL, 3, NULL, NULL },
		{ "IPv6", "redis://[::1]:7/1", "::1", 7, NULL, 1, NULL, NULL },
		{ "password", "redis://:p%40%2Fss@h/1", "h", 6379, NULL, 1, NULL, "p@/ss" },
		{ "user", "redis://u:p@h", "h", 6379, NULL, 0, "u", "p" },
		{ "at sign in the password", "redis://u:p@q@h", "h", 6379, NULL, 0, "u", "p@q" },
		{ "socket", "unix:///run/r.sock", NULL, 0, "/run/r.sock", 0, NULL, NULL },
		{ "socket with all", "unix://u:p@/run/r%20x?db=4", NULL, 0, "/run/r x", 4, "u", "p" },
	};
	char folder[SCRATCH_PATH_OCTETS];
	char text[512];
	scratch_make(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(text, sizeof text, "redis: { url: \"%s\" }\n" ACCOUNT, rows[i].url);
		struct config *config = load(folder, rows[i].name, text, NULL);
		const struct config_redis_url *url = &config->redis.url;
		const char *name = rows[i].name;
		cr_expect(slice_equal(slice_of(url->address.host), slice_of(rows[i].host)), "%s: host", name);
		cr_expect_eq(url->address.port, rows[i].port, "%s: port", name);
		cr_expect(slice_equal(slice_of(url->path), slice_of(rows[i].path)), "%s: path", name);
		cr_expect_eq(url->db, rows[i].db, "%s: db", name);
		cr_expect(slice_equal(slice_of(url->user), slice_of(rows[i].user)), "%s: user", name);
		cr_expect(slice_equal(slice_of(url->password), slice_of(rows[i].password)), "%s: password", name);
		config_destroy(config);
	}
	scratch_remove(folder);
}

Test(config, secrets_from_files)
{
	static const struct {
		const char *name;
		const char *content;
		const char *want;
	} rows[] = {
		{ "plain", "hush", "hush" },
		{ "end of line", "hush\n", "hush" },
		{ "CR LF", "hush\r\n", "hush" },
		{ "blanks stay", " hu h ", " hu h " },
		{ "no YAML in it", "#h: [x", "#h: [x" },
	};
	char folder[SCRATCH_PATH_OCTETS];
	char path[SCRATCH_PATH_OCTETS];
	scratch_make(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		/* The relative path is looked for beside the configuration. */
		scratch_write(folder, "secret", rows[i].content, path);
		struct config *config =
			load(folder, rows[i].name,
			     "redis: { password_file: secret }\n"
			     "accounts: [{ name: a, address: \"h:1\", system_id: x, password_file: ./secret }]\n",
			     NULL);
		cr_expect_str_eq(config->redis.url.password, rows[i].want, "%s", rows[i].name);
		cr_expect_str_eq(config->accounts[0].password, rows[i].want, "%s", rows[i].name);
		config_destroy(config);
	}
	scratch_remove(folder);
}

/* What the setting called path holds, of the root or of the only account. */
static const char *secret_of(const struct config *config, const struct setting *setting)
{
	bool is_root = setting->scope == SETTING_SCOPE_ROOT;
	const char *base = is_root ? (const char *)config : (const char *)&config->accounts[0];
	if (setting->kind == SETTING_REDIS_URL)
		return ((const struct config_redis_url *)(base + setting->offset))->address.host;
	return *(char *const *)(base + setting->offset);
}

/* Every one, whatever its name: by the key of the file, and by its variable. */
/* Those of webhooks must look like ones: test_config_webhook.c. */
Test(config, each_secret_may_lie_in_a_file)
{
	static const char smpp[] = "accounts: [{ name: a, address: \"h:1\", system_id: x, password_long: true";
	static const char http[] = "accounts: [{ name: a, protocol: http, preset: json, url: \"https://h/\"";
	char folder[SCRATCH_PATH_OCTETS];
	char path[SCRATCH_PATH_OCTETS];
	unsigned count = 0;
	scratch_make(folder);
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *setting = &settings[i];
		if (setting->is_later || !setting_is_secret(setting) || setting->scope == SETTING_SCOPE_WEBHOOK)
			continue;
		bool is_root = setting->scope == SETTING_SCOPE_ROOT;
		bool is_url = setting->kind == SETTING_REDIS_URL || strcmp(setting->path, "proxy") == 0;
		const char *content = setting->kind == SETTING_REDIS_URL ? "redis://0123456789abcdef/1"
				      : is_url                           ? "http://0123456789abcdef:1"
									 : "0123456789abcdef";
		const char *account = setting->scope == SETTING_SCOPE_HTTP ? http : smpp;
		const char *key = strrchr(setting->path, '.') ? strrchr(setting->path, '.') + 1 : setting->path;
		char text[1024], variable[512], name[128];
		scratch_write(folder, "secret", content, path);
		struct buf buf = buf_over(name, sizeof name - 1);
		setting_format_variable(is_root ? "" : "accounts.a", setting->path, &buf);
		name[buf.len] = '\0';
		snprintf(variable, sizeof variable, "%s_FILE=%s", name, path);
		char *envp[] = { variable, NULL };
		int section_len = is_root ? (int)strcspn(setting->path, ".") : 0;
		const char *token = strcmp(setting->path, "token") == 0 || account == smpp ? "" : ", token: t";
		for (unsigned by_variable = 0; by_variable < 2; by_variable++) {
			char in_file[256] = "";
			if (!by_variable)
				snprintf(in_file, sizeof in_file, "%.*s%s %s_file: secret%s", section_len,
					 setting->path, is_root ? ": {" : ",", key, is_root ? " }\n" : "");
			snprintf(text, sizeof text, "%s%s%s%s }]\n", is_root ? in_file : "", account, token,
				 is_root ? "" : in_file);
			struct config *config = load(folder, setting->path, text, by_variable ? envp : NULL);
			cr_expect_not_null(strstr(secret_of(config, setting), "0123456789abcdef"), "%s", setting->path);
			config_destroy(config);
		}
		count++;
	}
	cr_expect_geq(count, 9, "%u", count);
	scratch_remove(folder);
}

/* What is behind a value says where to change it. */
Test(config, origins)
{
	char folder[SCRATCH_PATH_OCTETS];
	char path[SCRATCH_PATH_OCTETS];
	char *envp[] = { "HONGYAN_LOG_LEVEL=error", "HONGYAN_ACCOUNTS_CMCC_TPS=77", NULL };
	static char shown[16384];
	static const char *const wanted[] = {
		"\n  url: \"redis://(hidden)@127.0.0.1:6379/0\"  # default\n",
		"\n  password: \"(hidden)\"  # password_file, line 1\n",
		"\nsignature: \"s\"  # line 2\n",
		"\n  level: error  # HONGYAN_LOG_LEVEL\n",
		"\n  - name: \"cmcc\"  # line 4\n",
		"\n    system_id: \"x\"  # line 5\n",
		"\n    tps: 77  # HONGYAN_ACCOUNTS_CMCC_TPS\n",
		"\n    window: 256  # default\n",
		"\n    accounts: [\"cmcc\"]  # default\n",
	};
	scratch_make(folder);
	scratch_write(folder, "secret", "hush", path);
	struct config *config = load(folder, "origins",
				     "redis: { password_file: secret }\nsignature: s\naccounts:\n"
				     "  - { name: cmcc, address: \"h:1\",\n      system_id: x, tps: 5 }\n",
				     envp);
	struct buf out = buf_over(shown, sizeof shown - 1);
	config_show(config, true, &out);
	shown[out.len] = '\0';
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
		cr_expect_not_null(strstr(shown, wanted[i]), "%s is not in\n%s", wanted[i], shown);
	cr_expect_eq(strncmp(shown, "# Lines are those of /", 22), 0);
	config_destroy(config);
	scratch_remove(folder);
}

Test(config, zones)
{
	static const struct {
		const char *zone;
		wall_ms at;
		int32_t offset_s;
	} rows[] = {
		{ "UTC", 1770940800000, 0 },
		{ "Asia/Shanghai", 1770940800000, 28800 },
		{ "Asia/Hong_Kong", 1770940800000, 28800 },
		{ "Asia/Kathmandu", 1770940800000, 20700 },
	};
	char folder[SCRATCH_PATH_OCTETS];
	char text[512];
	scratch_make(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(text, sizeof text, "timezone: %s\n" ACCOUNT, rows[i].zone);
		struct config *config = load(folder, rows[i].zone, text, NULL);
		cr_expect_eq(zone_offset_s(&config->zone, rows[i].at), rows[i].offset_s, "%s", rows[i].zone);
		config_destroy(config);
	}
	scratch_remove(folder);
}
