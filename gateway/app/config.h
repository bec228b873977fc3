/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config_parts.h"
#include "base/buf.h"
#include "base/civil.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "model/msisdn.h"
#include "model/segment.h"
#include "model/tenant_budget.h"
#include "policy/quiet_hours.h"
#include "route/route.h"

#include <stdint.h>

/* The service's settings: read once from a YAML (or JSON) file and the environment, then immutable. The table of all
 * settings, with types, ranges, defaults and help, is config_defs.def; a row there and a field here make a setting.
 * Strings are owned by the config, NUL-terminated and never NULL unless the comment says so. */

#define CONFIG_ACCOUNTS_MAX 64
#define CONFIG_ROUTES_MAX   1024
#define CONFIG_WEBHOOKS_MAX 32
#define CONFIG_NOT_MINE_MAX 32
#define CONFIG_LIST_MAX     1024 /* prefixes or accounts of one route */
#define CONFIG_OCTETS_MAX   (1024 * 1024)
#define CONFIG_REDIS_TAG    "{hongyan}" /* in front of all keys: one slot of a cluster holds them */

/* Where Redis is. */
struct config_redis_url {
	bool is_unix;
	bool is_tls;
	struct config_address address; /* where not is_unix; host is NULL otherwise */
	char *path;                    /* of the socket where is_unix; NULL otherwise */
	unsigned db;
	char *user;     /* NULL = the default user */
	char *password; /* secret; redis.password, redis.password_file or the URL's own; NULL = none */
};

struct config_redis {
	struct config_redis_url url;
	char *ca_file;     /* NULL or "" = the system's */
	char *server_name; /* NULL or "" = that of url */
	char *cert_file;   /* NULL or "" = none, as key_file */
	char *key_file;
	struct config_pems pems;
	struct tls_context *tls; /* NULL = plain */
	struct config_lines sentinels;
	char *sentinel_master;
	char *sentinel_user;     /* NULL or "" = the default user */
	char *sentinel_password; /* secret; NULL or "" = none */
	struct config_lines cluster;
	struct redis_finder *finder;  /* who says where Redis is; NULL = nobody: url does */
	int64_t dedupe_window_ms;     /* an id that comes again within it is a duplicate */
	int64_t withdrawal_window_ms; /* how long a cancel or a superseding alert has its effect */
	int64_t receipt_wait_ms;      /* how long a receipt still finds its alert */
	unsigned replay_mb;           /* memory for what a Redis that has lost it is told again; of all workers */
};

struct config_mo {
	int64_t retention_ms;     /* as of events */
	int64_t repeat_window_ms; /* the same again within it is a repeat */
};

struct config_optout {
	char *keywords; /* with commas between; "" = none */
};

struct config_events {
	int64_t retention_ms; /* older ones are trimmed, unless a group of readers still needs them */
};

struct config_admin {
	struct config_address listen;
	char *token; /* secret; NULL or "" = none */
};

struct config_api {
	struct config_address listen; /* host NULL = none */
	char *tokens_file;            /* NULL or "" = none */
	struct api_tokens *tokens;    /* what it holds; never NULL where the configuration is good */
	unsigned queue_max;
	unsigned replicas;
	mono_us replica_wait_us;
};

struct config_history {
	char *dir; /* "" = none */
	char *key;
	int64_t retention_ms;
	struct config_address listen; /* host NULL = none */
};

struct config_callbacks {
	struct config_address listen; /* host NULL = none */
	char *public_url;             /* without a slash at its end; "" = not said */
	char *proxies;
	mono_us wait_us; /* for a receipt to become durable */
};

struct config_templates {
	char *dir;
};

struct config_instance {
	char *name;      /* names this gateway's consumers in Redis */
	char *lock_file; /* NULL = none: consumers of an earlier start are adopted only when they are seen to be dead */
};

struct config_log {
	enum log_level level;
};

struct config_retry {
	mono_us base_us;       /* wait before the first retry; doubles */
	mono_us max_us;        /* the wait never grows beyond */
	unsigned attempts_max; /* then the alert is dead */
};

/* After the response deadline, before an unanswered sms of a class is sent once more. */
struct config_unknown_wait {
	mono_us critical_us;
	mono_us notice_us;
	mono_us marketing_us;
};

enum config_over_day { CONFIG_OVER_DAY_SUPPRESS, CONFIG_OVER_DAY_WAIT };

/* Texts of a class to one number within a time; 0 = no limit. */
struct config_cap {
	unsigned notice;
	unsigned marketing;
};

