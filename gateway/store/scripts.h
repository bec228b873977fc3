/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

/* The Lua scripts of lua/, built into the binary. Redis knows a script by the SHA-1 that SCRIPT LOAD answered. */
enum script {
	SCRIPT_ADD,
	SCRIPT_ADOPT,
	SCRIPT_ASSEMBLE,
	SCRIPT_BALANCE,
	SCRIPT_BEGIN,
	SCRIPT_BIND,
	SCRIPT_CLAIM,
	SCRIPT_DROP_HELD,
	SCRIPT_HEARTBEAT,
	SCRIPT_LATE,
	SCRIPT_LEASE,
	SCRIPT_LEGACY,
	SCRIPT_MO,
	SCRIPT_MOVE,
	SCRIPT_OPTOUT,
	SCRIPT_ORDER,
	SCRIPT_OWNED,
	SCRIPT_PAUSE,
	SCRIPT_READER,
	SCRIPT_RECEIPTS,
	SCRIPT_RECORD,
	SCRIPT_REGISTER,
	SCRIPT_REQUEUE,
	SCRIPT_RESEND,
	SCRIPT_RESUME,
	SCRIPT_SETTLE,
	SCRIPT_SETTLE_EACH,
	SCRIPT_SIGN_OFF,
	SCRIPT_SUBMIT,
	SCRIPT_SUSPECT,
	SCRIPT_TELL,
	SCRIPT_TRIM,
	SCRIPT_UNPARK,
	SCRIPT_WITHDRAW,
	SCRIPT_COUNT
};

struct script_source {
	const char *name;
	struct slice text;
};

/* Generated, sorted by name: the order of enum script. scripts_check holds both together. */
extern const struct script_source script_sources[];
extern const unsigned script_source_count;

/* CHECKs that the generated table has the scripts that the enum names, in its order. */
void scripts_check(void);
