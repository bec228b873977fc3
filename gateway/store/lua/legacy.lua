#!lua
-- Brings what producers of old push on a list to the streams, the oldest first: cancels to urgent, all else to normal. What was
-- pushed is there once, before and after. Nothing new comes in while Redis is full.
-- KEYS: list, urgent, normal   ARGV: at most how many, and about how many octets
-- Returns how many were moved, and how many are left.
local most, room = tonumber(ARGV[1]), tonumber(ARGV[2])
local moved = 0
while moved < most and room > 0 do
  local alert = redis.call('LINDEX', KEYS[1], -1)
  if not alert then break end
  -- First what can fail.
  redis.call('XADD', string.find(alert, '^%s*{%s*"cancel') and KEYS[2] or KEYS[3], '*', 'alert', alert)
  redis.call('RPOP', KEYS[1])
  moved = moved + 1
  room = room - #alert
end
return { moved, redis.call('LLEN', KEYS[1]) }
