#!lua flags=allow-oom
-- Brings alerts whose waiting is over back: later → ready. They are parked on nobody any more: the next time they may wait for
-- something else, and nobody's unpark is to cut that short.
-- KEYS: later, later bodies, ready   ARGV: at most how many
-- Returns how many moved, and the next due time in ms ('' = none waits).
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now), 'LIMIT', 0, ARGV[1])
for _, origin in ipairs(due) do
  local packed = redis.call('HGET', KEYS[2], origin)
  if packed then
    local attempt, ambiguous, state, body = string.match(packed, '^([^\n]*)\n([^\n]*)\n([^\n]*)\n(.*)$')
    redis.call('XADD', KEYS[3], '*', 'alert', body, 'origin', origin, 'attempt', attempt, 'ambiguous', ambiguous, 'state', state)
  end
  redis.call('ZREM', KEYS[1], origin)
  redis.call('HDEL', KEYS[2], origin)
end
if #due > 0 then
  for _, name in ipairs(redis.call('SMEMBERS', KEYS[1] .. ':accounts')) do
    redis.call('ZREM', KEYS[1] .. ':account:' .. name, unpack(due))
  end
end
local next = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return { #due, next[2] or '' }
