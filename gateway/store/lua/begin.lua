-- Claims a batch before any octet of it leaves: who is alive, whose id came first, what was withdrawn, what is under way.
-- KEYS: workers, intents, seen now, seen before, urgent, normal, bulk, ready, then what withdraw.lua noted: ids now,
--       ids before, subjects now, subjects before, batches now, batches before; then what protects recipients: opt-out
--       list, texts now, before, caps of a day now, before, caps of a minute now, before
-- ARGV: consumer, intents value, n, r, s, b, n ids, n × (id, origin), r × (position, lane 1–4, entry id) of taken-over
--       entries, s subjects, s positions of those that have one, b batches, b positions; then, where recipients are
--       protected, a text of n words, each with a blank behind it: the number that the opt-out list is asked for, with “!”
--       in front where it only tells, or “-”; a line for each kind of limits (“! or -, span in ms of the text, most a day, w
--       where it waits for that or -, most a minute”); and a line for each alert that has some (“position, which kind, hash
--       of the text, class and number”)
-- Returns '' where all may go, or a letter for each: G go, D duplicate, X gone (settled by whoever had it before),
-- C cancelled, S superseded, R suppressed by a rule, W it waits for one; behind the letters for each rule that spoke a blank,
-- the position, its letter (o opted out, i identical, d day, m minute) and how long to wait in ms. A letter u: what the rule goes
-- by can't be read, since somebody else has made a key of another type of it; then it is not the time that follows but which
-- of the keys that protect recipients, from 1 in their order. Such an alert waits, unless it is exempt.
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
  if redis.call('EXISTS', key) == 0 then return end
  local found = redis.call('HMGET', key, unpack(ARGV, names + 1, names + count))
  for k = 1, count do
    if found[k] then decide(position_of and tonumber(ARGV[position_of + k]) or k, 'C') end
  end
end

local function withdraw_by_subject(key, subjects, positions)
  if redis.call('EXISTS', key) == 0 then return end
  local found = redis.call('HMGET', key, unpack(ARGV, subjects + 1, subjects + s))
  for k = 1, s do
    local i = found[k] and tonumber(ARGV[positions + k])
    if i and found[k] ~= 'S' .. ARGV[origins + 2 * i] .. ' ' .. ARGV[ids + i] then -- most have noted themselves alone
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
local numbers, limits = ARGV[tail + 1], ARGV[tail + 3]
local opted_out, optout_is_unread = {}, false -- by position: '!' or ''
-- Nothing where the key can't be read.
local function read_fields(key, fields)
  local found = redis.pcall('HMGET', key, unpack(fields))
  return not found.err and found or nil
end
if numbers and redis.call('EXISTS', KEYS[15]) == 1 then
  local fields, places, marks, i = {}, {}, {}, 0
  for mark, number in string.gmatch(numbers, '(%p?)(%d*) ') do
    i = i + 1
    if number ~= '' then
      local k = #fields + 1
      fields[k], places[k], marks[k] = number, i, mark
    end
  end
  local found = #fields > 0 and read_fields(KEYS[15], fields)
  optout_is_unread = found == nil
  for k = 1, #fields do
    if optout_is_unread or found[k] then opted_out[places[k]] = marks[k] end
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
    if mark ~= '!' then verdicts[i] = optout_is_unread and 'W' or 'R' end
    note(i, optout_is_unread and 'u' or 'o', optout_is_unread and 1 or 0)
  end
end

-- Limits. What went is kept as “time:origin …” in a field for each text, and for each class and number; the current generation
-- holds all of it that still counts, once the field was written in it. Where a class has a limit for a day its minute is
-- counted among the same. Nearly all alerts have fields that nobody has written: these take the short way.
local DAY, MINUTE = 86400000, 60000
local function hash_of(key)
  return { key = key - 14, now = KEYS[key], before = KEYS[key + 1], fields = {}, at = {}, shared = {}, most = {}, fresh = {},
           lists = {}, promised = {}, changed = {} }
end

local function ask(hash, field, most)
  local at = hash.at[field]
  if at then
    hash.shared[at] = true
  else
    at = #hash.fields + 1
    hash.fields[at], hash.at[field] = field, at
  end
  hash.most[at] = most -- so many are worth keeping
  return at
end

local function fetch(hash)
  if #hash.fields == 0 then return end
  hash.kept = read_fields(hash.now, hash.fields)
  hash.older = redis.call('EXISTS', hash.before) == 0 and {} or read_fields(hash.before, hash.fields)
  if not hash.kept or not hash.older then hash.unread = hash.key + (hash.kept and 1 or 0) end
end

-- Nobody has written it, and nobody else asks for it now.
local function is_fresh(hash, at)
  return not (hash.unread or hash.kept[at] or hash.older[at] or hash.shared[at])
end

