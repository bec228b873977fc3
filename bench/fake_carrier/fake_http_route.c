/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_http_route.h"

#include "fake_http_dialects.h"
#include "fake_http_take.h"

static const struct fake_slice nobody = {0};

static void not_found(struct fake_http *http) {
  fake_http_violation(http, FAKE_VIOLATION_http_path, nobody, "no provider has this path of %zu characters", http->request.path.len);
  fake_http_print(http, "not found\n");
  fake_http_answer(http, 404, "text/plain", NULL);
}

static void redirected(struct fake_http *http) {
  fake_http_violation(http, FAKE_VIOLATION_http_redirect, nobody, "a redirect was followed");
  fake_http_print(http, "redirected\n");
  fake_http_answer(http, 200, "text/plain", NULL);
}

void fake_http_route_malformed(struct fake_http *http, unsigned status, const char *problem) {
  http->body.len = 0;
  http->plan = (struct fake_http_plan){0};
  http->request.is_kept = false;
  http->server->counters.http_requests++;
  fake_http_violation(http, FAKE_VIOLATION_http_request, nobody, "%s", problem);
  fake_http_print(http, "%s\n", problem);
  fake_http_answer(http, status, "text/plain", NULL);
}

static void take(struct fake_http *http, enum fake_http_dialect dialect, void (*dialect_take)(struct fake_http *)) {
  http->dialect = dialect;
  dialect_take(http);
}

void fake_http_route(struct fake_http *http) {
  struct fake_slice path = http->request.path;
  http->body.len = 0;
  http->plan = (struct fake_http_plan){0};
  http->server->counters.http_requests++;
  if (fake_slice_is(path, "/messages"))
    take(http, FAKE_HTTP_GENERIC, fake_http_generic);
  else if (fake_slice_is(path, "/cgi-bin/sendsms"))
    take(http, FAKE_HTTP_KANNEL, fake_http_kannel);
  else if (fake_slice_is(path, "/sms/json"))
    take(http, FAKE_HTTP_VONAGE, fake_http_vonage);
  else if (fake_slice_is(path, "/") && fake_http_header(&http->request, "x-tc-action").at != NULL)
    take(http, FAKE_HTTP_TENCENT, fake_http_tencent);
  else if (fake_slice_is(path, "/"))
    take(http, FAKE_HTTP_ALIYUN, fake_http_aliyun);
  else if (fake_slice_is(path, "/redirected"))
    redirected(http);
  else if (!fake_http_twilio(http))
    not_found(http);
}
