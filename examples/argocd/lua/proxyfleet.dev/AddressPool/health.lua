-- A pool's health: whether fleets may claim addresses from it. If few are left, fleets and alerts report it; that is no fault of the pool.
local status = obj.status or {}

for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Ready" then
    if condition.status == "True" then
      return { status = "Healthy", message = condition.message }
    end
    return { status = "Degraded", message = condition.message }
  end
end
return { status = "Progressing", message = "the operator has not looked at this pool yet" }
