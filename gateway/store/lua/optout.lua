#!lua
-- Puts numbers on the opt-out list; one that is there keeps its why.
-- KEYS: opt-out list   ARGV: why (JSON), then numbers
-- Returns how many are new.
local added = 0
for i = 2, #ARGV do
  added = added + redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[1])
end
return added
