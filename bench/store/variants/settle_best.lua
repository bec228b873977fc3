-- SETTLE: takes a batch off the queue together with its events and its count, or changes nothing.
-- KEYS: workers, stream, events, counters of the account. ARGV: consumer, n, events, entry * n.
-- Answers FENCED, or how many entries were still on the queue: n as a rule, 0 when this batch was settled before (its
-- answer got lost), and then nothing is told twice; anything between is for the caller to raise an alarm about.
-- The freeing commands come first: Redis looks at maxmemory before a script's first write only.
local call = redis.call
if call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 'FENCED' end
local last = 3 + ARGV[2]
call('XACK', KEYS[2], 'gateway', unpack(ARGV, 4, last))
local gone = call('XDEL', KEYS[2], unpack(ARGV, 4, last))
if gone == 0 then return 0 end
call('XADD', KEYS[3], '*', 'events', ARGV[3])
call('HINCRBY', KEYS[4], 'accepted', gone)
return gone
