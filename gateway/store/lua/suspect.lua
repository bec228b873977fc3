#!lua flags=allow-oom
-- A process found that an earlier one of its instance died with entries in hand. Saying it twice counts once.
-- KEYS: suspects   ARGV: nonce of this process, how long they are remembered (ms), then origins
-- There are few of these, or something else is wrong: then the oldest make room.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('HGETALL', KEYS[1])
local ages = {}
for i = 1, #known, 2 do ages[#ages + 1] = { known[i], now - tonumber(known[i + 1]) } end
table.sort(ages, function(a, b) return a[2] < b[2] end)
for i, age in ipairs(ages) do
  if age[2] > tonumber(ARGV[2]) or i + #ARGV - 2 > 256 then redis.call('HDEL', KEYS[1], age[1]) end
end
for i = 3, #ARGV do
  redis.call('HSETNX', KEYS[1], ARGV[i] .. '|' .. ARGV[1], string.format('%.0f', now))
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
