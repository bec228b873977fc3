#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Submits one alert over HTTP. Needs curl 7.71 or newer.
# usage: HONGYAN_URL=http://gateway:8081 HONGYAN_TOKEN=hy_… submit.sh <alert.json
#
# curl sends it again where there was no answer, and on 429, 503 and 504 after the time that Retry-After names. That is
# harmless: the alert's id is the same each time, so that it is taken once.
set -eu
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
status=$(curl -sS --max-time 20 --retry 10 --retry-all-errors --retry-max-time 300 -o "$answer" -w '%{http_code}' \
  -H "Authorization: Bearer $HONGYAN_TOKEN" -H 'Content-Type: application/json' --data-binary @- "$HONGYAN_URL/v1/alerts")
cat "$answer"
# 202: it is durable. Anything else: the answer's “detail” says what is wrong with it.
[ "$status" = 202 ]
