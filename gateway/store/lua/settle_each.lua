#!lua flags=allow-oom
-- Settles entries that may have been settled before, or that others may have too: each one has its effect only if it is
-- still there. The first truth about an entry wins, whoever owns it.
-- KEYS: totals, events, dead, later, later bodies, urgent, normal, bulk, ready
-- ARGV: n times (lane 1–4, entry id, closing or '' for later, event, body, origin, reason, due in ms, attempt, ambiguous, state);
--       a dead letter has a reason.
-- Returns how many had their effect.
local done, events, closings = 0, {}, {}
for at = 1, #ARGV, 11 do
  if redis.call('XDEL', KEYS[5 + tonumber(ARGV[at])], ARGV[at + 1]) == 1 then
    local closing, event, body, origin, reason = ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5], ARGV[at + 6]
    done = done + 1
    if closing == '' then
      redis.call('ZADD', KEYS[4], ARGV[at + 7], origin)
      redis.call('HSET', KEYS[5], origin, table.concat({ ARGV[at + 8], ARGV[at + 9], ARGV[at + 10], body }, '\n'))
    else
      closings[closing] = (closings[closing] or 0) + 1
      if reason ~= '' then
        redis.call('XADD', KEYS[3], '*', 'alert', body, 'origin', origin, 'reason', reason)
      end
    end
    if event ~= '' then events[#events + 1] = event end
  end
end
for closing, count in pairs(closings) do
  redis.call('HINCRBY', KEYS[1], closing, count)
end
if #events > 0 then
  redis.call('XADD', KEYS[2], '*', 'events', table.concat(events, '\n'))
end
return done
