-- No slot moves until the fleet is resumed. Drains still end, and repair goes on.
obj.spec.paused = true
return obj
