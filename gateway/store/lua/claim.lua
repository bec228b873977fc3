#!lua flags=allow-oom
-- Runs in one MULTI behind the reads of a READ: what the group handed out since the last claim becomes ours. Ranges of
-- which all is settled go, once they are seen to be empty. A full Redis takes no MULTI: then it reads too.
-- KEYS: claims, urgent, normal, bulk, ready
-- ARGV: consumer, how many to read of each lane (4 counts), then (lane, to) of ranges believed to be settled
-- Returns for each lane {from, to} (equal where nothing is new), the positions of those ranges that are not empty, and the
-- entries of each lane that it read.
local function parts(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end

local ranges, brought = {}, {}
for lane = 1, 4 do
  local count = tonumber(ARGV[1 + lane])
  local read = count > 0
    and redis.call('XREADGROUP', 'GROUP', 'gateway', ARGV[1], 'COUNT', count, 'NOACK', 'STREAMS', KEYS[1 + lane], '>')
  brought[lane] = read and read[1][2] or {}
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
for i = 6, #ARGV, 2 do
  local field = ARGV[1] .. '|' .. ARGV[i] .. '|' .. ARGV[i + 1]
  local from = redis.call('HGET', KEYS[1], field)
  if from then
    if #redis.call('XRANGE', KEYS[1 + tonumber(ARGV[i])], '(' .. from, ARGV[i + 1], 'COUNT', 1) == 0 then
      redis.call('HDEL', KEYS[1], field)
    else
      left[#left + 1] = i / 2 - 2
    end
  end
end
return { ranges[1], ranges[2], ranges[3], ranges[4], left, brought }