/* What protects recipients; critical sms are exempt. */
struct config_protection {
	struct {
		bool notice; /* numbers on the opt-out list get none */
		bool marketing;
	} optout;
	struct config_cap per_minute;
	struct config_cap per_day;
	enum config_over_day over_day;
	struct {
		char *notice_text; /* as written; "" = none */
		char *marketing_text;
		struct quiet_hours notice; /* the same, read */
		struct quiet_hours marketing;
		int64_t spread_ms;
	} quiet_hours;
	bool consent;         /* marketing needs a reference to it */
	int64_t identical_ms; /* the same text to the same number goes once within that time; 0 = always */
};

enum config_protocol { CONFIG_PROTOCOL_SMPP, CONFIG_PROTOCOL_HTTP };

enum config_bind { CONFIG_BIND_TRANSCEIVER, CONFIG_BIND_TRANSMITTER, CONFIG_BIND_RECEIVER };

enum config_validity {
	CONFIG_VALIDITY_NONE,     /* no validity_period */
	CONFIG_VALIDITY_RELATIVE, /* “000000001500000R” */
	CONFIG_VALIDITY_ABSOLUTE, /* “260213080000032+” */
};

enum config_query { CONFIG_QUERY_NONE, CONFIG_QUERY_REFERENCE };

enum config_receipts_of { CONFIG_RECEIPTS_OF_ALL, CONFIG_RECEIPTS_OF_FAILURES };

enum config_encoding { CONFIG_ENCODING_GSM7, CONFIG_ENCODING_GSM7_PACKED, CONFIG_ENCODING_LATIN1 };

/* What data_coding 0 is in what the carrier sends. */
enum config_default_alphabet {
	CONFIG_DEFAULT_ALPHABET_AS_SENT,
	CONFIG_DEFAULT_ALPHABET_GSM7,
	CONFIG_DEFAULT_ALPHABET_GSM7_PACKED,
	CONFIG_DEFAULT_ALPHABET_LATIN1,
	CONFIG_DEFAULT_ALPHABET_ASCII,
	CONFIG_DEFAULT_ALPHABET_UCS2
};

enum config_receipt_id {
	CONFIG_RECEIPT_ID_AS_IS,
	CONFIG_RECEIPT_ID_LOWER,
	CONFIG_RECEIPT_ID_UPPER,
	CONFIG_RECEIPT_ID_DEC_TO_HEX,
	CONFIG_RECEIPT_ID_DEC_TO_HEX_UPPER,
	CONFIG_RECEIPT_ID_HEX_TO_DEC
};

enum config_accepted_is { CONFIG_ACCEPTED_IS_INTERMEDIATE, CONFIG_ACCEPTED_IS_FINAL };

/* The staff's web console. */
struct config_console {
	struct config_address listen; /* host NULL = none */
	char *url;                    /* without a slash at its end; "" = not said */
	char *proxies;
	unsigned requests_per_s;
	struct config_lines second_factor; /* names of roles */
	uint32_t second_factor_roles;      /* the same, as staff_roles has them */
	char *history;
	char *currency;
	char *forbidden_words; /* path; NULL or "" = none */
	struct config_lines link_domains;
};

/* Of tenants with a daily budget, or a signature of their own. */
struct config_tenants {
	struct config_lines signature;       /* “north=北方供电” */
	struct tenant_signature *signatures; /* the same, one each */
	unsigned signature_count;
	struct config_lines segments_per_day; /* “north=50000” */
	struct tenant_budget *budgets;        /* the same, one each */
	unsigned budget_count;
};

/* Of an account over HTTP: struct http_settings (wire/http/http_account.h) says what they mean. "" = not set. */
struct config_http {
	char *preset;
	char *url;
	char *method;
	struct config_lines headers;
	struct config_lines query;
	struct config_lines form;
	char *json;
	char *auth;
	char *username;
	char *password; /* secret; NULL = none, as token and proxy */
	char *token;    /* secret */
	char *account;
	char *region;
	char *service;
	char *hmac_hash;
	char *hmac_encoding;
	char *hmac_signs;
	int64_t validity_min_ms;
	int64_t validity_max_ms;
	unsigned batch_max;
	struct config_lines templates;
	char *success_status;
	char *success;
	char *success_is;
	char *message_id;
	char *message_id_is;
	char *error_code;
	char *error_text;
	char *answers;
	char *answers_are;
	char *answer_to;
	char *request_code;
	char *request_text;
	struct config_lines codes;
	char *idempotency_header;
	unsigned connections; /* requests in flight, of all workers together */
	char *proxy;          /* secret */
	char *ca_file;        /* NULL = none, as the next two */
	char *cert_file;
	char *key_file;
	struct config_lines allow;
};

