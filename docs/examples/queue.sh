#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Puts one alert on the queue with redis-cli; prints the entry, by which events will name it.
# usage: queue.sh [REDIS-CLI-OPTION…] <alert.json      the alert on one line, with an id of its own
#
# In doubt it is added again: a second entry with the same id ends as “duplicate” and sends nothing.
set -eu
IFS= read -r alert
for wait in 1 2 4 8 16 0; do
  # -e: an error of Redis (it is full, it loads its data) is told by the exit status.
  if entry=$(redis-cli -e "$@" XADD '{hongyan}:alerts:normal' '*' alert "$alert"); then
    echo "$entry"
    exit 0
  fi
  [ "$wait" = 0 ] || sleep "$wait"
done
echo "$entry" >&2
exit 1
