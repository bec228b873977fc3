-- One consumer shows that it lives, and sees who else does and how deep the queue is.
-- KEYS: workers, intents, urgent, normal, bulk, ready, later, dead   ARGV: consumer
-- Returns Redis' time (s, µs), workers with their counters, all consumers that have intents, lengths of the four lanes,
-- of later and of dead, and the oldest entry id of each lane.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
  return redis.error_reply('FENCED this consumer was taken for dead')
end
redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
local lengths, oldest = {}, {}
for lane = 1, 4 do
  lengths[lane] = redis.call('XLEN', KEYS[2 + lane])
  local first = redis.call('XRANGE', KEYS[2 + lane], '-', '+', 'COUNT', 1)[1]
  oldest[lane] = first and first[1] or ''
end
lengths[5] = redis.call('ZCARD', KEYS[7])
lengths[6] = redis.call('XLEN', KEYS[8])
return { redis.call('TIME'), redis.call('HGETALL', KEYS[1]), redis.call('HKEYS', KEYS[2]), lengths, oldest }