enum config_callback {
	CONFIG_CALLBACK_NONE,
	CONFIG_CALLBACK_KANNEL,
	CONFIG_CALLBACK_TWILIO,
	CONFIG_CALLBACK_VONAGE,
	CONFIG_CALLBACK_ALIYUN,
	CONFIG_CALLBACK_TENCENT,
	CONFIG_CALLBACK_YUNPIAN,
	CONFIG_CALLBACK_FORM,
	CONFIG_CALLBACK_JSON,
};

enum config_signature {
	CONFIG_SIGNATURE_NONE,
	CONFIG_SIGNATURE_TWILIO,
	CONFIG_SIGNATURE_HMAC_SHA256,
	CONFIG_SIGNATURE_HMAC_SHA1,
};

/* One contract with one carrier. Where it speaks HTTP what belongs to SMPP has its defaults, address and system_id none; and the
 * other way round. */
struct config_account {
	char *name; /* unique; letters, digits, “_”, “-”, “.” */
	enum config_protocol protocol;
	struct config_http http;
	struct config_address address;
	struct config_pems pems;
	bool tls;
	char *ca_file;     /* NULL = the system's */
	char *server_name; /* "" = that of address */
	char *cert_file;   /* NULL = none, as key_file */
	char *key_file;
	char *system_id;       /* at most 15 octets */
	char *password;        /* secret, "" = none; at most 8 octets unless password_long (then 63) */
	bool password_long;    /* the carrier issued a password longer than SMPP allows */
	char *system_type;     /* at most 12 octets */
	char *service_type;    /* at most 5 octets */
	uint8_t priority_flag; /* 0–4 */
	uint8_t addr_ton;      /* with addr_npi and address_range: of the bind */
	uint8_t addr_npi;
	char *address_range; /* at most 40 octets */
	enum config_bind bind;
	unsigned binds;  /* links, 1–64, of all workers together */
	unsigned window; /* of one link, 1–10000 */
	unsigned tps;    /* segments a second, of all links together; 0 = unlimited */
	bool breaker;    /* it gets nothing for a while where nearly all of its answers are failures */
	bool requires_registration;
	char *cost_text;              /* of a segment, as written; "" = 0 */
	uint64_t cost;                /* the same in millionths */
	char *source;                 /* sender; "" = the carrier's default; at most 20 octets */
	struct config_lines not_mine; /* statuses that say of a number that it is another carrier's */
	uint32_t not_mine_codes[CONFIG_NOT_MINE_MAX];
	unsigned not_mine_count;
	uint8_t source_ton;
	uint8_t source_npi;
	uint8_t dest_ton;
	uint8_t dest_npi;
	enum concat concat;
	unsigned segments_max; /* 1–16; a longer sms is refused */
	enum config_encoding encoding;
	uint8_t data_coding_gsm7;
	uint8_t data_coding_ucs2;
	uint8_t data_coding_latin1;
	enum config_default_alphabet default_alphabet;
	bool registered_delivery; /* ask for delivery receipts */
	enum config_receipts_of receipts_of;
	enum config_receipt_id receipt_id;
	uint8_t receipt_id_digits;
	bool user_message_reference;
	enum config_query query;
	mono_us query_wait_us;
	unsigned query_rate;
	char *query_references;         /* as written */
	uint16_t query_reference_least; /* the same as numbers, 1–query_reference_most */
	uint16_t query_reference_most;
	enum config_validity validity;
	enum config_accepted_is accepted_is;
	mono_us response_timeout_us;
	mono_us enquire_interval_us;
	mono_us reconnect_min_us;
	mono_us reconnect_max_us;
	mono_us connect_timeout_us; /* of the connection, then of the bind */
	enum config_callback callback;
	char *callback_secret; /* secret, "" = none */
	enum config_signature callback_signature;
	char *callback_key; /* secret, "" = none */
	char *callback_signature_header;
	char *callback_timestamp_header;
	int64_t callback_replay_window_ms;
	char *callback_allow; /* "" = any address */
	char *callback_items; /* this and what follows: "" = as the dialect has it */
	char *callback_id;
	char *callback_state;
	char *callback_error;
	char *callback_from;
	char *callback_states;
	char *callback_answer;
};

/* One row of the routing table; which one counts is told in route.h. */
struct config_route {
	char **prefixes; /* digits in international form without “+”; prefix_count 0 = every number */
	unsigned prefix_count;
	unsigned *accounts; /* indexes into config.accounts, preferred first; at least one */
	unsigned account_count;
	unsigned *weights; /* of each of these, 0–10000; where picked by weight */
	enum route_order pick;
	/* Conditions as written, and what was made of them. */
	struct config_lines operator_names;
	struct config_lines class_names;
	struct config_lines tenants;
	struct config_lines templates;
	char *hours_text;
	unsigned operators; /* bit n for enum number_operator n; 0 = any */
	unsigned classes;   /* bit n for enum sms_class n; 0 = any */
	struct route_hours hours;
};

