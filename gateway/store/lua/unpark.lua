#!lua flags=allow-oom
-- Brings forward alerts that were parked because of accounts: those of lowest rank first.
-- Counts what all workers have sent on each account, too: by that it is told how long what is parked takes.
-- KEYS: later, sent   ARGV: for each name its account's name, at most how many, and how many segments were sent on it
-- Returns for each how many will go on, how many are parked still, and how many segments were ever sent; at last all names under which some are. Who waits no
-- more (a late answer has closed it), or comes back just now, is forgotten.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- Nothing depends on the count: where its key is something else it is 0.
local function count_sent(name, more)
  local sent = more == '0' and redis.pcall('HGET', KEYS[2], name) or redis.pcall('HINCRBY', KEYS[2], name, more)
  return tonumber(type(sent) ~= 'table' and sent or 0) or 0
end
local answer = {}
for i = 1, #ARGV, 3 do
  local key = KEYS[1] .. ':account:' .. ARGV[i]
  local released = 0
  local parked = tonumber(ARGV[i + 1]) > 0 and redis.call('ZPOPMIN', key, ARGV[i + 1]) or {}
  for k = 1, #parked, 2 do
    local due = redis.call('ZSCORE', KEYS[1], parked[k])
    if due and tonumber(due) > now then
      redis.call('ZADD', KEYS[1], 'XX', string.format('%.0f', now), parked[k])
      released = released + 1
    end
  end
  answer[#answer + 1] = released
  answer[#answer + 1] = redis.call('ZCARD', key)
  answer[#answer + 1] = count_sent(ARGV[i], ARGV[i + 2])
end
local names = redis.call('SMEMBERS', KEYS[1] .. ':accounts')
for i = #names, 1, -1 do
  if redis.call('EXISTS', KEYS[1] .. ':account:' .. names[i]) == 0 then
    redis.call('SREM', KEYS[1] .. ':accounts', names[i])
    table.remove(names, i)
  end
end
answer[#answer + 1] = table.concat(names, ',')
return answer
