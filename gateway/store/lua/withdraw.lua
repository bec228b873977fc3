#!lua flags=allow-oom
-- Notes what withdraws alerts that were not sent yet, and how far a stream was looked through for it. Any of it twice is
-- harmless. begin.lua asks.
-- KEYS: lookout, ids now, subjects now, batches now
-- ARGV: lane 1–3 (0 = none), entry id up to which it was looked through, then n × (kind, name, value): “i” an id, “b” a
--       batch (no value), “s” template and subject, the value “C” or “S” with the origin of the cancel or of the
--       superseding alert (and its id)
-- Returns lane, entry id, lane, entry id …: how far each stream was looked through, by whomever.
local function is_before(a, b)
  local a_ms, a_seq = string.match(a, '^(%d+)-(%d+)$')
  local b_ms, b_seq = string.match(b, '^(%d+)-(%d+)$')
  a_ms, b_ms = tonumber(a_ms), tonumber(b_ms)
  return a_ms < b_ms or (a_ms == b_ms and tonumber(a_seq) < tonumber(b_seq))
end

-- The order is that of begin.lua, or two alerts would each stay beside the other: between two streams there is none within
-- a millisecond; there a cancel counts as the later one, and else the lane decides.
local function is_later(value, was)
  local was_kind, was_ms, was_seq, was_lane = string.match(was, '^(.)(%w+)%.(%w+)(%l)')
  local kind, ms, seq, lane = string.match(value, '^(.)(%w+)%.(%w+)(%l)')
  was_ms, ms = tonumber(was_ms, 36), tonumber(ms, 36)
  if was_ms ~= ms then return was_ms < ms end
  if was_lane == lane then return tonumber(was_seq, 36) < tonumber(seq, 36) end
  if was_kind ~= kind then return kind == 'C' end
  return was_lane < lane
end

if ARGV[1] ~= '0' then
  local was = redis.call('HGET', KEYS[1], ARGV[1])
  if not was or is_before(was, ARGV[2]) then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
end
for at = 3, #ARGV, 3 do
  local kind, name, value = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  if kind == 'i' then
    redis.call('HSET', KEYS[2], name, '1')
  elseif kind == 'b' then
    redis.call('HSET', KEYS[4], name, '1')
  else
    local was = redis.call('HGET', KEYS[3], name)
    if not was or is_later(value, was) then redis.call('HSET', KEYS[3], name, value) end
  end
end
return redis.call('HGETALL', KEYS[1])
