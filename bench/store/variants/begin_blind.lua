-- A bound, not a candidate: BEGIN without any look at what was seen, to show what the two HMGETs cost.
-- KEYS: workers, seen, seen before, intents. ARGV: consumer, n, intent, (id, origin) * n.
local call = redis.call
if call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 'FENCED' end
local n = tonumber(ARGV[2])
call('HSET', KEYS[4], ARGV[1], ARGV[3])
call('HSET', KEYS[2], unpack(ARGV, 4, 3 + 2 * n))
return string.rep('G', n)
