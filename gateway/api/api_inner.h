/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/api.h"
#include "httpd/httpd.h"
#include "loop/loop.h"

/* What the files of the API share. */

#define API_CALLS_MAX 64 /* requests whose alerts are on their way to Redis */

struct api {
	struct loop *loop;
	struct httpd *httpd;
	struct api_view view;
	struct adder *adder; /* NULL = none yet */
	struct metrics *metrics;
	struct arena arena; /* of the alert that is checked */
	void *arena_block;
	struct list calls; /* requests whose alerts are on their way to Redis */
	unsigned call_count;
};

/* Frees what is left of them: the adder tells nothing any more. */
void api_forget_calls(struct api *api);

void api_submit(void *ctx, const struct httpd_request *request, struct httpd_response *response);
void api_withdraw(void *ctx, const struct httpd_request *request, struct httpd_response *response);
void api_describe(void *ctx, const struct httpd_request *request, struct httpd_response *response);

/* Who waited for an answer is gone; state: a call of api_submit. */
void api_submit_dropped(void *ctx, void *state);

/* Who asks; NULL where that is nobody who may do so, which is told. */
const struct api_token *api_admit(const struct api *api, const struct httpd_request *request, enum api_scope scope,
				  struct httpd_response *response);
