-- The ranges that a consumer owns, for one that may have lost the answer to a READ or an adoption.
-- KEYS: claims   ARGV: consumer
-- Returns lane, from, to, lane, from, to …
local prefix = ARGV[1] .. '|'
local owned = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if string.sub(all[i], 1, #prefix) == prefix then
    local lane, to = string.match(string.sub(all[i], #prefix + 1), '^(%d)|(.*)$')
    owned[#owned + 1] = lane
    owned[#owned + 1] = all[i + 1]
    owned[#owned + 1] = to
  end
end
return owned
