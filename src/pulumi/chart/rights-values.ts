import { z } from "zod";

/** Which roles the chart makes. */
export const rbac = z
  .strictObject({
    create: z
      .boolean()
      .default(true)
      .describe(
        "Create roles and bindings. With false, give the ServiceAccount its rights yourself.",
      ),
    aggregate: z
      .boolean()
      .default(false)
      .describe(
        "Add the roles for people to Kubernetes' own: viewer to `view`, operator to `edit`, admin to `admin`. Whoever has one of these then has ours too: see docs/rights.md.",
      ),
  })
  .prefault({})
  .describe("The operator's rights, and roles for people, which nobody has until you bind them.");
