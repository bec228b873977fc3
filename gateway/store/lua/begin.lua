-- Claims a batch before any octet of it leaves: who is alive, whose id came first, what was withdrawn, what is under way.
-- KEYS: workers, intents, seen now, seen before, urgent, normal, bulk, ready, then what withdraw.lua noted: ids now,
--       ids before, subjects now, subjects before, batches now, batches before; then what protects recipients: opt-out
--       list, texts now, before, caps of a day now, before, caps of a minute now, before
-- ARGV: consumer, intents value, n, r, s, b, n ids, n × (id, origin), r × (position, lane 1–4, entry id) of taken-over
--       entries, s subjects, s positions of those that have one, b batches, b positions; then, where recipients are
--       protected, a text of n words, each with a blank behind it: the number that the opt-out list is asked for, with “!”
--       in front where it only tells, or “-”; and a text of lines for those that have limits, or ''
--       (“position ! or -, span in ms and hash of the text, most a day, w where it waits for that or -, most a minute,
--       class and number”)
-- Returns '' where all may go, or a letter for each: G go, D duplicate, X gone (settled by whoever had it before),
-- C cancelled, S superseded, R suppressed by a rule, W it waits for one; behind the letters for each rule that spoke a blank,
-- the position, its letter (o opted out, i identical, d day, m minute) and how long to wait in ms.
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

local tail = origins + 2 * n + 3 * r + 2 * s + 2 * b
local numbers, limits = ARGV[tail + 1], ARGV[tail + 2]
local opted_out = {} -- by position: '!' or ''
if numbers and redis.call('EXISTS', KEYS[15]) == 1 then
  local fields, places, marks, i = {}, {}, {}, 0
  for mark, number in string.gmatch(numbers, '(%p?)(%d*) ') do
    i = i + 1
    if number ~= '' then
      local k = #fields + 1
      fields[k], places[k], marks[k] = number, i, mark
    end
  end
  local found = #fields > 0 and redis.call('HMGET', KEYS[15], unpack(fields)) or {}
  for k = 1, #fields do
    if found[k] then opted_out[places[k]] = marks[k] end
  end
end

local seen = redis.call('HMGET', KEYS[3], unpack(ARGV, ids + 1, ids + n))
local before = redis.call('EXISTS', KEYS[4]) == 1 and redis.call('HMGET', KEYS[4], unpack(ARGV, ids + 1, ids + n)) or nil
local plain = r == 0 and not decided and next(opted_out) == nil and (limits == nil or limits == '')
if plain then
  for i = 1, n do
    if seen[i] or (before and before[i]) then plain = false break end
  end
end
-- Where an id stands twice in the batch, fewer fields are new than were set: then look one by one.
if plain and redis.call('HSET', KEYS[3], unpack(ARGV, origins + 1, origins + 2 * n)) == n then
  return ''
end

