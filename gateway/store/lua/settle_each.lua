#!lua flags=allow-oom
-- Settles entries that may have been settled before, or that others may have too: each one has its effect only if it is
-- still there. That the carrier accepted an alert is true whoever owns the entry by now; anything else is its owner's to
-- say, who may have it in flight: where that is another consumer, it stays. An acceptance also closes what somebody has let
-- wait or held meanwhile. What nobody owns (Redis came back with an older state) may be settled by whoever has it.
-- With seen now and before, Redis may hold an earlier state than the one that we have been told: what was lost is made good. Each entry
-- has one more word then, of one that had been begun: its entry is looked for wherever it may have been before, its id is known again,
-- and where Redis has lost it as a whole it counts as brought back. What waits there may be newer than what is told again, so that only
-- what may have been sent takes it from there; what a consumer has in flight is its own.
-- KEYS: workers, claims, totals, events, dead, later, later bodies, paused, held, held bodies, urgent, normal, bulk, ready, and maybe
--       seen now, seen before
-- ARGV: consumer, then n times (lane 1–4, entry id, closing or '' for later or 'held', event, body, origin, reason, due in ms,
--       attempt, ambiguous, state, pause, “@rank account,account…” or '', and maybe “t (it is told again) or o (its own),
--       short origin, blank, id” or ''); a dead letter has a reason.
-- Returns the positions (from 1) of those that stay with their owners.
-- What is told again is true under any name; what is not is left with whoever owns it by now.
if not KEYS[15] and redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
  return redis.error_reply('FENCED this consumer was taken for dead')
end
local function parts(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end

local mine, others
local function read_claims()
  mine, others = { {}, {}, {}, {} }, { {}, {}, {}, {} }
  local all = redis.call('HGETALL', KEYS[2])
  for i = 1, #all, 2 do
    local name, lane, to = string.match(all[i], '^(.*)|(%d)|(.*)$')
    if name then
      local ranges = (name == ARGV[1] and mine or others)[tonumber(lane)]
      local from_ms, from_seq = parts(all[i + 1])
      ranges[#ranges + 1] = { from_ms, from_seq, parts(to) }
    end
  end
end
local function has(ranges, ms, seq)
  for _, range in ipairs(ranges) do
    local is_above = range[1] < ms or (range[1] == ms and range[2] < seq)
    if is_above and (ms < range[3] or (ms == range[3] and seq <= range[4])) then return true end
  end
  return false
end
local function is_anothers(lane, id)
  if not mine then read_claims() end
  local ms, seq = parts(id)
  return not has(mine[lane], ms, seq) and has(others[lane], ms, seq)
end

local function is_waiting(set, bodies, origin)
  if redis.call('ZREM', set, origin) == 0 then return false end
  redis.call('HDEL', bodies, origin)
  return true
end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))

local words = KEYS[15] and 13 or 12
local function is_on_first_lane(origin)
  local id, name = string.match(origin, '^(.*)@(%l+)$')
  for lane = 1, 3 do
    if string.sub(KEYS[10 + lane], -#name) == name then return redis.call('XDEL', KEYS[10 + lane], id) == 1 end
  end
  return false
end
-- Takes an entry out, wherever it is. True where it was lost as a whole, too.
local function restore(at, is_found, closing, origin)
  local way, short, id = string.match(ARGV[at + 12], '^(%l)(%S+) (.*)$')
  if not way then return is_found end
  is_found = is_on_first_lane(origin) or is_found
  if way == 'o' or closing ~= '' or ARGV[at + 9] == '1' then
    is_found = is_waiting(KEYS[6], KEYS[7], origin) or is_found
    is_found = is_waiting(KEYS[9], KEYS[10], origin) or is_found
  end
  if redis.call('HEXISTS', KEYS[15], id) == 0 and redis.call('HEXISTS', KEYS[16], id) == 0 then
    redis.call('HSET', KEYS[15], id, short)
    if not is_found then
      redis.call('HINCRBY', KEYS[3], 'requeued', 1)
      return true
    end
  end
  return is_found
end
local function is_there(at, lane, id, closing, origin)
  local is_found = redis.call('XDEL', KEYS[10 + lane], id) == 1
  if words == 13 then return restore(at, is_found, closing, origin) end
  return is_found
    or (closing == 'accepted' and (is_waiting(KEYS[6], KEYS[7], origin) or is_waiting(KEYS[9], KEYS[10], origin)))
end

local left, events, closings = {}, {}, {}
for at = 2, #ARGV, words do
  local lane, id, closing, origin = tonumber(ARGV[at]), ARGV[at + 1], ARGV[at + 2], ARGV[at + 5]
  if closing ~= 'accepted' and is_anothers(lane, id) then
    left[#left + 1] = (at - 2) / words + 1
  elseif is_there(at, lane, id, closing, origin) then
    local event, body, reason = ARGV[at + 3], ARGV[at + 4], ARGV[at + 6]
    local kept = table.concat({ ARGV[at + 8], ARGV[at + 9], ARGV[at + 10], body }, '\n')
    if closing == '' then
      local due, pause = ARGV[at + 7], ARGV[at + 11]
      local rank, accounts = string.match(pause, '^@(%d+) (.*)$')
      for name in string.gmatch(accounts or '', '[^,]+') do
        redis.call('ZADD', KEYS[6] .. ':account:' .. name, rank, origin)
        redis.call('PEXPIRE', KEYS[6] .. ':account:' .. name, 3600000)
        redis.call('SADD', KEYS[6] .. ':accounts', name)
      end
      if rank then pause = '' end
      -- As in settle.lua: where the pause has ended meanwhile, nobody would look for it.
      if pause ~= '' and redis.call('HEXISTS', KEYS[8], pause) == 1 then
        redis.call('SADD', KEYS[8] .. ':' .. pause, origin)
      elseif pause ~= '' then
        due = 0
      end
      redis.call('ZADD', KEYS[6], due, origin)
      redis.call('HSET', KEYS[7], origin, kept)
    elseif closing == 'held' then
      redis.call('ZADD', KEYS[9], now, origin)
      redis.call('HSET', KEYS[10], origin, kept)
    else
      closings[closing] = (closings[closing] or 0) + 1
      if reason ~= '' then
        redis.call('XADD', KEYS[5], '*', 'alert', body, 'origin', origin, 'reason', reason, 'ambiguous', ARGV[at + 9])
      end
    end
    if event ~= '' then events[#events + 1] = event end
  end
end
for closing, count in pairs(closings) do
  redis.call('HINCRBY', KEYS[3], closing, count)
end
if #events > 0 then
  redis.call('XADD', KEYS[4], '*', 'events', table.concat(events, '\n'))
end
return left
