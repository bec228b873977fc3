#!lua
-- Releases alerts that are held because nobody knows whether they were sent: somebody has decided that they go again.
-- KEYS: held, held bodies, ready   ARGV: origins
-- Returns how many were there, with a body.
local sent = 0
for _, origin in ipairs(ARGV) do
  local packed = redis.call('ZSCORE', KEYS[1], origin) and redis.call('HGET', KEYS[2], origin)
  local attempt, _, state, body = string.match(packed or '', '^([^\n]*)\n([^\n]*)\n([^\n]*)\n(.*)$')
  if body then
    redis.call('ZREM', KEYS[1], origin)
    redis.call('HDEL', KEYS[2], origin)
    redis.call('XADD', KEYS[3], '*', 'alert', body, 'origin', origin, 'attempt', attempt, 'ambiguous', '1', 'state', state,
      'resend', '1')
    sent = sent + 1
  end
end
return sent
