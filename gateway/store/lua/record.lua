#!lua flags=allow-oom
-- Receipts find their sms and are told, where it takes more than tell.lua. Of an sms of one segment each final state is told
-- once: a carrier repeats a receipt whose answer it did not get. The states that were told stand in front of the receipt's
-- entry, a letter each; once it is told as delivered, the entry goes, and its field is in the set of those. (Older versions left
-- the letter “c” in its place.) An sms of several segments is told of once: when all of them are
-- delivered, or with the first one that failed. Until then what is known of them is kept beside the entries: “-”, and a line
-- for each; then “d” or “u” for what was told.
-- An entry: letters, then “{” and members of the event; or letters, segment, of several “/how many origin”, newline, members.
-- KEYS: events, receipts now, receipts before, told now, told before
-- ARGV: n, n receipt fields, n × (id as JSON, 1 where its parts are the next ones of what follows, 0 where they are those of
--       the receipt before it), parts: letter of the state, or '' where it is not final; head, tail, more of the event
-- Returns a letter for each: “-” nobody knows it, “f” found, “r” found, and it tells nothing new.
local DELIVERED = 'c'
local n = tonumber(ARGV[1])
local entries, home = redis.call('HMGET', KEYS[2], unpack(ARGV, 2, 1 + n)), {}
local missing, places = {}, {}
for i = 1, n do
  home[i] = 2
  if not entries[i] then
    missing[#missing + 1] = ARGV[1 + i]
    places[#places + 1] = i
  end
end
if #missing > 0 then
  local before = redis.call('HMGET', KEYS[3], unpack(missing))
  local told_now = redis.call('SMISMEMBER', KEYS[4], unpack(missing))
  local told_before = redis.call('SMISMEMBER', KEYS[5], unpack(missing))
  for k, i in ipairs(places) do
    entries[i], home[i] = before[k], 3
    if told_now[k] == 1 or told_before[k] == 1 then entries[i] = DELIVERED end
  end
end

local told, answers, latest, marked, over = {}, {}, {}, { [2] = {}, [3] = {} }, { [2] = {}, [3] = {} }
local function keep(where, field, value)
  local pairs_of = marked[where]
  latest[field] = value
  pairs_of[#pairs_of + 1] = field
  pairs_of[#pairs_of + 1] = value
end

-- The last member of an event, where it is to be told now: what became of each segment that is known.
local function note_segment(where, origin, total, segment, letter, detail)
  local field = '*' .. origin
  local known = latest[field] or redis.call('HGET', KEYS[where], field) or redis.call('HGET', KEYS[5 - where], field) or '-'
  if string.sub(known, 1, 1) ~= '-' or string.find(known, '\n{"segment":' .. segment .. ',', 1, true) then return nil, 'r' end
  local lines, count = {}, 1
  for line in string.gmatch(known, '\n([^\n]+)') do
    lines[#lines + 1] = line
    count = count + 1
  end
  if letter == DELIVERED and count < total then
    keep(where, field, known .. '\n' .. detail)
    return nil, 'f'
  end
  keep(where, field, letter == DELIVERED and 'd' or 'u')
  lines[#lines + 1] = detail
  table.sort(lines, function(a, b) return tonumber(string.match(a, '%d+')) < tonumber(string.match(b, '%d+')) end)
  return ',"segments_detail":[' .. table.concat(lines, ',') .. ']', 'f'
end

local letter, head, tail, more, middle
local function tell(...)
  for _, piece in ipairs({ ... }) do told[#told + 1] = piece end
end

local function note(where, field, entry, ref)
  local letters, rest = string.match(entry, '^(%a*)(.*)$')
  if letter == '' then return 'f' end
  local segment, total, origin, members = string.match(rest, '^(%d+)/?(%d*) ?([^\n]*)\n(.*)$')
  if segment and total ~= '' then
    local detail = '{"segment":' .. segment .. tail .. more .. ',"ref":' .. ref .. '}'
    local last, answer = note_segment(where, origin, tonumber(total), segment, letter, detail)
    if last then tell('{', members, head, segment, tail, ',"refs":[', ref, ']', last, '}\n') end
    return answer
  end
  if rest == '' or string.find(letters, letter, 1, true) then return 'r' end
  if letter == DELIVERED then
    latest[field] = DELIVERED
    table.insert(over[where], field)
  else
    keep(where, field, letter .. entry)
  end
  if segment then
    tell('{', members, head, segment, tail, ',"refs":[', ref, ']}\n')
  else
    tell(rest, middle, ref, ']}\n')
  end
  return 'f'
end

local parts = 2 + 3 * n
for i = 1, n do
  local field, ref = ARGV[1 + i], ARGV[n + 2 * i]
  if ARGV[n + 2 * i + 1] == '1' then
    letter, head, tail, more = ARGV[parts], ARGV[parts + 1], ARGV[parts + 2], ARGV[parts + 3]
    middle = head .. '1' .. tail .. ',"refs":['
    parts = parts + 4
  end
  local entry = latest[field] or entries[i]
  answers[i] = entry and note(home[i], field, entry, ref) or '-'
end

if #told > 0 then redis.call('XADD', KEYS[1], '*', 'events', string.sub(table.concat(told), 1, -2)) end
for where = 2, 3 do
  if #marked[where] > 0 then redis.call('HSET', KEYS[where], unpack(marked[where])) end
  if #over[where] > 0 then
    redis.call('HDEL', KEYS[where], unpack(over[where]))
    redis.call('SADD', KEYS[where + 2], unpack(over[where]))
  end
end
return table.concat(answers)
