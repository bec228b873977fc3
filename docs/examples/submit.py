#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Submits one alert over HTTP, with the standard library alone.

usage: HONGYAN_URL=http://gateway:8081 HONGYAN_TOKEN=hy_… submit.py <alert.json
"""
import json
import os
import sys
import time
import urllib.error
import urllib.request

PATIENCE_S = 300


class Refused(Exception):
    """The gateway says what is wrong with the alert: sending it again does not help."""


def retry_after(headers, fallback):
    value = headers.get("Retry-After", "")
    return int(value) if value.isdigit() else fallback


def submit(url, token, alert):
    """Returns what the gateway says of an alert that it has taken. The same id each time: it is taken once."""
    request = urllib.request.Request(
        f"{url}/v1/alerts",
        data=json.dumps(alert).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    end = time.monotonic() + PATIENCE_S
    wait = 1
    while True:
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            body = error.read().decode()
            if error.code not in (429, 503, 504):
                problem = json.loads(body) if "json" in error.headers.get("Content-Type", "") else {}
                raise Refused(f"{error.code} {problem.get('field', '')} {problem.get('detail', body)}") from None
            reason, rest = body, retry_after(error.headers, wait)
        except OSError as error:  # no connection, or no answer: it may have been taken or not
            reason, rest = str(error), wait
        if time.monotonic() + rest > end:
            raise TimeoutError(reason)
        time.sleep(rest)
        wait = min(2 * wait, 30)


if __name__ == "__main__":
    try:
        taken = submit(os.environ["HONGYAN_URL"], os.environ["HONGYAN_TOKEN"], json.load(sys.stdin))
    except (Refused, TimeoutError) as error:
        sys.exit(str(error))
    print(json.dumps(taken))
