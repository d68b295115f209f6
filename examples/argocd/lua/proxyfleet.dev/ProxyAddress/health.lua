-- A ledger entry's health. The operator makes these; they are part of an Application only where somebody keeps the ledger in git. An
-- address that drains or rests is as it should be.
local status = obj.status or {}
local verified = {}
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Verified" then
    verified = condition
  end
end

local message = verified.message or "the operator has not looked at this address yet"
if obj.spec.want ~= "Serve" then
  return { status = "Healthy", message = message }
end
if status.phase == "Serving" then
  if verified.status == "False" then
    return { status = "Degraded", message = message }
  end
  return { status = "Healthy", message = message }
end
if verified.reason == "Unusable" then
  return { status = "Degraded", message = message }
end
return { status = "Progressing", message = message }
