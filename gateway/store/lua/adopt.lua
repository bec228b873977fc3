-- Takes over entries of a consumer that is dead, at most so many; the first call fences it, so that it can begin nothing
-- more. With count 0 it only fences and tells the dead one's intents: the adopter must have them in its own value before
-- it owns an entry, or a second crash would forget which alerts may have been sent.
-- KEYS: workers, intents, urgent, normal, bulk, ready   ARGV: adopter, dead consumer, adopter's intents value, count
-- Returns the dead one's intents, entries still pending for it, and for each lane the claimed entries.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
  return redis.error_reply('FENCED this consumer was taken for dead')
end
redis.call('HDEL', KEYS[1], ARGV[2])
local intents = redis.call('HGET', KEYS[2], ARGV[2]) or ''
local left = tonumber(ARGV[4])
local claimed, pending = { {}, {}, {}, {} }, 0
if left > 0 then
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
end
for lane = 1, 4 do
  local key = KEYS[2 + lane]
  if left > 0 then
    local ids = {}
    for _, row in ipairs(redis.call('XPENDING', key, 'gateway', '-', '+', left, ARGV[2])) do
      ids[#ids + 1] = row[1]
    end
    if #ids > 0 then
      -- Entries that somebody deleted are dropped from the pending list by XCLAIM itself.
      claimed[lane] = redis.call('XCLAIM', key, 'gateway', ARGV[1], 0, unpack(ids))
      left = left - #ids
    end
  end
  pending = pending + #redis.call('XPENDING', key, 'gateway', '-', '+', 1, ARGV[2])
end
-- A consumer may only go when nothing is pending for it: deleting it would make Redis forget its entries.
if pending == 0 and tonumber(ARGV[4]) > 0 then
  for lane = 1, 4 do
    redis.call('XGROUP', 'DELCONSUMER', KEYS[2 + lane], 'gateway', ARGV[2])
  end
  redis.call('HDEL', KEYS[2], ARGV[2])
end
return { intents, pending, claimed[1], claimed[2], claimed[3], claimed[4] }
