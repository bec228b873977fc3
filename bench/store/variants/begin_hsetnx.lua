-- BEGIN with one HSETNX an id. KEYS: workers, seen, seen before, intents. ARGV: consumer, n, intent, (id, origin) * n.
local call = redis.call
if call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 'FENCED' end
local n = tonumber(ARGV[2])
local has_before = call('EXISTS', KEYS[3]) == 1
local answer = {}
for i = 1, n do
  local id, origin = ARGV[2 + 2 * i], ARGV[3 + 2 * i]
  local owner = has_before and call('HGET', KEYS[3], id)
  if not owner and call('HSETNX', KEYS[2], id, origin) == 0 then owner = call('HGET', KEYS[2], id) end
  answer[i] = (not owner or owner == origin) and 'G' or 'D'
end
call('HSET', KEYS[4], ARGV[1], ARGV[3])
return table.concat(answer)
