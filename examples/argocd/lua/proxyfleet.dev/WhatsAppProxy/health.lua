-- A fleet's health. It stays Healthy while it rotates, drains, scales or takes on a changed spec: none of that needs anybody.
-- So does a move of a group that is cut off. One that is cut off and can't move needs somebody.
local status = obj.status or {}

local function condition(type)
  for _, each in ipairs(status.conditions or {}) do
    if each.type == type then
      return each
    end
  end
  return {}
end

local ready = condition("Ready")
if (status.observedGeneration or 0) == 0 or ready.status == nil then
  return { status = "Progressing", message = "the operator has not looked at this fleet yet" }
end

-- The status speaks of the generation that the operator has seen. Until it sees a newer one, what it said before holds.
local note = ""
if status.observedGeneration < (obj.metadata.generation or 0) then
  note = "; the operator has not looked at the newest spec yet"
end

local stalled = condition("Stalled")
local exhausted = condition("PoolExhausted")
if ready.status ~= "True" then
  local reconciling = condition("Reconciling")
  local isYoung = reconciling.status == "True" and reconciling.reason == "Creating"
  if isYoung and stalled.status ~= "True" and exhausted.status ~= "True" then
    return { status = "Progressing", message = ready.message .. note }
  end
  return { status = "Degraded", message = ready.message .. note }
end

-- While each group that is cut off has a move under way, the reason is Moving. Any other reason is one that a person must look at.
local reachable = condition("Reachable")
if reachable.status == "False" then
  if reachable.reason ~= "Moving" then
    return { status = "Degraded", message = reachable.message .. note }
  end
  note = "; " .. reachable.message .. note
end

local serving = (status.serving or "all") .. " slots serve"
if obj.spec.paused == true then
  return { status = "Suspended", message = serving .. "; paused: no slot moves" .. note }
end
if stalled.status == "True" then
  note = "; " .. stalled.message .. note
end
return { status = "Healthy", message = serving .. note }
