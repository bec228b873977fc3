#!lua
-- Adds alerts to a lane, all of them or none: where Redis is full the whole call is refused before it begins.
-- KEYS: the lane's stream   ARGV: the alerts' JSON
-- Returns the last one's entry.
local last
for i = 1, #ARGV do
  last = redis.call('XADD', KEYS[1], '*', 'alert', ARGV[i])
end
return last
