#!lua flags=allow-oom
-- One process among several is the reader of a group: who holds it, keeps it, or lets it go.
-- KEYS: of the group   ARGV: the process, for how long (ms; 0 = lets it go), what the name of a dead one begins with ('' = none)
-- Returns 1 where the process holds it now.
local holder = redis.call('GET', KEYS[1])
local is_own = holder == ARGV[1]
if ARGV[2] == '0' then
  if is_own then redis.call('DEL', KEYS[1]) end
  return 0
end
local is_dead = ARGV[3] ~= '' and holder and string.sub(holder, 1, #ARGV[3]) == ARGV[3]
if holder and not is_own and not is_dead then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
