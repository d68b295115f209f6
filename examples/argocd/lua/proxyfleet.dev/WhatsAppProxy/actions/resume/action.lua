-- Slots move again.
obj.spec.paused = false
return obj
