#!lua flags=allow-oom
-- Trims events that are old enough and that no group of readers still needs, a little at a time: Redis answers nobody else
-- meanwhile, and what costs is to free large entries.
-- KEYS: events   ARGV: how long they are kept (ms), at most how many to trim
-- Returns how many were trimmed, 1 where there are more, how many are left, the age of the oldest (ms), and the group that
-- needs the oldest of all ('' where age alone decides).
if redis.call('EXISTS', KEYS[1]) == 0 then return { 0, 0, 0, 0, '' } end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local most = tonumber(ARGV[2])

local function parts(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end

-- What is kept begins here.
local from_ms, from_seq, reader = now - ARGV[1], 0, ''
local function keep(ms, seq, group)
  if ms < from_ms or (ms == from_ms and seq < from_seq) then from_ms, from_seq, reader = ms, seq, group end
end
for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local info = {}
  for i = 1, #group, 2 do info[group[i]] = group[i + 1] end
  local ms, seq = parts(info['last-delivered-id'])
  keep(ms, seq + 1, info.name)
  if info.pending > 0 then
    ms, seq = parts(redis.call('XPENDING', KEYS[1], info.name)[2])
    keep(ms, seq, info.name)
  end
end
local from = string.format('%.0f-%.0f', math.max(from_ms, 0), from_seq)

-- Whole nodes first; of the node in which the rest lies, one by one.
local gone = redis.call('XTRIM', KEYS[1], 'MINID', '~', from, 'LIMIT', most)
if gone == 0 then
  local ids = {}
  for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '(' .. from, 'COUNT', most)) do ids[#ids + 1] = entry[1] end
  if #ids > 0 then gone = redis.call('XDEL', KEYS[1], unpack(ids)) end
end
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
if not first then return { gone, 0, 0, 0, '' } end
local ms, seq = parts(first[1])
local more = (ms < from_ms or (ms == from_ms and seq < from_seq)) and 1 or 0
return { gone, more, redis.call('XLEN', KEYS[1]), math.max(now - ms, 0), reader }
