-- Claims a batch before any octet of it leaves: who is alive, whose id came first, what was withdrawn, what is under way.
-- KEYS: workers, intents, seen now, seen before, urgent, normal, bulk, ready, then what withdraw.lua noted: ids now,
--       ids before, subjects now, subjects before, batches now, batches before
-- ARGV: consumer, intents value, n, r, s, b, n ids, n × (id, origin), r × (position, lane 1–4, entry id) of taken-over
--       entries, s subjects, s positions of those that have one, b batches, b positions
-- Returns '' where all may go, or a letter for each: G go, D duplicate, X gone (settled by whoever had it before),
-- C cancelled, S superseded.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
  return redis.error_reply('FENCED this consumer was taken for dead')
end
local n, r, s, b = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local ids, origins = 6, 6 + n -- the id of i is ARGV[ids + i], its origin ARGV[origins + 2 * i]
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])

local verdicts, decided = {}, false
local function decide(i, letter)
  verdicts[i] = letter
  decided = true
end

-- True where origin a (“ms.seq lane”, base 36) came before what withdraws it. Two streams have no common order within a
-- millisecond: there a cancel counts as the later one (the customer has paid), and of two alerts that supersede each
-- other one, and only one, stays.
local function is_withdrawn_by(a, kind, by)
  local a_ms, a_seq, a_lane = string.match(a, '^(%w+)%.(%w+)(%l)$')
  local by_ms, by_seq, by_lane = string.match(by, '^(%w+)%.(%w+)(%l)$')
  a_ms, by_ms = tonumber(a_ms, 36), tonumber(by_ms, 36)
  if a_ms ~= by_ms then return a_ms < by_ms end
  if a_lane == by_lane then return tonumber(a_seq, 36) < tonumber(by_seq, 36) end
  return kind == 'C' or a_lane < by_lane
end

local function withdraw_by_name(key, names, count, position_of)
  local found = redis.call('HMGET', key, unpack(ARGV, names + 1, names + count))
  for k = 1, count do
    if found[k] then decide(position_of and tonumber(ARGV[position_of + k]) or k, 'C') end
  end
end

local function withdraw_by_subject(key, subjects, positions)
  local found = redis.call('HMGET', key, unpack(ARGV, subjects + 1, subjects + s))
  for k = 1, s do
    if found[k] then
      local i = tonumber(ARGV[positions + k])
      local kind, by, id, outdone = string.match(found[k], '^(.)(%S+) ?([^\n]*)(.*)$')
      -- The same id again is the same alert: it must not end itself, and what was outdone stays so.
      local is_itself, is_outdone = id == ARGV[ids + i], false
      for line in string.gmatch(outdone, '[^\n]+') do
        is_outdone = is_outdone or string.match(line, '^S%S+ (.*)$') == ARGV[ids + i]
      end
      if is_outdone or (not is_itself and is_withdrawn_by(ARGV[origins + 2 * i], kind, by)) then decide(i, kind) end
    end
  end
end

if redis.call('EXISTS', unpack(KEYS, 9, 14)) > 0 then
  local subjects = origins + 2 * n + 3 * r
  local batches = subjects + 2 * s
  for age = 0, 1 do
    withdraw_by_name(KEYS[9 + age], ids, n, nil)
    if s > 0 then withdraw_by_subject(KEYS[11 + age], subjects, subjects + s) end
    if b > 0 then withdraw_by_name(KEYS[13 + age], batches, b, batches + b) end
  end
end
for at = origins + 2 * n + 1, origins + 2 * n + 3 * r, 3 do
  local id = ARGV[at + 2]
  if #redis.call('XRANGE', KEYS[4 + tonumber(ARGV[at + 1])], id, id) == 0 then decide(tonumber(ARGV[at]), 'X') end
end

local seen = redis.call('HMGET', KEYS[3], unpack(ARGV, ids + 1, ids + n))
local before = redis.call('EXISTS', KEYS[4]) == 1 and redis.call('HMGET', KEYS[4], unpack(ARGV, ids + 1, ids + n)) or nil
local plain = r == 0 and not decided
if plain then
  for i = 1, n do
    if seen[i] or (before and before[i]) then plain = false break end
  end
end
-- Where an id stands twice in the batch, fewer fields are new than were set: then look one by one.
if plain and redis.call('HSET', KEYS[3], unpack(ARGV, origins + 1, origins + 2 * n)) == n then
  return ''
end

local first = {}
for i = 1, n do
  local id, origin = ARGV[ids + i], ARGV[origins + 2 * i]
  local known = seen[i] or (before and before[i]) or first[id]
  if verdicts[i] ~= 'X' and known and known ~= origin then
    verdicts[i] = 'D'
  else
    -- What was withdrawn takes its id too: added again it is the same alert, and as stale.
    if verdicts[i] ~= 'X' and not known then
      redis.call('HSET', KEYS[3], id, origin)
      first[id] = origin
    end
    verdicts[i] = verdicts[i] or 'G'
  end
end
return table.concat(verdicts)
