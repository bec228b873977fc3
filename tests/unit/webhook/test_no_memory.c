/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/alloc_sweep.h"
#include "webhook/webhook_signature.h"

#include <openssl/err.h>

static enum alloc_end signs(void *ctx)
{
	(void)ctx;
	static struct webhook_keys keys;
	char octets[WEBHOOK_SIGNATURE_MAX];
	struct buf out = buf_over(octets, sizeof octets);
	enum err err = webhook_keys_read(SLICE("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), &keys, NULL);
	if (err != ERR_OK)
		return alloc_end_of(err);
	bool is_signed = webhook_signature_put(&keys, SLICE("msg.1614265330.{}"), &out);
	webhook_keys_fini(&keys);
	ERR_clear_error();
	if (is_signed && out.len != sizeof "v1," - 1 + 44)
		return alloc_wrong("%zu octets", out.len);
	return is_signed ? ALLOC_WELL : ALLOC_TOLD;
}

Test(no_memory, webhook)
{
	alloc_sweep("a signature", signs, NULL);
}
