-- A consumer leaves of its own will: what it still has may be taken over at once; with nothing left it disappears.
-- KEYS: workers, intents, urgent, normal, bulk, ready   ARGV: consumer
redis.call('HDEL', KEYS[1], ARGV[1])
for lane = 1, 4 do
  if #redis.call('XPENDING', KEYS[2 + lane], 'gateway', '-', '+', 1, ARGV[1]) > 0 then
    return 0
  end
end
for lane = 1, 4 do
  redis.call('XGROUP', 'DELCONSUMER', KEYS[2 + lane], 'gateway', ARGV[1])
end
redis.call('HDEL', KEYS[2], ARGV[1])
return 1
