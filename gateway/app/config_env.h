/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config_report.h"

/* Overrides from the environment are edits of the tree, made before any value is read: “HONGYAN_REDIS_URL=…” puts a
 * scalar at redis.url, “HONGYAN_ACCOUNTS_CMCC_TPS=…” one at tps of the account called cmcc, “HONGYAN_ROUTES_1_PREFIX=…”
 * one at the first route's. An empty value overrides nothing. A variable that begins like a setting and is none is an
 * error; one that resembles no setting at all (HONGYAN_HOME) and those that Kubernetes makes for services are not ours.
 * root: the tree of the file. envp: “NAME=value” texts, NULL-terminated; NULL = none. */
void config_env_apply(struct tree_node *root, char *const envp[], struct config_report *report);
