/* SPDX-License-Identifier: Apache-2.0 */
#include "store/additions.h"

#include "base/check.h"
#include "store/reply.h"

#include <stdio.h>

#define NO_MORE ((struct slice){ NULL, 0 })

enum err additions_put(struct redis_ask *ask, enum lane lane, const struct slice *alerts, unsigned count,
		       char last[static ENTRY_ID_OCTETS], struct err_at *at)
{
	const struct reply *reply;
	char key[32];
	CHECK(count > 0 && count <= ADDITIONS_BATCH && lane < LANE_READY);
	snprintf(key, sizeof key, ":alerts:%s", lane_name(lane));
	redis_ask_begin_script(ask, SCRIPT_ADD, 1);
	redis_ask_key(ask, key, NO_MORE);
	for (unsigned i = 0; i < count; i++)
		redis_ask_add(ask, alerts[i]);
	enum err err = redis_ask_run(ask, &reply, at);
	if (err != ERR_OK)
		return err;
	if (reply->type != REPLY_TEXT || reply->text.len >= ENTRY_ID_OCTETS)
		return reply_of_other_form(at);
	snprintf(last, ENTRY_ID_OCTETS, "%.*s", SLICE_ARG(reply->text));
	return ERR_OK;
}