local function write_fresh(hash, at, value)
  local pairs_of = hash.fresh
  pairs_of[#pairs_of + 1] = hash.fields[at]
  pairs_of[#pairs_of + 1] = value
end

local function list_of(hash, at, now)
  local list = hash.lists[at]
  if list then return list end
  list = {}
  local text = hash.kept[at] or hash.older[at] or ''
  for ms, origin in string.gmatch(text, '(%d+):(%S+)') do
    ms = tonumber(ms)
    -- A time to come is of a clock that was set back since.
    if math.abs(now - ms) < hash.span then list[#list + 1] = { at = ms, origin = origin } end
  end
  hash.promised[at] = tonumber(string.match(text, '>(%d+)') or '')
  table.sort(list, function(a, b) return a.at < b.at end)
  hash.lists[at] = list
  return list
end

-- One place each, as of when it was begun last: it leaves within moments of that.
local function take_place(hash, at, origin, now)
  local list = list_of(hash, at, now)
  for k = #list, 1, -1 do
    if list[k].origin == origin then table.remove(list, k) end
  end
  list[#list + 1] = { at = now, origin = origin }
  while #list > hash.most[at] do table.remove(list, 1) end
  hash.changed[at] = true
end

-- How long one has to wait for its place; 0 where there is one, or where it has one already.
local function wait_of(limit, origin, now)
  local within = {}
  for _, one in ipairs(list_of(limit.hash, limit.at, now)) do
    if math.abs(now - one.at) < limit.span then
      if one.origin == origin then return 0 end
      within[#within + 1] = one.at
    end
  end
  if #within < limit.most then return 0 end
  return math.max(1, math.min(limit.span, within[#within - limit.most + 1] + limit.span - now))
end

-- Of many that wait for a number's limit each is told an instant of its own, or all would come back at once, again and again,
-- for one to go. The last one that was told is kept behind “>”. Who comes when there is a place need not wait for theirs.
local function place_in_time(limit, wait, now)
  local at, hash, step = now + wait, limit.hash, limit.span / limit.most
  local last = hash.promised[limit.at]
  if last and last > now and last + step > at then at = last + step end
  at = math.min(at, now + DAY)
  hash.promised[limit.at] = at
  hash.changed[limit.at] = true
  return math.ceil(at - now)
end

local function write(hash, now)
  for at in pairs(hash.changed) do
    local words = {}
    for k, one in ipairs(hash.lists[at]) do words[k] = string.format('%.0f:%s', one.at, one.origin) end
    local promised = hash.promised[at]
    if promised and promised > now then words[#words + 1] = string.format('>%.0f', promised) end
    write_fresh(hash, at, table.concat(words, ' '))
  end
  if #hash.fresh == 0 then return end
  redis.call('HSET', hash.now, unpack(hash.fresh))
  redis.call('PEXPIRE', hash.now, string.format('%.0f', 3 * hash.span)) -- two generations are looked at
end

-- The long way: each limit in turn.
local function judge(one, now)
  local profile, places = one.profile, {}
  local limits = {}
  if one.text then
    limits[1] = { rule = 'i', hash = one.texts, at = one.text, span = profile.identical, most = 1, verdict = 'R' }
  end
  if profile.day > 0 then
    limits[#limits + 1] = { rule = 'd', hash = one.caps, at = one.cap, span = DAY, most = profile.day, verdict = profile.over }
  end
  if profile.minute > 0 then
    limits[#limits + 1] = { rule = 'm', hash = one.caps, at = one.cap, span = MINUTE, most = profile.minute, verdict = 'W' }
  end
  for _, limit in ipairs(limits) do
    local unread = limit.hash.unread
    local wait = unread or wait_of(limit, one.origin, now)
    if wait > 0 then
      if not unread and not profile.is_exempt and limit.verdict == 'W' then wait = place_in_time(limit, wait, now) end
      note(one.place, unread and 'u' or limit.rule, wait)
      if not profile.is_exempt then
        verdicts[one.place] = unread and 'W' or limit.verdict
        return
      end
    else
      places[#places + 1] = limit
    end
  end
  for _, limit in ipairs(places) do take_place(limit.hash, limit.at, one.origin, now) end
end

local function keep_limits()
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local stamp = string.format('%.0f:', now)
  local texts, days, minutes = hash_of(16), hash_of(18), hash_of(20)
  texts.span, days.span, minutes.span = 0, DAY, MINUTE
  local profiles, asking = {}, {}
  for mark, identical, day, over, minute in string.gmatch(ARGV[tail + 2], '(%S) (%d+) (%d+) (%S) (%d+)\n') do
    local profile = { is_exempt = mark == '!', identical = tonumber(identical), day = tonumber(day),
                      over = over == 'w' and 'W' or 'R', minute = tonumber(minute) }
    profile.most = math.max(profile.day, profile.minute)
    profile.caps = profile.day > 0 and days or minutes
    texts.span = math.max(texts.span, profile.identical)
    profiles[#profiles + 1] = profile
  end
  for i, which, text, number in string.gmatch(ARGV[tail + 3], '(%d+) (%d+) (%x+) (%S+)\n') do
    i = tonumber(i)
    if verdicts[i] == 'G' then
      local profile = profiles[tonumber(which)]
      local one = { place = i, profile = profile, origin = ARGV[origins + 2 * i], texts = texts, caps = profile.caps }
      if profile.identical > 0 then one.text = ask(texts, text, 1) end
      if profile.most > 0 then one.cap = ask(profile.caps, number, profile.most) end
      asking[#asking + 1] = one
    end
  end
  fetch(texts)
  fetch(days)
  fetch(minutes)
  for _, one in ipairs(asking) do
    local text, cap, caps = one.text, one.cap, one.caps
    if (not text or is_fresh(texts, text)) and (not cap or is_fresh(caps, cap)) then
      local value = stamp .. one.origin
      if text then write_fresh(texts, text, value) end
      if cap then write_fresh(caps, cap, value) end
    else
      judge(one, now)
    end
  end
  write(texts, now)
  write(days, now)
  write(minutes, now)
end
if limits and limits ~= '' then keep_limits() end
return table.concat(verdicts) .. table.concat(notes)
