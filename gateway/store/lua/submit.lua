#!lua
-- Adds alerts that come with a promise to be told once: the same id with the same octets again is the same alert, and with
-- others a mistake. All of it or, where Redis is full, nothing.
-- KEYS: urgent, normal, bulk, submitted now, submitted before   ARGV: how long ids are known in ms, n × (lane 1–3, id or '' for a
--       cancel, mark of the octets, JSON)
-- Returns n texts: “+ms-seq@lane” added now, “=ms-seq@lane” added before, “!” another alert has this id.
local names = { 'urgent', 'normal', 'bulk' }
local answers = {}
for at = 2, #ARGV, 4 do
  local lane, id, mark, json = tonumber(ARGV[at]), ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local known = id ~= '' and (redis.call('HGET', KEYS[4], id) or redis.call('HGET', KEYS[5], id))
  if known then
    local its_mark, entry = string.match(known, '^(%S+) (%S+)$')
    answers[#answers + 1] = its_mark == mark and '=' .. entry or '!'
  else
    local entry = redis.call('XADD', KEYS[lane], '*', 'alert', json)
    entry = entry .. '@' .. names[lane]
    if id ~= '' then redis.call('HSET', KEYS[4], id, mark .. ' ' .. entry) end
    answers[#answers + 1] = '+' .. entry
  end
end
redis.call('PEXPIRE', KEYS[4], string.format('%.0f', 3 * ARGV[1]))
return answers
