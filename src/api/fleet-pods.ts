import { z } from "zod";
import { integer, line, list, map, objectName } from "./common.ts";
import { addedAnnotations, addedLabels, matchLabels } from "./metadata-keys.ts";
import { matching, withRules } from "./validation-rule.ts";

const repository = /^[a-z0-9]+([._-]+[a-z0-9]+)*(:[0-9]{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;
const tag = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const quantity = /^[0-9]{1,15}([.][0-9]{1,9})?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/;

/** Which image the proxy pods run. */
export const image = z.object({
  repository: withRules(
    line(255, 1),
    matching(
      repository,
      "must be an image without tag, such as registry.example.org/proxyfleet/proxy",
    ),
  )
    .exactOptional()
    .describe("Image name without tag. Default: the operator's own choice."),
  tag: withRules(line(128, 1), matching(tag, "must be an image tag, such as 0.1.0"))
    .exactOptional()
    .describe("Image tag. Default: the operator's own version."),
  digest: withRules(
    line(71),
    matching(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 hexadecimal digits"),
  )
    .exactOptional()
    .describe("Image digest (sha256:…). It takes precedence over the tag."),
  pullPolicy: z
    .enum(["Always", "IfNotPresent", "Never"])
    .exactOptional()
    .describe("When a node pulls the image. Default: as Kubernetes decides."),
  pullSecrets: list(z.object({ name: objectName().describe("Name of the Secret.") }), 8, {
    type: "map",
    keys: ["name"],
  })
    .exactOptional()
    .describe("Secrets in the fleet's namespace with credentials for the registry. At most 8."),
});

/** A Kubernetes quantity; a bare number is read as its text. */
const amount = withRules(z.union([z.int(), z.string()]).meta({ maxLength: 32 }), {
  cel: `type(self) == int ? self >= 0 : self.matches('${quantity.source}')`,
  holds: (value) =>
    typeof value === "number" ? value >= 0 : value.length <= 32 && quantity.test(value),
  message: "must be an amount such as 100m, 2 or 128Mi",
}).transform(String);

const amounts = map(amount, 16);

/** CPU and memory of the proxy container. */
export const resources = z.object({
  requests: amounts
    .exactOptional()
    .describe("What is reserved for a pod, e.g. cpu: 100m, memory: 128Mi."),
  limits: amounts.exactOptional().describe("What a pod may use at most."),
});

const toleration = withRules(
  z.object({
    key: line(317)
      .exactOptional()
      .describe("Key of the taint; none = every taint, with operator Exists."),
    operator: z
      .enum(["Equal", "Exists"])
      .default("Equal")
      .describe("Equal compares the value, Exists does not. Default: Equal."),
    value: line(63).exactOptional().describe("Value of the taint."),
    effect: z
      .enum(["NoSchedule", "PreferNoSchedule", "NoExecute"])
      .exactOptional()
      .describe("Effect of the taint; none = all effects."),
    tolerationSeconds: integer(0, 2 ** 31 - 1)
      .exactOptional()
      .describe("Seconds that a pod tolerates a NoExecute taint; none = forever."),
  }),
  {
    cel: "self.operator == 'Equal' || !has(self.value)",
    holds: (value) => value.operator === "Equal" || value.value === undefined,
    message: "operator Exists takes no value: leave value out, or use operator Equal",
    field: "value",
  },
  {
    cel: "self.operator == 'Exists' || (has(self.key) && size(self.key) > 0)",
    holds: (value) => value.operator === "Exists" || (value.key ?? "") !== "",
    message: "operator Equal needs a key: name the taint, or use operator Exists",
    field: "key",
  },
);

/** Where the proxy pods may run. */
export const scheduling = z.object({
  nodeSelector: matchLabels().exactOptional().describe("Labels that a node must have."),
  tolerations: list(toleration, 32)
    .exactOptional()
    .describe("Taints of nodes that the pods tolerate."),
  priorityClassName: objectName().exactOptional().describe("PriorityClass of the pods."),
});

/** What a person adds to the pods' metadata. */
export const podMetadata = z.object({
  labels: addedLabels()
    .exactOptional()
    .describe(
      "Labels added to the pods. Keys of proxyfleet.dev/ and app.kubernetes.io/ are the operator's.",
    ),
  annotations: addedAnnotations()
    .exactOptional()
    .describe(
      "Annotations added to the pods. Keys of proxyfleet.dev/ and app.kubernetes.io/ are the operator's.",
    ),
});
