#!lua flags=allow-oom
-- A consumer has told again what it knows that this Redis may have lost, and asks who has not yet. A Redis that is another one than before
-- (a replica was promoted, or it was started anew) may hold an earlier state: what others have in flight would be handed out as new.
-- KEYS: assembled, workers   ARGV: which Redis this is (“run:place of its promotion”), consumer, what the name of a dead one begins with
--       ('' = none), and what it goes on with where it lives ('' = none), 1 where the consumer waits no longer
-- Returns how many workers have not come; 1 where all have, or nobody waits for them any more; and which Redis this is: after an hour
-- without replicas it forgets where it was promoted (-1).
local stored, here = redis.call('HGET', KEYS[1], '@redis'), ARGV[1]
local run = string.match(here, '^(.*):%-1$')
if stored and run and string.match(stored, '^(.*):') == run then here = stored end
if stored ~= here then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], '@redis', here)
end
redis.call('HSET', KEYS[1], ARGV[2], 1)
local function is_dead(name)
  return ARGV[3] ~= '' and string.sub(name, 1, #ARGV[3]) == ARGV[3] and string.sub(name, 1, #ARGV[4]) ~= ARGV[4]
end
local absent, lives = 0, {}
for _, name in ipairs(redis.call('HKEYS', KEYS[2])) do
  lives[name] = true
  if redis.call('HEXISTS', KEYS[1], name) == 0 and not is_dead(name) then absent = absent + 1 end
end
for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(name, 1, 1) ~= '@' and not lives[name] then redis.call('HDEL', KEYS[1], name) end
end
if absent == 0 or ARGV[5] == '1' then redis.call('HSET', KEYS[1], '@all', 1) end
return { absent, redis.call('HEXISTS', KEYS[1], '@all'), here }
