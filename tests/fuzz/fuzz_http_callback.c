/* SPDX-License-Identifier: Apache-2.0 */
/* A provider's callback. The first octet chooses the dialect; then come query, content type and body with NULs between, which are
 * also what is signed. */
#include "base/check.h"
#include "wire/http/http_callback.h"
#include "wire/http/http_callback_auth.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

#define DIALECTS_MAX 16

static struct http_callback *callbacks[DIALECTS_MAX];
static unsigned callback_count;

static void make(void)
{
	for (const char *const *name = http_callback_dialects(); *name != NULL; name++) {
		struct http_callback_settings settings = { .dialect = *name };
		if (strcmp(*name, "json") == 0 || strcmp(*name, "form") == 0) {
			settings.items = "/a/0";
			settings.id = "/id";
			settings.state = "/s";
			settings.from = "/n/1";
			settings.states = "1=delivered,2=rejected";
			settings.is_id_of_request = true;
		}
		CHECK(http_callback_create(&settings, &callbacks[callback_count++], NULL) == ERR_OK);
	}
}

static void check_list(struct http_callback_list *list)
{
	CHECK(list->count + list->skipped + list->too_long <= HTTP_CALLBACK_RECEIPTS_MAX);
	for (unsigned i = 0; i < list->count; i++) {
		if (list->items[i].mo != NULL) { /* a message from a phone */
			const struct mo *mo = &list->items[i].mo->mo;
			CHECK(mo->octets.len <= MO_OCTETS_MAX && mo->from.len <= MO_ADDRESS_MAX &&
			      mo->to.len <= MO_ADDRESS_MAX);
			continue;
		}
		struct receipt receipt = http_callback_receipt(&list->items[i]);
		CHECK(receipt.carrier_ref.len >= 1 && receipt.carrier_ref.len <= CARRIER_REF_MAX);
		CHECK(receipt.state > MESSAGE_STATE_NONE && receipt.state < MESSAGE_STATE_COUNT);
		CHECK(receipt.error.len <= sizeof list->items[i].error &&
		      receipt.from.len <= sizeof list->items[i].from);
	}
	http_callback_list_free(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	if (callback_count == 0)
		make();
	if (len == 0)
		return 0;
	struct slice rest = { (const char *)octets + 1, len - 1 };
	struct http_callback_request request;
	request.query = slice_cut(&rest, '\0');
	request.content_type = slice_cut(&rest, '\0');
	request.body = rest;
	struct http_callback_list list;
	struct err_at at = { 0 };
	if (http_callback_read(callbacks[octets[0] % callback_count], &request, &list, &at) == ERR_OK)
		check_list(&list);
	else
		CHECK(at.text[0] != '\0');
	CHECK(http_callback_twilio_signed(SLICE("key"), request.query, request.body, request.content_type) ==
	      ERR_FORMAT);
	CHECK(http_callback_hmac_signed(HTTP_CALLBACK_SHA256, SLICE("key"), request.query, request.body,
					request.content_type) == ERR_FORMAT);
	struct slice bad = http_callback_bad_address(request.query);
	CHECK(bad.len == 0 || (bad.at >= request.query.at && bad.at + bad.len <= request.query.at + request.query.len));
	(void)http_callback_is_allowed(request.query, request.content_type);
	return 0;
}
