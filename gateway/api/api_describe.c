/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inner.h"

/* api/openapi.json, built into the binary. */
extern const unsigned char api_openapi[];
extern const size_t api_openapi_len;

void api_describe(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	(void)ctx;
	(void)request;
	if (httpd_response_room(response, api_openapi_len))
		buf_put(&response->body, api_openapi, api_openapi_len);
}
