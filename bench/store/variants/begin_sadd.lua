-- A bound, not a candidate: one SADD whose count says "all new". It keeps no origin, so a re-read looks like a duplicate.
-- KEYS: workers, seen, seen before, intents. ARGV: consumer, n, intent, id * n, (id, origin) * n.
local call = redis.call
if call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 'FENCED' end
local n = tonumber(ARGV[2])
call('HSET', KEYS[4], ARGV[1], ARGV[3])
if call('SADD', KEYS[2], unpack(ARGV, 4, 3 + n)) ~= n then return 'SLOW' end
return string.rep('G', n)
