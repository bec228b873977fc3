-- BEGIN, the plain way: pairs only, tables of ids and of new pairs built for every batch.
-- KEYS: workers, seen, seen before, intents. ARGV: consumer, n, intent, (id, origin) * n.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 'FENCED' end
local n = tonumber(ARGV[2])
local ids = {}
for i = 1, n do ids[i] = ARGV[2 + 2 * i] end
local now = redis.call('HMGET', KEYS[2], unpack(ids))
local before = {}
if redis.call('EXISTS', KEYS[3]) == 1 then before = redis.call('HMGET', KEYS[3], unpack(ids)) end
local fresh, claimed, answer = {}, {}, {}
for i = 1, n do
  local id, origin = ids[i], ARGV[3 + 2 * i]
  local owner = now[i] or before[i] or claimed[id]
  if not owner then
    claimed[id] = origin
    fresh[#fresh + 1] = id
    fresh[#fresh + 1] = origin
  end
  answer[i] = (not owner or owner == origin) and 'G' or 'D'
end
if #fresh > 0 then redis.call('HSET', KEYS[2], unpack(fresh)) end
redis.call('HSET', KEYS[4], ARGV[1], ARGV[3])
return table.concat(answer)
