import "./extensions-api.ts";
import { addStyles } from "./styles.ts";
import { FleetTab } from "./fleet-tab.tsx";

addStyles();
// An icon of Font Awesome 5, which Argo CD has.
window.extensionsAPI.registerResourceExtension(
  FleetTab,
  "proxyfleet.dev",
  "WhatsAppProxy",
  "Groups",
  { icon: "fa fa-users" },
);
