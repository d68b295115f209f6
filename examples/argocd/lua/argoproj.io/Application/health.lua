-- An Application as part of another one. Without this check (Argo CD has none of its own since 1.8) sync waves would not wait for
-- Applications. A paused fleet is what a person wants, and must not hold up the waves.
local health = (obj.status or {}).health or {}
if health.status == "Suspended" then
  return { status = "Healthy", message = "suspended: something in it is paused" }
end
return { status = health.status or "Progressing", message = health.message or "" }
