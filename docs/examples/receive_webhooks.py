#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Receives events over HTTP, with the standard library alone: a start for a receiver of your own.

usage: WEBHOOK_SECRET=whsec_… receive_webhooks.py PORT      behind a proxy that speaks TLS
"""
import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE_S = 300
OCTETS_MAX = 1024 * 1024
KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
seen = set()  # keep it where it survives a restart, for as long as events may be sent again


def is_genuine(headers, body):
    """Over the octets as they came. Of several signatures one must fit: the secret may be about to change."""
    stamp = headers.get("webhook-timestamp", "")
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > TOLERANCE_S:
        return False
    signed = f"{headers.get('webhook-id', '')}.{stamp}.".encode() + body
    want = "v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(want, given) for given in headers.get("webhook-signature", "").split(" "))


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length) if length <= OCTETS_MAX else b""
        if not is_genuine(self.headers, body):
            self.send_error(401)
            return
        events = json.loads(body)
        for event in events if isinstance(events, list) else [events]:
            if event["id"] in seen:
                continue
            print(event["type"], event.get("subject"), event["data"].get("reason", ""), flush=True)
            seen.add(event["id"])
        self.send_response(204)  # only when all of it is stored
        self.end_headers()


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
