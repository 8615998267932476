-- Edits of many offers, for wrk: `wrk -s edits.lua URL -- KIND MIX FILE`. KIND is patch, form or get; FILE has an offer a line:
-- its id and, for a form, its etag and the form's body, with @ETAG@, @NAME@, @PRIORITY@, @START@ and @END@ in it.
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(arguments)
  kind, mix, count = arguments[1], arguments[2], 0
  offers = {}
  local lines = 0
  for line in io.lines(arguments[3]) do
    local id, etag, body = line:match("^(%S+)\t?(%d*)\t?(.*)$")
    -- A form is sent at the etag that it was opened at: each thread has offers of its own, and asks for them in turn.
    if kind ~= "form" or lines % 2 == number % 2 then
      offers[#offers + 1] = {id = id, etag = tonumber(etag) or 0, body = body}
    end
    lines = lines + 1
  end
  math.randomseed(os.time() * 100 + number)
end

local function date(year)
  return string.format("%d-%02d-%02dT%02d:%02d:00.000Z", year, math.random(12), math.random(28), math.random(0, 23), math.random(0, 59))
end

function request()
  -- The first one of the first thread is only looked at, by wrk itself, and not sent.
  if number == 0 and not begun then
    begun = true
    return wrk.format("GET", "/healthz")
  end
  if kind == "get" then return wrk.format("GET") end
  count = count + 1
  local name = string.format("Offer %d, edit %d of %d", math.random(100000), count, number)
  local priority, first, last = math.random(0, 1000), date(math.random(2020, 2029)), date(math.random(2031, 2040))
  if kind == "patch" then
    local offer = offers[math.random(#offers)]
    local body
    if mix == "name" then
      body = string.format('[{"op":"replace","path":"/name","value":"%s"},{"op":"replace","path":"/rank/priority","value":%d}]',
        name, priority)
    else
      body = string.format('[{"op":"replace","path":"/selectionConstraint/startDate","value":"%s"},' ..
        '{"op":"replace","path":"/selectionConstraint/endDate","value":"%s"}]', first, last)
    end
    return wrk.format("PATCH", wrk.path:gsub("OFFER", offer.id), nil, body)
  end
  local offer = offers[(count - 1) % #offers + 1]
  local values = {
    ETAG = offer.etag, NAME = name:gsub("[ ,]", "+"), PRIORITY = priority,
    START = first:sub(1, 16):gsub(":", "%%3A"), END = last:sub(1, 16):gsub(":", "%%3A"),
  }
  offer.etag = offer.etag + 1
  return wrk.format("POST", wrk.path:gsub("OFFER", offer.id), nil, (offer.body:gsub("@(%u+)@", values)))
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format('\nRESULT {"requests": %d, "seconds": %.6f, "p50": %.3f, "p99": %.3f, "longest": %.3f, "failed": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
