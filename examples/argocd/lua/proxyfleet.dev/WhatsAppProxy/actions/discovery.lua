-- What a person may ask of a fleet. A paused one moves no slot, so that asking it to rotate would do nothing before it is resumed.
local paused = obj.spec.paused == true
return {
  rotate = { disabled = paused },
  pause = { disabled = paused },
  resume = { disabled = not paused },
}
