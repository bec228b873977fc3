#!lua flags=allow-oom
-- A consumer leaves of its own will: what it still has may be taken over at once; with nothing left it disappears.
-- KEYS: workers, intents, claims, urgent, normal, bulk, ready   ARGV: consumer
redis.call('HDEL', KEYS[1], ARGV[1])
local prefix = ARGV[1] .. '|'
local kept = 0
local all = redis.call('HGETALL', KEYS[3])
for i = 1, #all, 2 do
  if string.sub(all[i], 1, #prefix) == prefix then
    local lane, to = string.match(string.sub(all[i], #prefix + 1), '^(%d)|(.*)$')
    if #redis.call('XRANGE', KEYS[3 + tonumber(lane)], '(' .. all[i + 1], to, 'COUNT', 1) == 0 then
      redis.call('HDEL', KEYS[3], all[i])
    else
      kept = kept + 1
    end
  end
end
if kept > 0 then return 0 end
for lane = 4, 7 do
  redis.call('XGROUP', 'DELCONSUMER', KEYS[lane], 'gateway', ARGV[1])
end
redis.call('HDEL', KEYS[2], ARGV[1])
return 1
