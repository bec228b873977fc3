#!lua flags=allow-oom
-- One consumer shows that it lives, and sees who else does and how deep the queue is.
-- KEYS: workers, intents, claims, urgent, normal, bulk, ready, later, dead, lookout, held   ARGV: consumer
-- Returns Redis' time (s, µs), workers with their counters, all consumers that have intents or claims, lengths of the
-- four lanes, of later, of dead and of held, the oldest entry id of each lane, and how far the lanes were looked through.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
  return redis.error_reply('FENCED this consumer was taken for dead')
end
redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
local consumers, known = redis.call('HKEYS', KEYS[2]), {}
for _, name in ipairs(consumers) do known[name] = true end
-- A read that was under way while its consumer signed off can still have claimed under the old name.
for _, field in ipairs(redis.call('HKEYS', KEYS[3])) do
  local name = string.match(field, '^(.*)|%d|')
  if name and not known[name] then
    known[name] = true
    consumers[#consumers + 1] = name
  end
end
local lengths, oldest = {}, {}
for lane = 1, 4 do
  lengths[lane] = redis.call('XLEN', KEYS[3 + lane])
  local first = redis.call('XRANGE', KEYS[3 + lane], '-', '+', 'COUNT', 1)[1]
  oldest[lane] = first and first[1] or ''
end
-- A stream that was made anew begins with lower ids: what was looked through says nothing of it.
local function parts(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end
for lane = 1, 3 do
  local at = redis.call('HGET', KEYS[10], lane)
  local info = at and redis.pcall('XINFO', 'STREAM', KEYS[3 + lane])
  local last = '0-0'
  for i = 1, info and not info.err and #info or 0, 2 do
    if info[i] == 'last-generated-id' then last = info[i + 1] end
  end
  if at then
    local at_ms, at_seq = parts(at)
    local last_ms, last_seq = parts(last)
    if last_ms < at_ms or (last_ms == at_ms and last_seq < at_seq) then redis.call('HDEL', KEYS[10], lane) end
  end
end
lengths[5] = redis.call('ZCARD', KEYS[8])
lengths[6] = redis.call('XLEN', KEYS[9])
lengths[7] = redis.call('ZCARD', KEYS[11])
return { redis.call('TIME'), redis.call('HGETALL', KEYS[1]), consumers, lengths, oldest, redis.call('HGETALL', KEYS[10]) }
