#!lua flags=allow-oom
-- Lends tokens of accounts' rates. An account has one line of tokens, 1/rate apart; what is kept is the instant of the next
-- one that nobody has, in µs of Redis' clock, and under “account rate” the lowest rate that was asked with lately, and until when
-- that counts.
-- KEYS: pace   ARGV: idle µs, ahead µs, lowest µs, then for each block: account, rate per second, how many at most, earliest µs
-- Returns for each: how many, when the first one's instant comes in µs from now (negative: it has passed), where there
-- are none when to ask again in µs, the rate at which they follow, and the time.
-- What is no number counts as nothing kept. An account that was idle has at most the tokens of “idle µs”, and those that come
-- before “earliest µs” from now are of no use to who asks. Nobody is lent what begins later than “ahead µs”, so that
-- those who need tokens take turns, and what the dead took with them is little. An instant further away than that can be
-- is no more true: the clock was set back, or the rate was lower.
-- Where gateways have different rates for an account, the lowest one is in force until nobody has asked with it for “lowest µs”:
-- a lower one at once, a higher one when the last has it.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local idle, ahead, lowest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local answer, names, pairs, line = {}, {}, {}, {}
for i = 4, #ARGV, 4 do
  names[#names + 1] = ARGV[i]
  names[#names + 1] = ARGV[i] .. ' rate'
end
local kept = redis.call('HMGET', KEYS[1], unpack(names))

local function rate_of(name, own, text)
  local rate, till = string.match(text or '', '^(%d+) (%d+)$')
  rate, till = tonumber(rate or ''), tonumber(till or '')
  if rate and rate > 0 and rate < own and till > now and till <= now + lowest then return rate end
  pairs[#pairs + 1] = name .. ' rate'
  pairs[#pairs + 1] = string.format('%d %.0f', own, now + lowest)
  return own
end

for i = 4, #ARGV, 4 do
  local name, own, most, earliest = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3])
  local place = (i - 4) / 2 + 1
  local rate = rate_of(name, own, kept[place + 1])
  local each = 1000000 / rate
  local at = math.max(line[name] or tonumber(kept[place] or '') or 0, now - idle, now + earliest)
  if at - now > ahead + 100000 + 2 * each then at = now end
  local count, wait = math.max(1, math.floor(most * rate / own)), 0
  if at - now > math.max(ahead, each) then count, wait = 0, at - now - math.max(ahead, each) / 2 end
  answer[#answer + 1] = { count, math.floor(at - now), math.ceil(wait), rate, now }
  if count > 0 then
    line[name] = at + count * each
    pairs[#pairs + 1] = name
    pairs[#pairs + 1] = string.format('%.0f', line[name])
  end
end
if #pairs > 0 then redis.call('HSET', KEYS[1], unpack(pairs)) end
return answer
