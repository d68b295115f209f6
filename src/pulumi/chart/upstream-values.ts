import { z } from "zod";

/** Which private networks fleets may have upstreams in. */
export const privateUpstreams = z
  .array(z.string().regex(/^[0-9A-Fa-f.:]+[/][0-9]{1,3}$/))
  .max(64)
  .default([])
  .describe(
    "Networks, such as 10.8.0.0/16, that fleets may have upstreams in although they are private: for relays of your own. Anyone who reaches an address of such a fleet reaches its upstream. Empty: none.",
  );
