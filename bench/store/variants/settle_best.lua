-- SETTLE: takes a batch off the queue together with its events and its count, or changes nothing.
-- KEYS: workers, stream, events, counters of the account. ARGV: consumer, n, events, entry * n.
-- Answers FENCED, or how many entries were pending; fewer than n is for the caller to raise an alarm about.
-- The freeing commands come first, so that a full Redis refuses before anything has happened or not at all.
local call = redis.call
if call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 'FENCED' end
local last = 3 + ARGV[2]
local acked = call('XACK', KEYS[2], 'gateway', unpack(ARGV, 4, last))
call('XDEL', KEYS[2], unpack(ARGV, 4, last))
call('XADD', KEYS[3], '*', 'events', ARGV[3])
call('HINCRBY', KEYS[4], 'accepted', ARGV[2])
return acked
