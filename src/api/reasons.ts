// The types and reasons of conditions and Events. docs/conditions.md explains each of them; a test
// keeps the page and these lists in step.

/** The types of conditions of fleets, pools and addresses. */
export const conditionTypes = [
  "AddressesReady",
  "ChildrenApplied",
  "ConfigApplied",
  "FieldsWithoutEffect",
  "LimitsApplied",
  "OutageSuspected",
  "Paused",
  "PoolExhausted",
  "Ready",
  "Reconciling",
  "Stalled",
  "UpstreamReachable",
  "Verified",
] as const;
export type ConditionType = (typeof conditionTypes)[number];

/** Why a condition has its status. */
export const conditionReasons = [
  "AddressChanged",
  "AddressLost",
  "AddressesFree",
  "AllServersUp",
  "Applied",
  "AskedFor",
  "ChatFails",
  "ChatUnreachable",
  "ClientsNotSeen",
  "ConfigRefused",
  "Creating",
  "Draining",
  "FewerConnections",
  "FleetMissing",
  "ImagePullFailed",
  "InvalidSpec",
  "ListenerGone",
  "LoadBalancerRefuses",
  "LoadBalancerSilent",
  "Loaded",
  "MediaFails",
  "MediaUnreachable",
  "NameMissing",
  "NoFreshAddress",
  "NoPodServes",
  "NoReadyPod",
  "NoUsablePool",
  "NoneSeen",
  "NotImplemented",
  "NothingReachable",
  "OtherAddress",
  "Overlaps",
  "PlainChatFails",
  "PodsCantStart",
  "PodsCrash",
  "PodsLag",
  "PodsSilent",
  "PodsUnschedulable",
  "PoolLow",
  "PoolMissing",
  "PoolTooSmall",
  "ProgressDeadlineExceeded",
  "ProviderUnknown",
  "Repeat",
  "Retired",
  "ServerRefuses",
  "ServiceHeld",
  "ServiceMissing",
  "ServiceRefused",
  "Serving",
  "SlotsFailTogether",
  "SlotsWithoutAddress",
  "SomeServersDown",
  "TooManyAddresses",
  "Unusable",
  "Updating",
  "Usable",
  "Verified",
  "VerifiedAtPods",
  "Verifying",
  "WaitingForLane",
  "WaitingForLoadBalancer",
  "WaitingForName",
  "WindowNeverOpens",
] as const;
export type ConditionReason = (typeof conditionReasons)[number];

/** Why an Event was recorded. A condition that changed is reported under its own reason. */
export const eventReasons = [
  "AddressAdopted",
  "AddressRefused",
  "AddressUnusable",
  "BlockReported",
  "Blocked",
  "Deleting",
  "Draining",
  "Published",
  "Ready",
  "ReportRefused",
  "RotateRefused",
  "RotationStarted",
  "ServiceRemoved",
  "UpstreamReachable",
  "WentDark",
] as const;
export type EventReason = (typeof eventReasons)[number] | ConditionReason;

/** The reason of a stored condition, where this version knows it. */
export function knownReason(reason: string): ConditionReason | undefined {
  return conditionReasons.find((known) => known === reason);
}
