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

-- True where value b withdraws what value a does, and more. Within a millisecond two streams have no common order: there
-- the lane decides, as begin.lua has it; so a cancel on the urgent stream outdoes all on others.
local function is_outdone(a, b)
  local a_ms, a_seq, a_lane = string.match(a, '^.(%w+)%.(%w+)(%l)')
  local b_ms, b_seq, b_lane = string.match(b, '^.(%w+)%.(%w+)(%l)')
  a_ms, b_ms = tonumber(a_ms, 36), tonumber(b_ms, 36)
  if a_ms ~= b_ms then return a_ms < b_ms end
  if a_lane == b_lane then return tonumber(a_seq, 36) < tonumber(b_seq, 36) end
  return a_lane < b_lane
end

-- What withdraws on a subject, a line each, the latest first: that one counts. An id is one alert, whose place is where it
-- first lay: added once more, which producers do when in doubt, it must not outdo what has come between.
local LINES_MOST = 32
local function id_of(line) return string.match(line, '^S%S+ (.*)$') end
local function merged(was, value)
  local id, lines = id_of(value), {}
  for line in string.gmatch(was, '[^\n]+') do
    if id_of(line) ~= id then
      lines[#lines + 1] = line
    elseif id and is_outdone(line, value) or not id and is_outdone(value, line) then
      value = line -- of an id the first place counts, of two cancels the later one
    end
  end
  lines[#lines + 1] = value
  table.sort(lines, function(a, b) return a ~= b and is_outdone(b, a) end)
  return table.concat(lines, '\n', 1, math.min(#lines, LINES_MOST))
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
    local now = was and merged(was, value) or value
    if now ~= was then redis.call('HSET', KEYS[3], name, now) end
  end
end
return redis.call('HGETALL', KEYS[1])
