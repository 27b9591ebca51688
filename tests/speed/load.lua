-- wrk: requests from a file, one a line: cookie <tab> csrf header <tab> path <tab> body; %U in a body becomes a new UUID,
-- %T a task out of the list on the file's first line. Line and task move on together, so that no pair comes twice: each
-- round over the lines begins one task further, each run (BENCH_ROUND) forty further.
local lines, tasks = {}, {}
for line in io.lines(os.getenv("BENCH_DATA")) do
  if #tasks == 0 then for id in line:gmatch("%S+") do tasks[#tasks + 1] = id end
  else
    local cookie, csrf, path, body = line:match("^(.-)\t(.-)\t(.-)\t(.*)$")
    lines[#lines + 1] = { cookie, csrf, path, body }
  end
end
local sent = 0
function init() math.randomseed(os.time() * 1000 + math.floor((os.clock() * 1e6) % 1000)) end
local function uuid()
  return (("xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx"):gsub("x", function() return string.format("%x", math.random(0, 15)) end))
end
function request()
  local at, pass = sent % #lines + 1, math.floor(sent / #lines)
  sent = sent + 1
  local cookie, csrf, path, body = unpack(lines[at])
  local headers = { ["Cookie"] = cookie }
  if body == "" then return wrk.format("GET", path, headers) end
  headers["X-CSRFToken"], headers["X-Outbox"] = csrf, "1"
  headers["Content-Type"] = "application/x-www-form-urlencoded"
  local task = tasks[(at + pass + 40 * (tonumber(os.getenv("BENCH_ROUND")) or 0)) % #tasks + 1]
  return wrk.format("POST", (path:gsub("%%T", task)), headers, (body:gsub("%%T", task):gsub("%%U", uuid)))
end
