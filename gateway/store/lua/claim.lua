#!lua flags=allow-oom
-- Runs in one MULTI behind the reads of a READ: what the group handed out since the last claim becomes ours. Ranges of
-- which all is settled go, once they are seen to be empty.
-- KEYS: claims, urgent, normal, bulk, ready   ARGV: consumer, then (lane, to) of ranges believed to be settled
-- Returns for each lane {from, to} (equal where nothing is new), and the positions of those ranges that are not empty.
local function parts(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end

local ranges = {}
for lane = 1, 4 do
  local last = '0-0'
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1 + lane])) do
    if group[2] == 'gateway' then last = group[8] end
  end
  local from = redis.call('HGET', KEYS[1], '@' .. lane) or '0-0'
  if last ~= from then
    local from_ms, from_seq = parts(from)
    local last_ms, last_seq = parts(last)
    -- The stream was made anew: ids begin again.
    if last_ms < from_ms or (last_ms == from_ms and last_seq < from_seq) then from = '0-0' end
    redis.call('HSET', KEYS[1], '@' .. lane, last, ARGV[1] .. '|' .. lane .. '|' .. last, from)
  end
  ranges[lane] = { from, last }
end

local left = {}
for i = 2, #ARGV, 2 do
  local field = ARGV[1] .. '|' .. ARGV[i] .. '|' .. ARGV[i + 1]
  local from = redis.call('HGET', KEYS[1], field)
  if from then
    if #redis.call('XRANGE', KEYS[1 + tonumber(ARGV[i])], '(' .. from, ARGV[i + 1], 'COUNT', 1) == 0 then
      redis.call('HDEL', KEYS[1], field)
    else
      left[#left + 1] = i / 2
    end
  end
end
return { ranges[1], ranges[2], ranges[3], ranges[4], left }