/* Where “hongyan webhook” tells of its health. */
struct config_webhook_role {
	struct config_address listen; /* host NULL = nowhere */
};

/* An endpoint that events are posted to. */
struct config_webhook {
	char *name; /* unique; letters, digits, “_”, “-”, “.” */
	char *url;
	char *secret;                /* one or more, with lines or blanks between */
	struct config_lines events;  /* names; none = all */
	struct config_lines tenants; /* none = all */
	unsigned batch;              /* events in one request, at most */
	mono_us timeout_us;
	bool numbers; /* events have the phone number */
	mono_us retry_base_us;
	mono_us retry_max_us;
	int64_t give_up_ms; /* 0 = as events.retention */
	bool plain_http;    /* the URL may begin with http:// */
	struct config_lines allow;
	char *ca_file; /* NULL = the system's */
};

struct config {
	char *path;                    /* of the file, as given */
	struct config_origin *origins; /* of all settings that have not their defaults; config_origin.h */
	unsigned origin_count;
	unsigned origin_cap;
	char **warnings; /* lines about what is no error; config_warning.h */
	unsigned warning_count;
	struct config_redis redis;
	struct config_events events;
	struct config_mo mo;
	struct config_optout optout;
	struct config_protection protection;
	unsigned workers;              /* 0 = auto: half of the processors, at least 1 */
	const struct country *country; /* static storage */
	char *timezone;                /* its name */
	struct zone zone;              /* its offsets from UTC, from a year before the start on */
	char *signature;               /* without brackets, UTF-8; "" = none */
	char *locale;
	struct config_templates templates;
	struct config_admin admin;
	struct config_api api;
	struct config_history history;
	struct config_callbacks callbacks;
	struct config_instance instance;
	struct config_log log;
	mono_us drain_timeout_us;
	struct config_retry retry;
	struct config_unknown_wait unknown_wait;
	struct config_account *accounts; /* at least one */
	unsigned account_count;
	struct config_route *routes; /* where the file has none: one for every number, to all accounts in their order */
	unsigned route_count;
	struct config_webhook_role webhook;
	struct config_console console;
	struct config_webhook *webhooks;
	unsigned webhook_count;
	struct config_tenants tenants;
	struct config_lines number_plan;       /* “86192=broadnet” */
	struct number_plan_extra *plan_extras; /* the same, one each */
};

/* Reads the file at path, then the overrides in envp (“HONGYAN_…=…”; NULL-terminated, may be NULL), then checks the whole.
 * out: owned by the caller, set on success only. at: the first error with line, column (0 where it has none), field and
 * text. ERR_IO unreadable file; ERR_FORMAT, ERR_RANGE, ERR_NOT_FOUND, ERR_DUPLICATE, ERR_UNSUPPORTED what is wrong. */
MUST_CHECK enum err config_load(const char *path, char *const envp[], struct config **out /* owned */,
				struct err_at *at);

/* Takes each error found; at: borrowed until return. */
typedef void config_on_error(void *ctx, const struct err_at *at);

/* Same, but goes on after an error and reports each one, in the order found. Returns the first. */
MUST_CHECK enum err config_load_all(const char *path, char *const envp[], struct config **out /* owned */,
				    config_on_error *on_error, void *ctx);

/* Frees it, with its secrets overwritten first. NULL is fine. */
void config_destroy(struct config *config);

/* Writes “hongyan.yaml:12:5: unknown key …” for people, without a newline. path: as given to config_load. An error of
 * an environment variable begins with the variable's name instead. */
void config_error_format(const char *path, const struct err_at *at, struct buf *out);

/* Index of the account called name; ERR_NOT_FOUND where there is none. */
MUST_CHECK enum err config_account_find(const struct config *config, struct slice name, unsigned *out);

/* The protocol's word. Static storage. */
const char *config_protocol_name(enum config_protocol protocol);

/* Links that the contract allows, of all workers together: binds, or over HTTP connections. */
unsigned config_account_links(const struct config_account *account);

/* Writes the settings in force as YAML, secrets as “(hidden)”. has_origins: a comment behind each says where it comes from. */
void config_show(const struct config *config, bool has_origins, struct buf *out);

/* Writes docs/configuration.md: every setting from the table. */
void config_reference(struct buf *out);

/* Writes a JSON Schema (2020-12) of the configuration's file. */
void config_schema(struct buf *out);

/* Writes a complete configuration with comments, every setting at its default. */
void config_example(struct buf *out);

/* Writes the manual page hongyan.yaml(5): every setting from the table. */
void config_manual(struct buf *out);
