/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gateway_process.h"
#include "smsc.h"

/* What the files of e2e_road share: one carrier, one gateway, and how a scenario begins and ends. */

#ifdef E2E_SLOW
#define ROAD_LOAD 3000
#else
#define ROAD_LOAD 20000
#endif

#define ROAD_INSTANT_OCTETS 48

extern struct smsc road_smsc;
extern struct gateway_process road_gateway;

/* World, Redis, carrier, gateway; the account is the carrier's. */
void road_open(const char *const smsc_options[], struct gateway_options options);

/* Stops the gateway and the carrier: nothing may wait, and the carrier has nothing to complain about. */
void road_finish(void);

/* After road_finish and all looks at the record. */
void road_close(void);

/* Unix milliseconds as RFC 3339, and the present ones. */
void road_instant(char out[static ROAD_INSTANT_OCTETS], long long ms);
long long road_wall_ms(void);

/* e2e_road_bad.c */
void road_bad_entries(void);
void road_large_entries(void);
void road_large_backlog(void);

/* e2e_road_time.c */
void road_freshness(void);
void road_stale_backlog(void);
void road_stale_in_memory(void);

/* e2e_road_withdraw.c */
void road_withdrawn(void);
void road_withdrawn_between_attempts(void);
void road_paused(void);
void road_paused_all(void);

/* e2e_road_queue.c */
void road_retention(void);
void road_legacy(void);
void road_legacy_kill(void);

/* e2e_road_carrier.c */
void road_long_texts(void);
void road_long_texts_packed(void);
void road_long_texts_latin1(void);
void road_routes(void);
void road_receipts(void);
void road_receipts_early(void);
void road_receipts_twice(void);
void road_receipts_other_id(void);
