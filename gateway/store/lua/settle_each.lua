#!lua flags=allow-oom
-- Settles entries that may have been settled before, or that others may have too: each one has its effect only if it is
-- still there. That the carrier accepted an alert is true whoever owns the entry by now; anything else is its owner's to
-- say, who may have it in flight: where that is another consumer, it stays. An acceptance also closes what somebody has let
-- wait or held meanwhile. What nobody owns (Redis came back with an older state) may be settled by whoever has it.
-- With seen now and before, and assembled, Redis may hold an earlier state than the one that we have been told: what was lost is made
-- good. Each entry has one more word then, of one that had been begun: its entry is looked for wherever it may have been before, its id is
-- known again, and where Redis has lost it as a whole it counts as brought back (requeued). What waits there may be newer than what is
-- told again. Claims of an earlier state say nothing until all workers have told what they have.
-- KEYS: workers, claims, totals, events, dead, later, later bodies, paused, held, held bodies, urgent, normal, bulk, ready; and maybe
--       seen now, seen before, assembled
-- ARGV: consumer, maybe which Redis this is, then n times (lane 1–4, entry id, closing or '' for later or 'held', event, body, origin,
--       reason, due in ms, attempt, ambiguous, state, pause, “@rank account,account…” or '', and maybe “told or own, blank, short
--       origin, blank, id” or ''); a dead letter has a reason.
-- Returns the positions (from 1) of those that stay with their owners.
local restores = KEYS[15] ~= nil
-- What is told again is true under any name; what is not is left with whoever owns it by now.
if not restores and redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
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
local are_claims_true = not restores
  or (redis.call('HGET', KEYS[17], '@redis') == ARGV[2] and redis.call('HEXISTS', KEYS[17], '@all') == 1)
local function is_anothers(lane, id)
  if not are_claims_true then return false end
  if not mine then read_claims() end
  local ms, seq = parts(id)
  return not has(mine[lane], ms, seq) and has(others[lane], ms, seq)
end

local function take_waiting(set, bodies, origin)
  if redis.call('ZREM', set, origin) == 0 then return false end
  redis.call('HDEL', bodies, origin)
  return true
end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))

-- The clock of the Redis before may have been ahead: another alert can have the same entry id here.
local function take_same(lane, id, alert_id)
  local entry = redis.call('XRANGE', KEYS[10 + lane], id, id)[1]
  for i = 1, entry and #entry[2] or 0, 2 do
    if entry[2][i] == 'alert' then
      local is_read, alert = pcall(cjson.decode, entry[2][i + 1])
      if not is_read or type(alert) ~= 'table' or alert.id ~= alert_id then return false end
    end
  end
  return entry ~= nil and redis.call('XDEL', KEYS[10 + lane], id) == 1
end
local function take_from_first_lane(origin, alert_id, is_accepted)
  local id, name = string.match(origin, '^(.*)@(%l+)$')
  for lane = 1, 3 do
    if string.sub(KEYS[10 + lane], -#name) == name then
      return (is_accepted or not is_anothers(lane, id)) and take_same(lane, id, alert_id)
    end
  end
  return false
end
-- How much has happened to an alert: attempts, throttles and doubts.
local function age(attempt, state)
  local throttles, doubts = string.match(state, '^%d+ %d+ %d+ (%d+) (%d+) ')
  return (tonumber(attempt) or 0) + (tonumber(throttles) or 0) + (tonumber(doubts) or 0)
end
-- Where what waits is as old or younger, it stays. Returns whether it was taken, and whether it is there.
local function take_older(set, bodies, origin, at, takes_any)
  local attempt, state = string.match(redis.call('HGET', bodies, origin) or '', '^([^\n]*)\n[^\n]*\n([^\n]*)\n')
  if not attempt then return false, false end
  if takes_any or age(attempt, state) < age(ARGV[at + 8], ARGV[at + 10]) then
    return take_waiting(set, bodies, origin), true
  end
  return false, true
end
-- Takes an entry out, wherever it is. True where it was lost as a whole, too.
local function restore(at, lane, id, closing, origin)
  local way, short, alert_id = string.match(ARGV[at + 12], '^(%l+) (%S+) (.*)$')
  local is_taken = take_same(lane, id, alert_id)
  is_taken = take_from_first_lane(origin, alert_id, closing == 'accepted') or is_taken
  local takes_any = way == 'own' or (closing ~= '' and closing ~= 'held')
  local was_later, is_later = take_older(KEYS[6], KEYS[7], origin, at, takes_any)
  local was_held, is_held = take_older(KEYS[9], KEYS[10], origin, at, takes_any)
  is_taken = is_taken or was_later or was_held
  if redis.call('HEXISTS', KEYS[15], alert_id) == 0 and redis.call('HEXISTS', KEYS[16], alert_id) == 0 then
    redis.call('HSET', KEYS[15], alert_id, short)
    if not is_taken and not is_later and not is_held then
      redis.call('HINCRBY', KEYS[3], 'requeued', 1)
      return true
    end
  end
  return is_taken
end
local first, words = restores and 3 or 2, restores and 13 or 12
local function is_there(at, lane, id, closing, origin)
  if restores and ARGV[at + 12] ~= '' then return restore(at, lane, id, closing, origin) end
  local is_found = redis.call('XDEL', KEYS[10 + lane], id) == 1
  return is_found
    or (closing == 'accepted' and (take_waiting(KEYS[6], KEYS[7], origin) or take_waiting(KEYS[9], KEYS[10], origin)))
end

local left, events, closings = {}, {}, {}
for at = first, #ARGV, words do
  local lane, id, closing, origin = tonumber(ARGV[at]), ARGV[at + 1], ARGV[at + 2], ARGV[at + 5]
  if closing ~= 'accepted' and is_anothers(lane, id) then
    left[#left + 1] = (at - first) / words + 1
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
