-- BEGIN with a key an id that expires by itself. KEYS and ARGV as in begin_hsetnx.lua; no generation before is needed.
local call = redis.call
if call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 'FENCED' end
local n = tonumber(ARGV[2])
local answer = {}
for i = 1, n do
  local key, origin = KEYS[2] .. ':' .. ARGV[2 + 2 * i], ARGV[3 + 2 * i]
  local owner = false
  if not call('SET', key, origin, 'NX', 'PX', 86400000) then owner = call('GET', key) end
  answer[i] = (not owner or owner == origin) and 'G' or 'D'
end
call('HSET', KEYS[4], ARGV[1], ARGV[3])
return table.concat(answer)
