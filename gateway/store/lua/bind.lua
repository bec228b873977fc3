#!lua flags=allow-oom
-- Shares the binds that accounts permit among consumers.
-- KEYS: binds, workers   ARGV: consumer, for how long it holds in ms, then for each account: name, how many it permits in all,
--       how many the consumer would like to have, how many it has now
-- Returns for each how many it may have from now on. Where that is less than it has, the rest counts as taken until it says
-- that it has fewer. What is kept: “account consumer” → “has likes until”, and “since” → when the key was made. Who is dead, or has
-- said nothing for too long, has none, and gets none: a consumer ends its links before that.
-- Each has its share, and what others do not want of theirs.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local me, others, lives, spoke = ARGV[1], {}, {}, {}
if redis.call('HEXISTS', KEYS[2], me) == 0 then
  local none = {}
  for i = 3, #ARGV, 4 do none[#none + 1] = 0 end
  return none
end
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local account, consumer = string.match(all[i], '^(%S+) (.*)$')
  local has, likes, until_ms = string.match(all[i + 1], '^(%d+) (%d+) (%d+)$')
  if account and has and consumer ~= me then
    if lives[consumer] == nil then lives[consumer] = redis.call('HEXISTS', KEYS[2], consumer) == 1 end
    if lives[consumer] and tonumber(until_ms) > now then
      spoke[consumer] = true
      others[account] = others[account] or {}
      if has ~= '0' or likes ~= '0' then
        table.insert(others[account], { name = consumer, has = tonumber(has), likes = tonumber(likes) })
      end
    else
      redis.call('HDEL', KEYS[1], all[i])
    end
  end
end
-- Where the key is new it may have been lost (a failover, a deletion): whoever lives and has not spoken yet may have links, and
-- until all have, or a term is over, nobody gets more than it has.
local since = tonumber(redis.call('HGET', KEYS[1], 'since') or '')
if not since or since > now then
  since = now
  redis.call('HSET', KEYS[1], 'since', string.format('%.0f', since))
end
local is_unsure = false
if now - since < tonumber(ARGV[2]) then
  for _, consumer in ipairs(redis.call('HKEYS', KEYS[2])) do
    is_unsure = is_unsure or (consumer ~= me and not spoke[consumer])
  end
end
local answer = {}
for i = 3, #ARGV, 4 do
  local account, permitted, likes, has = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3])
  local peers = others[account] or {}
  local count, taken, before = #peers + 1, 0, 0
  table.sort(peers, function(a, b) return a.name < b.name end)
  local function share(place) return math.floor(permitted / count) + (place < permitted % count and 1 or 0) end
  for _, peer in ipairs(peers) do
    taken = taken + peer.has
    if peer.name < me then before = before + 1 end
  end
  local allowed = math.max(0, math.min(likes, permitted - taken))
  for place, peer in ipairs(peers) do
    local at = place - 1 + (peer.name < me and 0 or 1)
    if peer.has < math.min(peer.likes, share(at)) then allowed = math.min(allowed, share(before)) end
  end
  if is_unsure then allowed = math.min(allowed, has) end
  local field = account .. ' ' .. me
  redis.call('HSET', KEYS[1], field, string.format('%d %d %.0f', math.max(allowed, has), likes, now + ARGV[2]))
  answer[#answer + 1] = allowed
end
return answer