local first, taken = {}, {}
for i = 1, n do
  local id, origin = ARGV[ids + i], ARGV[origins + 2 * i]
  local known = seen[i] or (before and before[i]) or first[id]
  if verdicts[i] ~= 'X' and known and known ~= origin then
    verdicts[i] = 'D'
  else
    -- What was withdrawn takes its id too: added again it is the same alert, and as stale.
    if verdicts[i] ~= 'X' and not known then
      first[id] = origin
      taken[#taken + 1] = id
      taken[#taken + 1] = origin
    end
    verdicts[i] = verdicts[i] or 'G'
  end
end
if #taken > 0 then redis.call('HSET', KEYS[3], unpack(taken)) end

local notes = {}
local function note(i, rule, wait)
  notes[#notes + 1] = string.format(' %d%s%.0f', i, rule, wait)
end
for i, mark in pairs(opted_out) do
  if verdicts[i] == 'G' then
    if mark ~= '!' then verdicts[i] = 'R' end
    note(i, 'o', 0)
  end
end

-- Limits. What went is kept as “time:origin …” in a field for each text, or class and number; the current generation holds
-- all of it that still counts, once the field was written in it.
local DAY, MINUTE = 86400000, 60000
local function keep_limits()
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local asking, kinds = {}, { i = { key = 16 }, d = { key = 18 }, m = { key = 20 } }
  for _, kind in pairs(kinds) do
    kind.fields, kind.gone, kind.changed = {}, {}, {}
  end
  local function ask(one, rule, field, span, most, verdict)
    if most == 0 then return end
    local kind = kinds[rule]
    kind.span = math.max(span, kind.span or 0)
    if not kind.gone[field] then
      kind.gone[field] = {}
      kind.fields[#kind.fields + 1] = field
    end
    one[#one + 1] = { rule = rule, field = field, span = span, most = most, verdict = verdict }
  end
  local line = '(%d+) (%S) (%d+) (%S+) (%d+) (%S) (%d+) (%S+)\n'
  for i, mark, identical, hash, day, over, minute, field in string.gmatch(limits, line) do
    i = tonumber(i)
    if verdicts[i] == 'G' then
      local one = { place = i, is_exempt = mark == '!', origin = ARGV[origins + 2 * i] }
      ask(one, 'i', hash, tonumber(identical), identical == '0' and 0 or 1, 'R')
      ask(one, 'd', field, DAY, tonumber(day), over == 'w' and 'W' or 'R')
      ask(one, 'm', field, MINUTE, tonumber(minute), 'W')
      asking[#asking + 1] = one
    end
  end
  for _, kind in pairs(kinds) do
    if #kind.fields > 0 then
      local kept = redis.call('HMGET', KEYS[kind.key], unpack(kind.fields))
      local older = redis.call('HMGET', KEYS[kind.key + 1], unpack(kind.fields))
      for k, field in ipairs(kind.fields) do
        local list = kind.gone[field]
        for at, origin in string.gmatch(kept[k] or older[k] or '', '(%d+):(%S+)') do
          at = tonumber(at)
          -- A time to come is of a clock that was set back since.
          if math.abs(now - at) < kind.span then list[#list + 1] = { at = at, origin = origin } end
        end
        table.sort(list, function(a, b) return a.at < b.at end)
      end
    end
  end
  -- How long one has to wait for its place; 0 where there is one, or where it has one already.
  local function wait_of(limit, origin)
    local list, within = kinds[limit.rule].gone[limit.field], {}
    for _, one in ipairs(list) do
      if math.abs(now - one.at) < limit.span then
        if one.origin == origin then return 0 end
        within[#within + 1] = one.at
      end
    end
    if #within < limit.most then return 0 end
    return math.max(1, math.min(limit.span, within[#within - limit.most + 1] + limit.span - now))
  end
  -- One place each, as of when it was begun last: it leaves within moments of that.
  local function take_place(limit, origin)
    local kind = kinds[limit.rule]
    local list = kind.gone[limit.field]
    for k = #list, 1, -1 do
      if list[k].origin == origin then table.remove(list, k) end
    end
    list[#list + 1] = { at = now, origin = origin }
    kind.changed[limit.field] = true
  end
  for _, one in ipairs(asking) do
    local places = {}
    for _, limit in ipairs(one) do
      local wait = wait_of(limit, one.origin)
      if wait > 0 then
        note(one.place, limit.rule, wait)
        if not one.is_exempt then
          verdicts[one.place], places = limit.verdict, {}
          break
        end
      else
        places[#places + 1] = limit
      end
    end
    for _, limit in ipairs(places) do take_place(limit, one.origin) end
  end
  for _, kind in pairs(kinds) do
    local pairs_of = {}
    for _, field in ipairs(kind.fields) do
      if kind.changed[field] then
        local words = {}
        for k, one in ipairs(kind.gone[field]) do words[k] = string.format('%.0f:%s', one.at, one.origin) end
        pairs_of[#pairs_of + 1] = field
        pairs_of[#pairs_of + 1] = table.concat(words, ' ')
      end
    end
    if #pairs_of > 0 then
      redis.call('HSET', KEYS[kind.key], unpack(pairs_of))
      -- Two generations are looked at.
      redis.call('PEXPIRE', KEYS[kind.key], string.format('%.0f', 3 * kind.span))
    end
  end
end
if limits and limits ~= '' then keep_limits() end
return table.concat(verdicts) .. table.concat(notes)
