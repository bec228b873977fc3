#!lua flags=allow-oom
-- Notes what an operator wants of an account.
-- KEYS: accounts   ARGV: field (state:NAME or tps:NAME), the word ("" = nothing any more), who and why
-- An account that runs again is tried again, also where it ran before: “again:NAME” has when that was last said. Every gateway
-- has heard of it within a second: a day later it goes, or accounts that are long gone would stand here for ever.
-- Returns 1 where something changed, and what is noted now: "WORD since_ms who and why". What is noted already keeps its
-- time and name.
local known = redis.call('HGET', KEYS[1], ARGV[1])
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local now = string.format('%.0f', now_ms)
local runs = ARGV[2] == '' and string.match(ARGV[1], '^state:(.+)$')
if runs then
  local noted = redis.call('HGETALL', KEYS[1])
  for at = 1, #noted, 2 do
    local is_old = now_ms - (tonumber(noted[at + 1]) or 0) > 24 * 3600 * 1000
    if is_old and string.sub(noted[at], 1, 6) == 'again:' then redis.call('HDEL', KEYS[1], noted[at]) end
  end
  redis.call('HSET', KEYS[1], 'again:' .. runs, now)
end
if ARGV[2] == '' then return { redis.call('HDEL', KEYS[1], ARGV[1]), '' } end
if known and string.match(known, '^%S+') == ARGV[2] then return { 0, known } end
local value = string.format('%s %s %s', ARGV[2], now, ARGV[3])
redis.call('HSET', KEYS[1], ARGV[1], value)
return { 1, value }
