#!lua
-- Messages from phones are kept, and who opts out is put on the list. A carrier repeats a message whose answer it did not get:
-- one that is the same in all its parts and came a short while ago is kept once. The carrier's id is one of these parts
-- where it gives one, so that two of the same text are two. A Redis that is full refuses them, so that the
-- carrier keeps them.
-- KEYS: messages, opt-out list, seen now, seen before
-- ARGV: how long a generation of what was seen is kept (ms), then for each: account, from, to, 'text' or 'hex', that, part, of how
-- many, reference, now, number ('' = from is none), keyword ('' = it does not opt out), the
-- carrier's id ('' = it has none)
-- Returns a letter for each: “a” added, “r” it was there.
local answers = {}
for at = 2, #ARGV, 12 do
  local account, from, to, kind, octets, part, total, reference, now, number, keyword, id = unpack(ARGV, at, at + 11)
  local parts = { account, from, to, kind, part, total, reference, octets }
  if id ~= '' then table.insert(parts, 1, id) end
  local mark = redis.sha1hex(table.concat(parts, '\n'))
  local why
  if keyword ~= '' then
    local object = { since = now, source = 'mo', account = account, to = to, keyword = keyword }
    why = cjson.encode(object)
  end
  if redis.call('HEXISTS', KEYS[3], mark) == 1 or redis.call('HEXISTS', KEYS[4], mark) == 1 then
    -- Without an id it may be another message of the same text, from somebody who was taken off the list meanwhile.
    if why and id == '' then redis.call('HSETNX', KEYS[2], number, why) end
    answers[#answers + 1] = 'r'
  else
    local fields = { 'account', account, 'from', from, 'to', to, kind, octets, 'at', now }
    local function put(name, value)
      fields[#fields + 1] = name
      fields[#fields + 1] = value
    end
    if number ~= '' then put('number', number) end
    if total ~= '1' then
      put('part', part)
      put('parts', total)
      put('reference', reference)
    end
    if why then
      put('optout', keyword)
      redis.call('HSETNX', KEYS[2], number, why) -- since when and why stay what they were first
    end
    redis.call('XADD', KEYS[1], '*', unpack(fields))
    redis.call('HSET', KEYS[3], mark, '')
    answers[#answers + 1] = 'a'
  end
end
redis.call('PEXPIRE', KEYS[3], ARGV[1])
return table.concat(answers)
