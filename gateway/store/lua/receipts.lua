#!lua
-- Receipt keys that this Redis may have lost are written again. What it has, or has told already, stays as it is.
-- KEYS: receipts now, before, told now, told before   ARGV: fields and values
for i = 1, #ARGV, 2 do
  local field = ARGV[i]
  local is_known = redis.call('HEXISTS', KEYS[1], field) == 1 or redis.call('HEXISTS', KEYS[2], field) == 1
    or redis.call('SISMEMBER', KEYS[3], field) == 1 or redis.call('SISMEMBER', KEYS[4], field) == 1
  if not is_known then redis.call('HSET', KEYS[1], field, ARGV[i + 1]) end
end
return redis.status_reply('OK')
