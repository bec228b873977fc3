#!lua flags=allow-oom
-- Takes over ranges of a consumer that is dead, with at most so many entries; the first call fences it, so that it can
-- begin nothing more. With count 0 it only fences and tells the dead one's intents: the adopter must have them in its own
-- value before it owns an entry, or a second crash would forget which alerts may have been sent.
-- KEYS: workers, intents, claims, urgent, normal, bulk, ready   ARGV: adopter, dead consumer, adopter's intents, count
-- Returns the dead one's intents, 1 where it has more ranges, then {lane, from, to, entries} of each range taken over.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
  return redis.error_reply('FENCED this consumer was taken for dead')
end
redis.call('HDEL', KEYS[1], ARGV[2])
local answer = { redis.call('HGET', KEYS[2], ARGV[2]) or '', 0 }
local left = tonumber(ARGV[4])
if left == 0 then
  answer[2] = 1
  return answer
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
local prefix = ARGV[2] .. '|'
local all = redis.call('HGETALL', KEYS[3])
for i = 1, #all, 2 do
  if string.sub(all[i], 1, #prefix) == prefix then
    local lane, to = string.match(string.sub(all[i], #prefix + 1), '^(%d)|(.*)$')
    local from = all[i + 1]
    if left == 0 then
      answer[2] = 1
      break
    end
    local entries = redis.call('XRANGE', KEYS[3 + tonumber(lane)], '(' .. from, to, 'COUNT', left)
    redis.call('HDEL', KEYS[3], all[i])
    if #entries == left and entries[left][1] ~= to then
      -- Only its first part: the rest stays with the dead one.
      redis.call('HSET', KEYS[3], prefix .. lane .. '|' .. to, entries[left][1])
      to = entries[left][1]
      answer[2] = 1
    end
    if #entries > 0 then
      redis.call('HSET', KEYS[3], ARGV[1] .. '|' .. lane .. '|' .. to, from)
      answer[#answer + 1] = { tonumber(lane), from, to, entries }
    end
    left = left - #entries
  end
end
if answer[2] == 0 then
  for lane = 4, 7 do
    redis.call('XGROUP', 'DELCONSUMER', KEYS[lane], 'gateway', ARGV[2])
  end
  redis.call('HDEL', KEYS[2], ARGV[2])
end
return answer
