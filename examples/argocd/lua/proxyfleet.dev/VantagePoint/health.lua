-- A vantage point's health: whether measurements come from it. One that has nothing to measure, or whose service has no probe in the
-- country, has no fault, and must not hold up the waves.
local status = obj.status or {}

for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Working" then
    if condition.status == "False" then
      return { status = "Degraded", message = condition.message }
    end
    return { status = "Healthy", message = condition.message }
  end
end
return { status = "Progressing", message = "the operator has not looked at this vantage point yet" }
