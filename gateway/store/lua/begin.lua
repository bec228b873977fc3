-- Claims a batch before any octet of it leaves: who is alive, whose id came first, what is under way.
-- KEYS: workers, intents, seen now, seen before, urgent, normal, bulk, ready
-- ARGV: consumer, intents value, n, r, n ids, n × (id, origin), r × (position, lane 1–4, entry id) of taken-over entries
-- Returns '' where all may go, or a letter for each: G go, D duplicate, X gone (settled by whoever had it before).
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
  return redis.error_reply('FENCED this consumer was taken for dead')
end
local n = tonumber(ARGV[3])
local r = tonumber(ARGV[4])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])

local gone = {}
for i = 5 + 3 * n, 4 + 3 * n + 3 * r, 3 do
  local id = ARGV[i + 2]
  if #redis.call('XRANGE', KEYS[4 + tonumber(ARGV[i + 1])], id, id) == 0 then gone[tonumber(ARGV[i])] = true end
end

local seen = redis.call('HMGET', KEYS[3], unpack(ARGV, 5, 4 + n))
local before = redis.call('EXISTS', KEYS[4]) == 1 and redis.call('HMGET', KEYS[4], unpack(ARGV, 5, 4 + n)) or nil
local plain = r == 0
if plain then
  for i = 1, n do
    if seen[i] or (before and before[i]) then plain = false break end
  end
end
-- Where an id stands twice in the batch, fewer fields are new than were set: then look one by one.
if plain and redis.call('HSET', KEYS[3], unpack(ARGV, 5 + n, 4 + 3 * n)) == n then
  return ''
end

local first, verdicts = {}, {}
for i = 1, n do
  local id, origin = ARGV[4 + i], ARGV[4 + n + 2 * i]
  if gone[i] then
    verdicts[i] = 'X'
  else
    local known = seen[i] or (before and before[i]) or first[id]
    if not known then
      redis.call('HSET', KEYS[3], id, origin)
      first[id] = origin
      verdicts[i] = 'G'
    else
      verdicts[i] = known == origin and 'G' or 'D'
    end
  end
end
return table.concat(verdicts)
