#!lua flags=allow-oom
-- Receipts find their sms and are told. Of an sms of one segment each final state is told once: a carrier repeats a receipt
-- whose answer it did not get. The states that were told stand in front of the receipt's entry, a letter each. An sms of
-- several segments is told of once: when all of them are delivered, or with the first one that failed. Until then what is
-- known of them is kept beside the entries: “-”, and a line for each; then “d” or “u” for what was told.
-- An entry: letters, segment, of several “/how many origin”, newline, members of the event.
-- KEYS: events, receipts now, receipts before
-- ARGV: n, n receipt fields, n × (letter of the state, or '' where it is not final; head, tail, more of the event)
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
  for k, i in ipairs(places) do entries[i], home[i] = before[k], 3 end
end

local events, answers, latest, marked = {}, {}, {}, { [2] = {}, [3] = {} }
local function keep(where, field, value)
  local pairs_of = marked[where]
  latest[field] = value
  pairs_of[#pairs_of + 1] = field
  pairs_of[#pairs_of + 1] = value
end

-- The last part of an event, where it is to be told now: what became of each segment that is known.
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

for i = 1, n do
  local field, at = ARGV[1 + i], n - 2 + 4 * i
  local letter, entry = ARGV[at], latest[field] or entries[i]
  local told, segment, total, origin, members
  if entry then told, segment, total, origin, members = string.match(entry, '^(%a*)(%d+)/?(%d*) ?([^\n]*)\n(.*)$') end
  local answer, rest = segment and 'f' or '-', nil
  if segment and letter ~= '' then
    if total ~= '' then
      local detail = '{"segment":' .. segment .. ARGV[at + 2] .. ARGV[at + 3] .. '}'
      rest, answer = note_segment(home[i], origin, tonumber(total), segment, letter, detail)
    elseif string.find(told, letter, 1, true) then
      answer = 'r'
    else
      keep(home[i], field, letter .. entry)
      rest = ''
    end
  end
  answers[i] = answer
  if rest then events[#events + 1] = '{' .. members .. ARGV[at + 1] .. segment .. ARGV[at + 2] .. rest .. '}' end
end

if #events > 0 then redis.call('XADD', KEYS[1], '*', 'events', table.concat(events, '\n')) end
for where = 2, 3 do
  if #marked[where] > 0 then redis.call('HSET', KEYS[where], unpack(marked[where])) end
end
return table.concat(answers)
