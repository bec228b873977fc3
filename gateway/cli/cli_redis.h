/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cli/cli_command.h"
#include "store/redis_ask.h"

/* Commands that ask Redis: the configuration says where it is (option “config”). */

#define CLI_REDIS_OPTION                                                                                             \
	{                                                                                                            \
		"config", "FILE", "Configuration (default: HONGYAN_CONFIG, hongyan.yaml, /etc/hongyan/hongyan.yaml)" \
	}

/* Loads the configuration. settings: set where CLI_OK is returned; else err was told. */
int cli_redis_settings(const struct cli_call *call, struct cli_settings *settings);

/* Connects. ask: owned, set where CLI_OK is returned; else err was told. settings: borrowed while it is open. */
int cli_redis_connect(const struct cli_call *call, const struct cli_settings *settings, struct redis_ask **ask);

/* Tells on err what went wrong with a question. Returns the exit code. */
int cli_redis_failed(const struct cli_call *call, const struct err_at *at);
