#!lua flags=allow-oom
-- A late answer says that an alert which waits to be sent again, or is held, was accepted: it is closed, if it is still
-- there.
-- KEYS: later, later bodies, held, held bodies, totals, events, receipts now
-- ARGV: origin, entry id of the origin, the event's members after “entry”, receipt field
-- Returns 1 where it closed one.
local set, bodies = KEYS[1], KEYS[2]
local packed = redis.call('HGET', bodies, ARGV[1])
if not packed then
  set, bodies = KEYS[3], KEYS[4]
  packed = redis.call('HGET', bodies, ARGV[1])
end
-- Words 2 and 5 of the state.
local segments, doubts = string.match(packed or '', '^[^\n]*\n[^\n]*\n%d+ (%d+) %d+ %d+ (%d+) ')
-- Of a long sms this is one part's answer only: it is sent once more, or stays held.
if segments ~= '1' then
  return 0
end
-- First what can fail, then what changes: an alert that can't be read here stays.
local alert = cjson.decode(string.match(packed, '^[^\n]*\n[^\n]*\n[^\n]*\n(.*)$'))
local members = '"id":' .. cjson.encode(alert.id) .. ',"entry":"' .. ARGV[2] .. '","stream":"' .. string.match(ARGV[1], '@(.*)$')
  .. '","template":' .. cjson.encode(alert.template)
if alert.tenant then members = members .. ',"tenant":' .. cjson.encode(alert.tenant) end
if alert.batch then members = members .. ',"batch":' .. cjson.encode(alert.batch) end
redis.call('ZREM', set, ARGV[1])
redis.call('HDEL', bodies, ARGV[1])
if ARGV[4] ~= '' then redis.call('HSET', KEYS[7], ARGV[4], '1\n' .. members) end
-- One doubt is the submit that this answers; with another one the carrier may have taken both.
local rest = ARGV[3] .. (tonumber(doubts) > 1 and ',"ambiguous":true' or '')
redis.call('HINCRBY', KEYS[5], 'accepted', 1)
redis.call('XADD', KEYS[6], '*', 'events', '{' .. members .. ',' .. rest .. '}')
return 1
