-- A consumer signs on: groups exist, it counts as alive, it has no intents.
-- KEYS: workers, intents, urgent, normal, bulk, ready   ARGV: consumer
for lane = 3, 6 do
  -- From 0, never $: what was added before the group existed must be read. BUSYGROUP says it is there already.
  local made = redis.pcall('XGROUP', 'CREATE', KEYS[lane], 'gateway', '0', 'MKSTREAM')
  if made.err and not string.find(made.err, 'BUSYGROUP', 1, true) then
    return made
  end
end
redis.call('HSET', KEYS[1], ARGV[1], 1)
redis.call('HSETNX', KEYS[2], ARGV[1], '')
return redis.status_reply('OK')
