-- BEGIN: claims a batch of ids for their origins and records the consumer's intent, or changes nothing.
-- KEYS: workers, seen of this generation, seen of the one before, intents.
-- ARGV: consumer, n, intent, id * n, (id, origin) * n. Ids come twice so that no table is built on the common way.
-- Answers FENCED, or n characters: G go, D duplicate.
local call = redis.call
if call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 'FENCED' end
local n = tonumber(ARGV[2])
local last = 3 + n
local now = call('HMGET', KEYS[2], unpack(ARGV, 4, last))
local before = now
if call('EXISTS', KEYS[3]) == 1 then before = call('HMGET', KEYS[3], unpack(ARGV, 4, last)) end
call('HSET', KEYS[4], ARGV[1], ARGV[3])

local hit = false
for i = 1, n do
  if now[i] or before[i] then hit = true break end
end
-- Fewer new fields than ids: an id stands twice in this very batch. All were unseen, so the loop below sets it right.
if not hit and call('HSET', KEYS[2], unpack(ARGV, last + 1, last + 2 * n)) == n then return string.rep('G', n) end

local claimed, answer, fresh = {}, {}, {}
for i = 1, n do
  local id, origin = ARGV[last + 2 * i - 1], ARGV[last + 2 * i]
  local owner = now[i] or before[i] or claimed[id]
  if not owner then
    claimed[id] = origin
    fresh[#fresh + 1] = id
    fresh[#fresh + 1] = origin
  end
  answer[i] = (not owner or owner == origin) and 'G' or 'D'
end
if #fresh > 0 then call('HSET', KEYS[2], unpack(fresh)) end
return table.concat(answer)
