-- BEGIN, pairs only: half the ids on the wire, a table of ids for HMGET, no table for HSET.
-- KEYS: workers, seen, seen before, intents. ARGV: consumer, n, intent, (id, origin) * n.
local call = redis.call
if call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 'FENCED' end
local n = tonumber(ARGV[2])
local ids = {}
for i = 1, n do ids[i] = ARGV[2 + 2 * i] end
local now = call('HMGET', KEYS[2], unpack(ids))
local before = now
if call('EXISTS', KEYS[3]) == 1 then before = call('HMGET', KEYS[3], unpack(ids)) end
call('HSET', KEYS[4], ARGV[1], ARGV[3])
for i = 1, n do
  if now[i] or before[i] then return 'SLOW' end
end
if call('HSET', KEYS[2], unpack(ARGV, 4, 3 + 2 * n)) ~= n then return 'SLOW' end
return string.rep('G', n)
