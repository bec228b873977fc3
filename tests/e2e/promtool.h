/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Prometheus' own tool has nothing to say against a page of metrics: names, units, help. Fails where it has. */
void promtool_check(const char *page);
