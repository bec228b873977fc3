#!lua flags=allow-oom
-- Closes alerts that are held: they become dead letters, so that they are still there to look at.
-- KEYS: held, held bodies, dead, totals, events   ARGV: reason, then n times (origin, event)
-- Returns how many were there.
local events = {}
for at = 2, #ARGV, 2 do
  local origin = ARGV[at]
  if redis.call('ZREM', KEYS[1], origin) == 1 then
    local packed = redis.call('HGET', KEYS[2], origin) or ''
    redis.call('HDEL', KEYS[2], origin)
    redis.call('XADD', KEYS[3], '*', 'alert', string.match(packed, '^[^\n]*\n[^\n]*\n[^\n]*\n(.*)$') or packed, 'origin', origin,
      'reason', ARGV[1], 'ambiguous', '1')
    events[#events + 1] = ARGV[at + 1]
  end
end
if #events > 0 then
  redis.call('HINCRBY', KEYS[4], 'dead', #events)
  redis.call('XADD', KEYS[5], '*', 'events', table.concat(events, '\n'))
end
return #events
