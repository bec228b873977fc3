-- A late answer says that an alert which waits to be sent again was accepted: it is closed, if it still waits.
-- KEYS: later, later bodies, totals, events   ARGV: origin, event
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then
  return 0
end
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('HINCRBY', KEYS[3], 'accepted', 1)
redis.call('XADD', KEYS[4], '*', 'events', ARGV[2])
return 1
