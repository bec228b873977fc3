-- Second half of READ without a pending list, in one MULTI after XREADGROUP NOACK: no body passes through Lua.
-- The claim is one packed value a consumer: earlier ranges (sent along) plus what the group's last id moved over just now.
-- KEYS: stream, claims. ARGV: consumer, earlier ranges.
local call = redis.call
local to = '0-0'
for _, group in ipairs(call('XINFO', 'GROUPS', KEYS[1])) do
  if group[2] == 'gateway' then to = group[8] end
end
local from = call('HGET', KEYS[2], 'last') or '0-0'
call('HSET', KEYS[2], ARGV[1], ARGV[2] .. from .. ' ' .. to, 'last', to)
return to
