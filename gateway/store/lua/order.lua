#!lua flags=allow-oom
-- Notes what an operator wants of an account.
-- KEYS: accounts   ARGV: field (state:NAME or tps:NAME), the word ("" = nothing any more), who and why
-- An account that runs again is tried again, also where it ran before: “again:NAME” has when that was last said.
-- Returns 1 where something changed, and what is noted now: "WORD since_ms who and why". What is noted already keeps its
-- time and name.
local known = redis.call('HGET', KEYS[1], ARGV[1])
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local runs = ARGV[2] == '' and string.match(ARGV[1], '^state:(.+)$')
if runs then redis.call('HSET', KEYS[1], 'again:' .. runs, now) end
if ARGV[2] == '' then return { redis.call('HDEL', KEYS[1], ARGV[1]), '' } end
if known and string.match(known, '^%S+') == ARGV[2] then return { 0, known } end
local value = string.format('%s %s %s', ARGV[2], now, ARGV[3])
redis.call('HSET', KEYS[1], ARGV[1], value)
return { 1, value }
