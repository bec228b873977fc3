#!lua flags=allow-oom
-- Brings forward alerts that wait because of a pause which is over.
-- KEYS: paused, those that this pause made wait, later   ARGV: field, 1 to forget such as do not wait, then origins
-- Returns how many will go on, and how many do not wait: settled long ago, or just on their way there. -1 where it is
-- paused again.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return { -1, 0 } end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local released, absent = 0, 0
for i = 3, #ARGV do
  local due = redis.call('ZSCORE', KEYS[3], ARGV[i])
  if due then
    if tonumber(due) > now then redis.call('ZADD', KEYS[3], 'XX', string.format('%.0f', now), ARGV[i]) end
    released = released + 1
  else
    absent = absent + 1
  end
  if due or ARGV[2] == '1' then redis.call('SREM', KEYS[2], ARGV[i]) end
end
return { released, absent }
