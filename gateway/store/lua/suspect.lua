#!lua flags=allow-oom
-- A process found that an earlier one of its instance died with entries in hand. Saying it twice counts once.
-- KEYS: suspects   ARGV: nonce of this process, how long they are remembered (ms), then origins
-- There are few of these, or something else is wrong: then no more are noted.
for i = 3, #ARGV do
  if redis.call('HLEN', KEYS[1]) < 256 then redis.call('HSET', KEYS[1], ARGV[i] .. '|' .. ARGV[1], '1') end
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
