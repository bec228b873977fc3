#!lua flags=allow-oom
-- Tells of receipts that say “delivered”, each the only word of its sms, whose entries the gateway has read a moment ago:
-- the entries go, and who told it marks them as told. Where another worker was faster with one of them, that one is left out.
-- The events come as one text: Lua hashes every octet of each text that it is given or makes.
-- KEYS: events, receipts, told; both of the generation in which the entries were found
-- ARGV: receipt fields, the events (a line each), their lengths in octets
-- Returns '' where all were told, or a letter for each: “f” told now, “r” told before.
local n = #ARGV - 2
local text = ARGV[n + 1]
if redis.call('HDEL', KEYS[2], unpack(ARGV, 1, n)) == n then
  redis.call('SADD', KEYS[3], unpack(ARGV, 1, n))
  redis.call('XADD', KEYS[1], '*', 'events', text)
  return ''
end

local is_told, answers, lines, at = redis.call('SMISMEMBER', KEYS[3], unpack(ARGV, 1, n)), {}, {}, 1
for length in string.gmatch(ARGV[n + 2], '%d+') do
  local i = #answers + 1
  answers[i] = is_told[i] == 1 and 'r' or 'f'
  if answers[i] == 'f' then lines[#lines + 1] = string.sub(text, at, at + length - 1) end
  at = at + length + 1
end
redis.call('SADD', KEYS[3], unpack(ARGV, 1, n))
if #lines > 0 then redis.call('XADD', KEYS[1], '*', 'events', table.concat(lines, '\n')) end
return table.concat(answers)
