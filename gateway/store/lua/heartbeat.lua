-- One consumer shows that it lives, and sees who else does and how deep the queue is.
-- KEYS: workers, intents, urgent, normal, bulk, ready, later, dead   ARGV: consumer
-- Returns Redis' time (s, µs), workers with their counters, all consumers that have intents or pending entries, lengths of the four lanes,
-- of later and of dead, and the oldest entry id of each lane.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
  return redis.error_reply('FENCED this consumer was taken for dead')
end
redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
local consumers, known = redis.call('HKEYS', KEYS[2]), {}
for _, name in ipairs(consumers) do known[name] = true end
local lengths, oldest = {}, {}
for lane = 1, 4 do
  -- A read that was blocked while its consumer signed off can still be given an entry under the old name.
  for _, row in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[2 + lane], 'gateway')) do
    if row[4] > 0 and not known[row[2]] then
      known[row[2]] = true
      consumers[#consumers + 1] = row[2]
    end
  end
  lengths[lane] = redis.call('XLEN', KEYS[2 + lane])
  local first = redis.call('XRANGE', KEYS[2 + lane], '-', '+', 'COUNT', 1)[1]
  oldest[lane] = first and first[1] or ''
end
lengths[5] = redis.call('ZCARD', KEYS[7])
lengths[6] = redis.call('XLEN', KEYS[8])
return { redis.call('TIME'), redis.call('HGETALL', KEYS[1]), consumers, lengths, oldest }
