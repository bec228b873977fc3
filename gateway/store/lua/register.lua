#!lua flags=allow-oom
-- A consumer signs on: groups exist, it counts as alive, it has no intents. One that comes back after its connection
-- broke may have been taken for dead meanwhile: then its alerts are others', and it must not live on under that name.
-- Where this Redis is another one than before, and not all have come to it yet, it may just not have heard of the sign-on.
-- KEYS: workers, intents, urgent, normal, bulk, ready, assembled   ARGV: consumer, 1 where it has signed on before, which Redis this is
--       ('' = nobody knows)
for lane = 3, 6 do
  -- From 0, never $: what was added before the group existed must be read. BUSYGROUP says it is there already.
  local made = redis.pcall('XGROUP', 'CREATE', KEYS[lane], 'gateway', '0', 'MKSTREAM')
  if made.err and not string.find(made.err, 'BUSYGROUP', 1, true) then
    return made
  end
end
local all_are_there = (ARGV[3] or '') == ''
  or (redis.call('HGET', KEYS[7], '@redis') == ARGV[3] and redis.call('HEXISTS', KEYS[7], '@all') == 1)
if ARGV[2] == '1' and redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 and all_are_there then
  return redis.error_reply('FENCED this consumer was taken for dead')
end
redis.call('HSET', KEYS[1], ARGV[1], 1)
redis.call('HSETNX', KEYS[2], ARGV[1], '')
return redis.status_reply('OK')
