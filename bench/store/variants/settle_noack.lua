-- SETTLE without a pending list. KEYS: workers, stream, events, counters. ARGV: consumer, n, events, entry * n.
local call = redis.call
if call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 'FENCED' end
local gone = call('XDEL', KEYS[2], unpack(ARGV, 4, 3 + ARGV[2]))
call('XADD', KEYS[3], '*', 'events', ARGV[3])
call('HINCRBY', KEYS[4], 'accepted', ARGV[2])
return gone
