/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gateway_process.h"
#include "smsc.h"

/* What scenarios of providers over HTTP share: an account of each dialect, each with a carrier of its own that checks
 * what it is sent as that provider would, and calls back. All are at work at the same time. */

#define PROVIDERS 6

/* The key of each account, and what no account has; the key that callbacks are signed with, and the secret in their path. */
#define PROVIDERS_KEY          "the-key-of-the-account"
#define PROVIDERS_WRONG_KEY    "another-key"
#define PROVIDERS_CALLBACK_KEY "the-key-of-callbacks"
#define PROVIDERS_IN_PATH      "0123456789abcdef"

struct provider {
	const char *name;     /* of its account and its carrier */
	const char *says;     /* of the account: preset, user, sender, templates */
	const char *path;     /* of its URL */
	const char *key_name; /* the setting that holds the key: “password” */
	const char *callback; /* settings that prove who calls back */
	const char *user;     /* who the account is to the carrier */
	bool has_templates;   /* it is sent parameters, and makes the text itself */
	bool is_signed;       /* it signs what it calls back with */
	bool is_told_where;   /* each message tells it where to call; else it calls what was entered in its console */
	/* The codes that it answers with, and how the log or a dead letter shows them; NULL = it has none. */
	const char *wrong_key;       /* where the key is wrong */
	const char *key_violation;   /* what its carrier calls that */
	const char *throttled;       /* an HTTP status by which it says “too fast”; it has a code for it as well */
	const char *temporary;       /* “not now”, as its carrier is told it */
	const char *rejected;        /* “never”, likewise */
	const char *rejected_shown;  /* how a dead letter tells that */
	const char *undelivered_why; /* the error of a receipt for what did not arrive; "" = it tells none */
};

/* e2e_providers_table.c */
extern const struct provider providers[PROVIDERS];

extern struct smsc providers_carriers[PROVIDERS];
extern struct gateway_process providers_gateway;
extern uint16_t providers_callbacks_port; /* where providers call */

struct providers_options {
	const char *carrier[12]; /* more options of each carrier, NULL behind the last */
	const char *forge;       /* the share of forged callbacks where they are signed; NULL = none */
	const char *retry;       /* more of it: “attempts_max: 3”; NULL = “attempts_max: 30” */
	unsigned workers;        /* each finds out for itself whether an account is refused; 0 = 2 */
	bool has_wrong_keys;
	bool has_wrong_secrets; /* of callbacks, where a message can't tell the right one */
	bool has_no_callbacks;  /* the accounts take none, and their providers call all the same */
	bool has_backup;        /* behind each account stands “backup”, over SMPP, at the first one's carrier */
};

/* World, Redis, carriers, gateway. */
void providers_open(const struct providers_options *options);

enum providers_text {
	PROVIDERS_SHORT,        /* Chinese, one segment */
	PROVIDERS_LONG,         /* Chinese, of several */
	PROVIDERS_FOREIGN,      /* GSM-7 with all that URLs, forms and JSON escape; one segment */
	PROVIDERS_FOREIGN_LONG, /* the same, of several */
	PROVIDERS_TEXTS,
	PROVIDERS_SAME =
		PROVIDERS_TEXTS, /* as the first one, and the same in all alerts, so that they can go together */
};

/* Adds an alert for a provider; its id is the provider's name, a minus and what. Each has a number of its own. */
void providers_add(unsigned provider, enum providers_text text, const char *what);

/* The same for all of them. */
void providers_add_all(enum providers_text text, const char *what);

/* How many outcomes of a class an account had. */
double providers_outcomes(unsigned provider, const char *class_name);

/* Tells each carrier a control line; and one with a word of its own behind the command, where whoever has none (NULL) is not
 * told. word: offsetof(struct provider, …). */
void providers_tell(const char *line);
void providers_tell_each(const char *command, size_t word);

/* Corrects the keys of all accounts, or the secrets of their callbacks; gives all of them their callbacks; changes something
 * of all of them so that they are made anew. A reload must follow. */
void providers_correct_keys(void);
void providers_correct_secrets(void);
void providers_set_callbacks(void);
void providers_change_all(void);

/* Reads the configuration again, and waits until it is in force. */
void providers_reload(void);

/* Waits until no provider has a receipt left to tell. */
void providers_await_told(unsigned seconds);

/* The closing event of that alert, which must be of this kind; and the events of its fate, counted. Borrowed from events. */
const json_t *providers_closing(const json_t *events, unsigned provider, const char *what, const char *kind);
unsigned providers_fates(const json_t *events, unsigned provider, const char *what, const char *kind);

/* Fails where one of the alerts of that name has not one event of this kind. */
void providers_check_fates(const char *what, const char *kind);

/* How many events of a kind there are by now. */
unsigned providers_count_events(const char *kind);

/* A metric of a provider's account. */
double providers_metric(const char *name, unsigned provider);

/* What is settled when all has ended: how many of the alerts were accepted, and how many are dead. */
struct providers_end {
	unsigned accepted;
	unsigned dead;
	unsigned violations; /* of each carrier, all of them of its key */
	unsigned again;      /* messages that went twice since nobody answered the first time */
	unsigned dropped;    /* receipts that providers gave up, of all together */
};

/* Waits until everything is settled, ends all, and checks it: nothing is lost, nothing went twice, the texts are right, and
 * no carrier found fault with anything else. */
void providers_close(const struct providers_end *want);

/* e2e_providers_receipts.c */
void providers_delivered(void);
void providers_undelivered(void);
void providers_early(void);
void providers_told_after_a_crash(void);
void providers_wrong_secrets(void);
void providers_callbacks_by_reload(void);
void providers_told_in_reloads(void);

/* e2e_providers_replies.c */
void providers_replies(void);
