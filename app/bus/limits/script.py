"""The limits' script in Redis: the hits of several requests in one call, each request's all or none.

GCRA after "Rate limiting, cells, and GCRA" (brandur.org/rate-limiting); Redis' own clock, so that the processes'
clocks need not agree. Keys: those of all hits. Arguments: the number of requests; for each the number of its hits;
for each hit how long it takes to come back, and the whole window (both in microseconds). Answer: a room for each hit.
"""

from collections.abc import Sequence

from app.domain.rate_limits import Hit

SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local rooms, argument, key = {}, 2, 0
for _ = 1, tonumber(ARGV[1]) do
  local size = tonumber(ARGV[argument])
  local empty_at, admitted = {}, true
  for hit = 1, size do
    local takes = tonumber(ARGV[argument + 2 * hit - 1])
    local window = tonumber(ARGV[argument + 2 * hit])
    local before = tonumber(redis.call('GET', KEYS[key + hit]) or now)
    empty_at[hit] = math.max(before, now) + takes
    local room = now + window - empty_at[hit]
    rooms[key + hit] = room
    admitted = admitted and room >= 0
  end
  if admitted then
    for hit = 1, size do
      local milliseconds = math.ceil((empty_at[hit] - now) / 1000)
      if milliseconds > 0 then
        redis.call('SET', KEYS[key + hit], string.format('%.0f', empty_at[hit]), 'PX', milliseconds)
      end
    end
  end
  argument = argument + 1 + 2 * size
  key = key + size
end
return rooms
"""

PREFIX = "sge:limit:"


def script_arguments(requests: Sequence[Sequence[Hit]]) -> list[str | int]:
    """Number of keys, keys and arguments for these requests."""
    keys: list[str | int] = []
    arguments: list[str | int] = [len(requests)]
    for hits in requests:
        arguments.append(len(hits))
        for hit in hits:
            rate = hit.rate
            # A changed setting begins anew: an instant says nothing under another rate.
            keys.append(f"{PREFIX}{hit.key}:{rate.amount}/{rate.seconds}")
            arguments += (rate.time_for(hit.quantity), rate.window)
    return [len(keys), *keys, *arguments]
