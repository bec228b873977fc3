/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "smsc.h"
#include "world.h"

/* The gateway under test: “hongyan serve” with a configuration that the scenario gives. */

struct gateway_process {
	struct process process;
	uint16_t admin_port;
	char config[WORLD_PATH_OCTETS];
	char lock[WORLD_PATH_OCTETS];
};

struct gateway_options {
	const struct smsc *smsc;  /* of the one account “fake” */
	unsigned binds;           /* 0 = 2 */
	unsigned window;          /* 0 = 50 */
	const char *account_more; /* more keys of it: “tps: 5, concat: sar”; NULL = none */
	const char *accounts;     /* instead of all these: the whole YAML value of accounts */
	const char *routes;       /* the whole YAML value; NULL = everything to “fake” */
	const char *root_more;    /* more lines of YAML; NULL = none */
	const char *templates;    /* folder; NULL = the tests' own */
	const char *redis_url;    /* NULL = the server itself */
	const char *redis_more;   /* more keys of redis: “cluster: […]”; NULL = none */
	bool has_no_lock;         /* then nobody knows at once that an earlier process is dead */
};

/* Writes NAME.yaml, starts it and, where waits, waits until /readyz says 200. name is its instance too. It starts again
 * with what it had the first time where options is NULL. */
void gateway_process_start(struct gateway_process *gateway, const char *name, const struct gateway_options *options,
			   bool waits);

/* SIGTERM; it must end with status 0 and without a report of a sanitizer. */
void gateway_process_stop(struct gateway_process *gateway);

/* SIGKILL. */
void gateway_process_kill(struct gateway_process *gateway);

/* GET: the status, and the body (free it) where body is not NULL; 0 where it does not answer. */
int gateway_process_get(const struct gateway_process *gateway, const char *path, char **body);

/* “POST” or “PUT”, with a token (NULL = none) and a body of JSON ("" = none); else as above. Waits for at most 20 s. */
int gateway_process_call(const struct gateway_process *gateway, const char *method, const char *path, const char *token,
			 const char *json, char **body);

/* Changes its configuration's file: the first place of a text becomes another. */
void gateway_process_edit(const struct gateway_process *gateway, const char *from, const char *to);

/* True where /v1/status holds that text. What the log tells it shows within a tenth of a second. */
bool gateway_process_status_has(const struct gateway_process *gateway, const char *text);

/* The value of one line of /metrics, named with its labels; fails where it is not there. */
double gateway_process_metric(const struct gateway_process *gateway, const char *name);

/* True once its log holds that text. */
bool gateway_process_said(const struct gateway_process *gateway, const char *text);

/* How often its log has an event. */
unsigned gateway_process_count_said(const struct gateway_process *gateway, const char *event);

/* True where /readyz says 200. */
bool gateway_process_is_ready(const struct gateway_process *gateway);
