-- Every slot moves to a fresh address, within the fleet's limits. The time is only a new text: the operator answers it in
-- status.lastHandledRotateAt.
local os = require("os")
if obj.metadata.annotations == nil then
  obj.metadata.annotations = {}
end
obj.metadata.annotations["proxyfleet.dev/rotate-at"] = os.date("!%Y-%m-%dT%H:%M:%SZ")
return obj
