#!lua flags=no-writes,allow-oom
-- The account of the queue: entries added, less those that wait and those that have ended. At any instant this is 0.
-- KEYS: urgent, normal, bulk, ready, later, held, totals   ARGV: the fields of totals that end an entry
-- Returns what is left over, entries ever added to urgent, normal, bulk and ready (of which the last are no new ones), those that wait in each of the first six keys,
-- what each field of ARGV counts, and how many dead ones were brought back.
local added, waiting, closed = {}, {}, {}
local left = 0
for lane = 1, 4 do
  added[lane] = 0
  local info = redis.call('EXISTS', KEYS[lane]) == 1 and redis.call('XINFO', 'STREAM', KEYS[lane]) or {}
  for i = 1, #info, 2 do
    if info[i] == 'entries-added' then added[lane] = info[i + 1] end
  end
  if lane < 4 then left = left + added[lane] end
end
for i = 1, 6 do
  waiting[i] = redis.call(i <= 4 and 'XLEN' or 'ZCARD', KEYS[i])
  left = left - waiting[i]
end
local counts = redis.call('HMGET', KEYS[7], 'requeued', unpack(ARGV))
local requeued = tonumber(counts[1] or 0) or 0
for i = 1, #ARGV do
  closed[i] = tonumber(counts[i + 1] or 0) or 0
  left = left - closed[i]
end
return { left + requeued, added, waiting, closed, requeued }
