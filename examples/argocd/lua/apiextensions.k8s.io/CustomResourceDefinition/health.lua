-- A kind that is being installed counts as healthy. The check that Argo CD 3.2 brings calls it Degraded until the API server serves
-- it. That can stay so for two minutes, since Argo CD does not look at an Application again when only its kinds change; an app of
-- apps starts over meanwhile, each time after a longer pause.
local found = {}
for _, condition in ipairs((obj.status or {}).conditions or {}) do
  found[condition.type] = condition
end
local function is(type, status)
  return found[type] ~= nil and found[type].status == status
end

if obj.metadata.deletionTimestamp ~= nil then
  return { status = "Progressing", message = "it is being deleted" }
end
if is("NamesAccepted", "False") then
  return { status = "Degraded", message = found.NamesAccepted.message or "" }
end
if is("NonStructuralSchema", "True") then
  return { status = "Degraded", message = found.NonStructuralSchema.message or "" }
end
if is("Established", "True") then
  return { status = "Healthy", message = "the API server serves it" }
end
return { status = "Healthy", message = "the API server will serve it in a moment" }
