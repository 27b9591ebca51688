-- wrk: requests from a file, one a line: cookie <tab> csrf header <tab> path <tab> body; %U in a body becomes a new UUID,
-- %T a random task out of the list on the file's first line.
local lines, tasks = {}, {}
for line in io.lines(os.getenv("BENCH_DATA")) do
  if #tasks == 0 then for id in line:gmatch("%S+") do tasks[#tasks + 1] = id end
  else
    local cookie, csrf, path, body = line:match("^(.-)\t(.-)\t(.-)\t(.*)$")
    lines[#lines + 1] = { cookie, csrf, path, body }
  end
end
local at = 0
function init() math.randomseed(os.time() * 1000 + math.floor((os.clock() * 1e6) % 1000)); at = math.random(#lines) end
local function uuid()
  return (("xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx"):gsub("x", function() return string.format("%x", math.random(0, 15)) end))
end
function request()
  at = at % #lines + 1
  local cookie, csrf, path, body = unpack(lines[at])
  local headers = { ["Cookie"] = cookie }
  if body == "" then return wrk.format("GET", path, headers) end
  headers["X-CSRFToken"], headers["X-Outbox"] = csrf, "1"
  headers["Content-Type"] = "application/x-www-form-urlencoded"
  local task = tasks[math.random(#tasks)]
  return wrk.format("POST", (path:gsub("%%T", task)), headers, (body:gsub("%%T", task):gsub("%%U", uuid)))
end
