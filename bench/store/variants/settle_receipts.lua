-- SETTLE with the receipt entries inside. KEYS: workers, stream, events, counters, receipts.
-- ARGV: consumer, n, events, entry * n, (reference, value) * n.
local call = redis.call
if call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 'FENCED' end
local n = tonumber(ARGV[2])
local last = 3 + n
local acked = call('XACK', KEYS[2], 'gateway', unpack(ARGV, 4, last))
call('XDEL', KEYS[2], unpack(ARGV, 4, last))
call('HSET', KEYS[5], unpack(ARGV, last + 1, last + 2 * n))
call('XADD', KEYS[3], '*', 'events', ARGV[3])
call('HINCRBY', KEYS[4], 'accepted', n)
return acked
