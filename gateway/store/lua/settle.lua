#!lua flags=allow-oom
-- Takes a batch off the queue together with what became of it. Its entries are this consumer's alone.
-- KEYS: workers, totals, events, dead, later, later bodies, paused, held, held bodies, urgent, normal, bulk, ready, tenants'
--       use (a name begins with it)
-- ARGV: consumer, events (JSON lines or ''), entries on each lane (4 counts), closings (k, then k × name, count), deads,
--       laters, helds, then the entry ids lane by lane, deads × (body, origin, reason, ambiguous), laters × (origin, due in ms,
--       attempt, ambiguous, state, body, pause, “@rank account,account…” where it is parked, or ''), helds × (origin, attempt, ambiguous, state, body),
--       then what tenants with a daily budget have used: any number of (day, tenant, segments)
-- Deleting comes first: it frees memory, so that it is allowed when Redis is full.
-- Returns how many entries were there; with tenants' use a list of that and what each has used on its day.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
  return redis.error_reply('FENCED this consumer was taken for dead')
end
local kinds = tonumber(ARGV[7])
local deads = tonumber(ARGV[8 + 2 * kinds])
local laters = tonumber(ARGV[9 + 2 * kinds])
local helds = tonumber(ARGV[10 + 2 * kinds])
local at = 11 + 2 * kinds
local gone = 0
local parked = {}
for lane = 1, 4 do
  local count = tonumber(ARGV[2 + lane])
  if count > 0 then
    gone = gone + redis.call('XDEL', KEYS[9 + lane], unpack(ARGV, at, at + count - 1))
    at = at + count
  end
end
for i = 1, deads do
  redis.call('XADD', KEYS[4], '*', 'alert', ARGV[at], 'origin', ARGV[at + 1], 'reason', ARGV[at + 2], 'ambiguous', ARGV[at + 3])
  at = at + 4
end
for i = 1, laters do
  local origin = ARGV[at]
  local due, pause = ARGV[at + 1], ARGV[at + 6]
  local rank, accounts = string.match(pause, '^@(%d+) (.*)$')
  for name in string.gmatch(accounts or '', '[^,]+') do
    redis.call('ZADD', KEYS[5] .. ':account:' .. name, rank, origin)
    parked[name] = true
  end
  if rank then pause = '' end
  -- The end of a pause finds those that wait for it; where it has ended meanwhile, nobody would look for them.
  if pause ~= '' and redis.call('HEXISTS', KEYS[7], pause) == 1 then
    redis.call('SADD', KEYS[7] .. ':' .. pause, origin)
  elseif pause ~= '' then
    due = 0
  end
  redis.call('ZADD', KEYS[5], due, origin)
  redis.call('HSET', KEYS[6], origin, table.concat({ ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5] }, '\n'))
  at = at + 7
end
for name in pairs(parked) do
  redis.call('SADD', KEYS[5] .. ':accounts', name)
  redis.call('PEXPIRE', KEYS[5] .. ':account:' .. name, 3600000)
end
if helds > 0 then
  local time = redis.call('TIME')
  local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
  for i = 1, helds do
    redis.call('ZADD', KEYS[8], now, ARGV[at])
    redis.call('HSET', KEYS[9], ARGV[at], table.concat({ ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4] }, '\n'))
    at = at + 5
  end
end
for i = 1, kinds do
  redis.call('HINCRBY', KEYS[2], ARGV[6 + 2 * i], ARGV[7 + 2 * i])
end
local used = {}
while ARGV[at] do
  local key = KEYS[14] .. ':' .. ARGV[at]
  used[#used + 1] = redis.call('HINCRBY', key, ARGV[at + 1], ARGV[at + 2])
  redis.call('EXPIRE', key, 259200)
  at = at + 3
end
if ARGV[2] ~= '' then
  redis.call('XADD', KEYS[3], '*', 'events', ARGV[2])
end
if #used == 0 then return gone end
return { gone, unpack(used) }
