/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gateway_process.h"
#include "smsc.h"

/* What the files of e2e_faults share. In each scenario the load is added first; then a fault comes each time the carrier has
 * taken another part of it. */

#ifdef E2E_SLOW
#define FAULTS_LOAD 2000
#else
#define FAULTS_LOAD 4000
#endif

/* So slow a carrier that the load lasts for some seconds: 100 places in windows, each answer after so long. */
#define FAULTS_LATENCY "fixed:20"

extern struct smsc faults_smsc;
extern struct gateway_process faults_gateway;

/* World, Redis, carrier with that latency, gateway with more settings (NULL = none), and where is_loaded the load. */
void faults_open(const char *account_more, const char *root_more, bool is_loaded);

/* The same with a carrier of one's own choice. */
void faults_open_with(const char *const smsc_options[], const char *account_more, const char *root_more,
		      bool is_loaded);

/* Of faults_gateway. */
double faults_metric(const char *name);

/* Waits until the carrier has taken so many messages of the load, copies included. */
void faults_await_taken(unsigned count);

/* Waits until all is settled, stops everything, checks the load; returns how many messages went out again. last: the
 * gateway that runs. violations: how often the carrier may have found fault with us. */
unsigned faults_close_all(struct gateway_process *last, long long violations);

/* The rest of it, once all gateways have ended without any fault of ours. */
unsigned faults_end(void);

/* The same with faults_gateway and without any fault of ours. */
unsigned faults_close(void);

/* e2e_faults_gateway.c */
void faults_kill_nine(void);
void faults_kill_nine_long(void);
void faults_sigterm_in_burst(void);
void faults_sigterm_then_kill(void);
void faults_second_instance(void);
void faults_dead_without_lock(void);
void faults_stopped_for_long(void);

/* e2e_faults_poison.c */
void faults_poison(void);

/* e2e_faults_account.c */
void faults_account(void);
void faults_account_drifts(void);

/* e2e_faults_redis.c */
void faults_client_kill(void);
void faults_reader_kill(void);
void faults_redis_restart(void);
void faults_cut_answers(void);
void faults_script_flush(void);
void faults_script_flush_idle(void);
void faults_redis_full(void);
void faults_redis_pauses(void);
void faults_redis_unfit(void);

/* e2e_faults_held.c */
void faults_held(void);
void faults_held_late(void);
void faults_held_receipt(void);
void faults_held_kill(void);
void faults_elsewhere(void);

/* e2e_faults_query.c */
void faults_query(void);
void faults_query_long(void);
void faults_query_load(void);
void faults_query_refused(void);

/* e2e_faults_carrier.c */
void faults_unbind(void);
void faults_reset(void);
void faults_garbage(void);
void faults_freeze(void);
void faults_swallow(void);
void faults_unanswered(void);
void faults_late(void);
void faults_late_long_text(void);
void faults_throttle(void);
void faults_temporary(void);
void faults_rejected(void);
void faults_attempts_over(void);
void faults_broken(void);
void faults_wrong_password(void);
void faults_carrier_restart(void);
