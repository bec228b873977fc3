#!lua flags=allow-oom
-- Lends tokens of accounts' rates. An account has one line of tokens, 1/rate apart; what is kept is the instant of the next
-- one that nobody has, in µs of Redis' clock.
-- KEYS: pace   ARGV: idle µs, ahead µs, then for each account: name, rate per second, how many at most
-- Returns for each: how many, when the first one's instant comes in µs from now (negative: it has passed), and where there
-- are none when to ask again in µs.
-- What is no number counts as nothing kept. An account that was idle has at most the tokens of “idle µs”. Nobody is lent what begins later than “ahead µs”, so that
-- those who need tokens take turns, and what the dead took with them is little. An instant further away than that can be
-- is no more true: the clock was set back, or the rate was lower.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local idle, ahead = tonumber(ARGV[1]), tonumber(ARGV[2])
local answer, names, pairs = {}, {}, {}
for i = 3, #ARGV, 3 do names[#names + 1] = ARGV[i] end
local kept = redis.call('HMGET', KEYS[1], unpack(names))
for i, name in ipairs(names) do
  local each, most = 1000000 / ARGV[2 + 3 * i - 1], tonumber(ARGV[2 + 3 * i])
  local at = math.max(tonumber(kept[i] or '') or 0, now - idle)
  if at - now > ahead + 100000 + 2 * each then at = now end
  local count, wait = most, 0
  if at - now > math.max(ahead, each) then count, wait = 0, at - now - math.max(ahead, each) / 2 end
  answer[#answer + 1] = { count, math.floor(at - now), math.ceil(wait) }
  if count > 0 then
    pairs[#pairs + 1] = name
    pairs[#pairs + 1] = string.format('%.0f', at + count * each)
  end
end
if #pairs > 0 then redis.call('HSET', KEYS[1], unpack(pairs)) end
return answer
