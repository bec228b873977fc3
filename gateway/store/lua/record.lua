#!lua flags=allow-oom
-- Tells what receipts say, each final state once: a carrier repeats a receipt whose answer it did not get. The states that
-- were told stand in front of the receipt's entry, a letter each.
-- KEYS: events, receipts now, receipts before   ARGV: n, n receipt fields, n × (letter of the state, event)
-- Returns how many were told.
local n = tonumber(ARGV[1])
local now, before = redis.call('HMGET', KEYS[2], unpack(ARGV, 2, 1 + n)), {}
for i = 1, n do
  if not now[i] then
    before = redis.call('HMGET', KEYS[3], unpack(ARGV, 2, 1 + n))
    break
  end
end

local events, latest, marked_now, marked_before = {}, {}, {}, {}
for i = 1, n do
  local field, letter = ARGV[1 + i], ARGV[n + 2 * i]
  local entry = latest[field] or now[i] or before[i]
  -- An entry that has gone since it was looked up remembers nothing: rather told twice than never.
  if not entry or not string.find(string.match(entry, '^%a*'), letter, 1, true) then
    events[#events + 1] = ARGV[n + 2 * i + 1]
    if entry then
      local marked = now[i] and marked_now or marked_before
      latest[field] = letter .. entry
      marked[#marked + 1] = field
      marked[#marked + 1] = latest[field]
    end
  end
end

if #events > 0 then redis.call('XADD', KEYS[1], '*', 'events', table.concat(events, '\n')) end
if #marked_now > 0 then redis.call('HSET', KEYS[2], unpack(marked_now)) end
if #marked_before > 0 then redis.call('HSET', KEYS[3], unpack(marked_before)) end
return #events
