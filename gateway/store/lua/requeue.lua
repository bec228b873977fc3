#!lua
-- Brings dead letters back to the queue: each one only if it is still there. Nothing new goes out while Redis is full.
-- KEYS: dead, ready, totals, events   ARGV: n times (entry id in dead, event)
-- Returns how many were brought back.
local events = {}
for at = 1, #ARGV, 2 do
  local found = redis.call('XRANGE', KEYS[1], ARGV[at], ARGV[at])[1]
  local letter = {}
  for i = 1, found and #found[2] or 0, 2 do letter[found[2][i]] = found[2][i + 1] end
  if letter.alert and letter.origin then
    redis.call('XDEL', KEYS[1], ARGV[at])
    -- Somebody has looked at it: what may have been sent may be sent again.
    local is_doubtful = letter.ambiguous == '1'
    redis.call('XADD', KEYS[2], '*', 'alert', letter.alert, 'origin', letter.origin, 'attempt', '0', 'ambiguous',
      is_doubtful and '1' or '0', 'state', '', unpack(is_doubtful and { 'resend', '1' } or {}))
    events[#events + 1] = ARGV[at + 1]
  end
end
if #events > 0 then
  redis.call('HINCRBY', KEYS[3], 'requeued', #events)
  redis.call('XADD', KEYS[4], '*', 'events', table.concat(events, '\n'))
end
return #events
