// pulumi: what `import … from "proxyfleet/pulumi"` gives, which is the operator and every kind that
// a person writes, as Pulumi resources.
export { AddressPool, type AddressPoolArgs } from "./address-pool.ts";
export type { CustomResourceArgs, LookUp } from "./custom-resource.ts";
export { WhatsAppProxy, type WhatsAppProxyArgs } from "./fleet.ts";
export type { Inputs } from "./inputs.ts";
export {
  type OperatorValues,
  ProxyfleetOperator,
  type ProxyfleetOperatorArgs,
} from "./operator.ts";
export { VantagePoint, type VantagePointArgs } from "./vantage-point.ts";
