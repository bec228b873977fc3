/* SPDX-License-Identifier: Apache-2.0 */

/* What goes wrong, and that nothing is lost by it, and that what goes out twice is known. */

#include "e2e_faults.h"

#include "auditor.h"
#include "books.h"
#include "redis_server.h"
#include "scenario.h"

struct smsc faults_smsc;
struct gateway_process faults_gateway;

double faults_metric(const char *name)
{
	return gateway_process_metric(&faults_gateway, name);
}

void faults_open(const char *account_more, const char *root_more, bool is_loaded)
{
	faults_open_with((const char *const[]){ "--latency", FAULTS_LATENCY, NULL }, account_more, root_more,
			 is_loaded);
}

void faults_open_with(const char *const smsc_options[], const char *account_more, const char *root_more, bool is_loaded)
{
	world_open();
	redis_server_start();
	smsc_start(&faults_smsc, "smsc", 0, smsc_options);
	if (is_loaded)
		books_add_load(0, FAULTS_LOAD);
	gateway_process_start(&faults_gateway, "gateway",
			      &(struct gateway_options){
				      .smsc = &faults_smsc,
				      .account_more = account_more,
				      .root_more = root_more,
			      },
			      true);
}

static bool has_taken(unsigned count)
{
	books_waiting(); /* for the balance */
	return smsc_count(&faults_smsc, "accepted") >= count;
}

void faults_await_taken(unsigned count)
{
	AWAIT(30, has_taken(count));
}

unsigned faults_close(void)
{
	return faults_close_all(&faults_gateway, 0);
}

static unsigned end(long long violations)
{
	EXPECT_COUNT(books_waiting(), 0);
	smsc_finish(&faults_smsc);
	unsigned again = books_check_load(FAULTS_LOAD, &faults_smsc);
	auditor_check_load(&faults_smsc, FAULTS_LOAD, again);
	EXPECT(smsc_total(&faults_smsc, "violations_total") <= violations);
	smsc_fini(&faults_smsc);
	redis_server_stop();
	world_close();
	return again;
}

unsigned faults_end(void)
{
	return end(0);
}

unsigned faults_close_all(struct gateway_process *last, long long violations)
{
	books_await_settled(45);
	gateway_process_stop(last);
	return end(violations);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "kill_nine", faults_kill_nine, 90, false },
		{ "kill_nine_long", faults_kill_nine_long, 600, true },
		{ "sigterm_in_burst", faults_sigterm_in_burst, 60, false },
		{ "sigterm_then_kill", faults_sigterm_then_kill, 60, false },
		{ "account", faults_account, 90, false },
		{ "account_drifts", faults_account_drifts, 60, false },
		{ "second_instance", faults_second_instance, 60, false },
		{ "dead_without_lock", faults_dead_without_lock, 120, true },
		{ "stopped_for_long", faults_stopped_for_long, 180, true },
		{ "poison", faults_poison, 90, false },
		{ "client_kill", faults_client_kill, 60, false },
		{ "reader_kill", faults_reader_kill, 60, false },
		{ "redis_restart", faults_redis_restart, 60, false },
		{ "cut_answers", faults_cut_answers, 90, false },
		{ "script_flush", faults_script_flush, 60, false },
		{ "script_flush_idle", faults_script_flush_idle, 60, false },
		{ "redis_full", faults_redis_full, 60, false },
		{ "redis_pauses", faults_redis_pauses, 60, false },
		{ "redis_unfit", faults_redis_unfit, 60, false },
		{ "unbind", faults_unbind, 60, false },
		{ "reset", faults_reset, 60, false },
		{ "garbage", faults_garbage, 60, false },
		{ "freeze", faults_freeze, 60, false },
		{ "swallow", faults_swallow, 60, false },
		{ "unanswered", faults_unanswered, 60, false },
		{ "late", faults_late, 60, false },
		{ "late_long_text", faults_late_long_text, 60, false },
		{ "throttle", faults_throttle, 60, false },
		{ "temporary", faults_temporary, 60, false },
		{ "rejected", faults_rejected, 60, false },
		{ "attempts_over", faults_attempts_over, 60, false },
		{ "broken", faults_broken, 90, false },
		{ "wrong_password", faults_wrong_password, 60, false },
		{ "carrier_restart", faults_carrier_restart, 60, false },
		{ "held", faults_held, 60, false },
		{ "held_late", faults_held_late, 60, false },
		{ "held_receipt", faults_held_receipt, 60, false },
		{ "held_kill", faults_held_kill, 90, false },
		{ "elsewhere", faults_elsewhere, 60, false },
		{ "query", faults_query, 60, false },
		{ "query_long", faults_query_long, 60, false },
		{ "query_load", faults_query_load, 90, false },
		{ "query_refused", faults_query_refused, 60, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
