#!lua flags=allow-oom
-- Late answers say that parts of alerts which wait to be sent again, or are held, were accepted. Where all of an alert is
-- now, it is closed; else the rest goes on waiting, and only that is sent again. Any of it twice is harmless.
-- What a carrier said when it was asked is no such answer where its id is another alert's: carriers were asked by a number of 16
-- bits, and tell the latest message that had it.
-- KEYS: later, later bodies, held, held bodies, totals, events, receipts now, receipts before, told now, told before
-- ARGV: n times (origin, now, account, message id or '', segment from 1, reference, 1 where the carrier was asked)
-- Returns how many were closed.
local function hex_of(octets)
  return (string.gsub(octets, '.', function(octet) return string.format('%02x', string.byte(octet)) end))
end
local function octets_of(hex)
  return (string.gsub(hex, '%x%x', function(digits) return string.char(tonumber(digits, 16)) end))
end

-- The words of the state: numbers, then the text's hash, the account with what belongs to it, and a message id in
-- hexadecimal digits for each segment. Nothing where it is none.
local function read_state(text)
  local words = {}
  for word in string.gmatch(text, '%S+') do words[#words + 1] = word end
  local segments = tonumber(words[2])
  if not segments or #words ~= 7 + segments then return nil end
  return { words = words, segments = segments, accepted = tonumber(words[3]), doubts = tonumber(words[5]),
    account = string.match(words[7], '^[^,]*'), was_resent = string.find(words[7], '^[^,]*,%d+r?s') ~= nil,
    exempt = string.match(words[7], '^[^,]*,%d+r?s?:([%l_]+)') }
end

-- The message ids of the alert where all of it is accepted now; else what is known of it is kept. Of a long sms the answer
-- is one part's, and counts where the state is of the same text and account.
local function refs_of_whole(bodies, answer, head, state, body)
  if state.segments == 1 then return { answer.ref } end
  local bit, words = 2 ^ (answer.segment - 1), state.words
  local is_of_it = words[1] == answer.reference and state.account == answer.account and answer.segment <= state.segments
  if not is_of_it or math.floor(state.accepted / bit) % 2 == 1 then return nil end
  if answer.ref ~= '' then words[7 + answer.segment] = hex_of(answer.ref) end
  local accepted = state.accepted + bit
  if accepted < 2 ^ state.segments - 1 then
    words[3] = string.format('%d', accepted)
    redis.call('HSET', bodies, answer.origin, head .. table.concat(words, ' ') .. '\n' .. body)
    return nil
  end
  local refs = {}
  for i = 1, state.segments do refs[i] = words[7 + i] == '-' and '' or octets_of(words[7 + i]) end
  return refs
end

local function is_of_another(answer)
  local field = answer.account .. ':' .. string.lower(answer.ref)
  return redis.call('HEXISTS', KEYS[7], field) == 1 or redis.call('HEXISTS', KEYS[8], field) == 1
    or redis.call('SISMEMBER', KEYS[9], field) == 1 or redis.call('SISMEMBER', KEYS[10], field) == 1
end

local function is_text(value)
  return type(value) == 'string' and value ~= ''
end

local function close(set, bodies, answer, refs, state, body)
  -- First what can fail, then what changes: an alert that can't be read here stays.
  local is_read, alert = pcall(cjson.decode, body)
  if not is_read or type(alert) ~= 'table' then return 0 end
  local entry, stream = string.match(answer.origin, '^(.*)@(.*)$')
  local members = '"id":' .. cjson.encode(alert.id) .. ',"entry":"' .. entry .. '","stream":"' .. stream .. '","template":'
    .. cjson.encode(alert.template)
  if alert.tenant then members = members .. ',"tenant":' .. cjson.encode(alert.tenant) end
  if alert.batch then members = members .. ',"batch":' .. cjson.encode(alert.batch) end
  local texts, fields, awaited = {}, {}, 0
  for _, ref in ipairs(refs) do awaited = awaited + (ref ~= '' and 1 or 0) end
  for i, ref in ipairs(refs) do
    -- A carrier may have written anything; what is no ASCII becomes what stands for malformed octets.
    texts[i] = cjson.encode((string.gsub(ref, '[\128-\255]', '\239\191\189')))
    if ref ~= '' then
      fields[#fields + 1] = answer.account .. ':' .. string.lower(ref)
      fields[#fields + 1] = i .. (#refs > 1 and '/' .. awaited .. ' ' .. answer.origin or '') .. '\n' .. members
    end
  end
  redis.call('ZREM', set, answer.origin)
  redis.call('HDEL', bodies, answer.origin)
  if #fields > 0 then redis.call('HSET', KEYS[7], unpack(fields)) end
  redis.call('HINCRBY', KEYS[5], 'accepted', 1)
  -- One doubt is the submit that this answers; with another one the carrier may have taken both. Of a long sms a part that
  -- was accepted when it was sent again (an “s” behind the attempts) may have been taken before, too.
  local is_ambiguous = state.doubts > 1 or (#refs > 1 and state.was_resent)
  redis.call('XADD', KEYS[6], '*', 'events', '{' .. members .. ',"event":"accepted","at":"' .. answer.at .. '","account":'
    .. cjson.encode(answer.account) .. ',"refs":[' .. table.concat(texts, ',') .. '],"segments":' .. #refs .. ',"late":true'
    .. (is_ambiguous and ',"ambiguous":true' or '') .. (answer.is_queried and ',"settled_by":"query"' or '')
    .. (is_text(alert.consent) and ',"consent":' .. cjson.encode(alert.consent) or '')
    .. (state.exempt and ',"exempt":"' .. state.exempt .. '"' or '') .. '}')
  return 1
end

local closed = 0
for at = 1, #ARGV, 7 do
  local answer = { origin = ARGV[at], at = ARGV[at + 1], account = ARGV[at + 2], ref = ARGV[at + 3],
    segment = tonumber(ARGV[at + 4]), reference = ARGV[at + 5], is_queried = ARGV[at + 6] == '1' }
  local set, bodies = KEYS[1], KEYS[2]
  local packed = redis.call('HGET', bodies, answer.origin)
  if not packed then
    set, bodies = KEYS[3], KEYS[4]
    packed = redis.call('HGET', bodies, answer.origin)
  end
  local head, text, body = string.match(packed or '', '^([^\n]*\n[^\n]*\n)([^\n]*)\n(.*)$')
  local state = text and read_state(text)
  if answer.is_queried and is_of_another(answer) then state = nil end
  local refs = state and refs_of_whole(bodies, answer, head, state, body)
  if refs then closed = closed + close(set, bodies, answer, refs, state, body) end
end
return closed
