-- READ without a pending list: the claim is one packed value a consumer, earlier ranges (sent along) plus this one.
-- KEYS: stream, claims. ARGV: consumer, count, earlier ranges.
local call = redis.call
local got = call('XREADGROUP', 'GROUP', 'gateway', ARGV[1], 'COUNT', ARGV[2], 'NOACK', 'STREAMS', KEYS[1], '>')
if not got then return got end
local entries = got[1][2]
call('HSET', KEYS[2], ARGV[1], ARGV[3] .. entries[1][1] .. ' ' .. entries[#entries][1])
return got
