#!lua flags=allow-oom
-- A late answer says that an alert which waits to be sent again was accepted: it is closed, if it still waits.
-- KEYS: later, later bodies, totals, events, receipts now
-- ARGV: origin, entry id of the origin, the event's members after “entry”, receipt field
local packed = redis.call('HGET', KEYS[2], ARGV[1])
if not packed then return 0 end
-- Words 2 and 6 of the state. Of a long sms this is one part's answer only: it is sent once more.
local segments, doubts = string.match(packed, '^[^\n]*\n[^\n]*\n%d+ (%d+) %d+ %d+ %d+ (%d+) ')
if segments ~= '1' then return 0 end
-- First what can fail, then what changes: an alert that can't be read here stays, and is sent once more.
local alert = cjson.decode(string.match(packed, '^[^\n]*\n[^\n]*\n[^\n]*\n(.*)$'))
local members = '"id":' .. cjson.encode(alert.id) .. ',"entry":"' .. ARGV[2] .. '","stream":"' .. string.match(ARGV[1], '@(.*)$')
  .. '","template":' .. cjson.encode(alert.template)
if alert.tenant then members = members .. ',"tenant":' .. cjson.encode(alert.tenant) end
if alert.batch then members = members .. ',"batch":' .. cjson.encode(alert.batch) end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
if ARGV[4] ~= '' then redis.call('HSET', KEYS[5], ARGV[4], '1\n' .. members) end
-- One doubt is the submit that this answers; with another one the carrier may have taken both.
local rest = ARGV[3] .. (tonumber(doubts) > 1 and ',"ambiguous":true' or '')
redis.call('HINCRBY', KEYS[3], 'accepted', 1)
redis.call('XADD', KEYS[4], '*', 'events', '{' .. members .. ',' .. rest .. '}')
return 1
