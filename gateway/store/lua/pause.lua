#!lua flags=allow-oom
-- Pauses what a field names; what is paused already keeps its time and name.
-- KEYS: paused   ARGV: field (all, template:NAME, tenant:NAME, batch:NAME), who, how many can be
-- Returns 1 where it was not paused before, and since when (ms) and by whom it is; -1 where no more can be: workers would
-- not heed it.
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known then return { 0, known } end
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then return { -1, '' } end
local time = redis.call('TIME')
local value = string.format('%.0f %s', time[1] * 1000 + math.floor(time[2] / 1000), ARGV[2])
redis.call('HSET', KEYS[1], ARGV[1], value)
return { 1, value }
