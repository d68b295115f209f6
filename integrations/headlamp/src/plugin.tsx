import { KindDetails } from "./details.tsx";
import { headlamp, React } from "./headlamp.ts";
import { fleets, type Kind, kinds } from "./kinds.ts";
import { KindList } from "./lists.tsx";
import { mapSource } from "./map.tsx";

const { Icon } = headlamp.Iconify;
const parent = "proxyfleet";

headlamp.registerSidebarEntry({
  parent: null,
  name: parent,
  label: "Proxyfleet",
  url: `/proxyfleet/${fleets.plural}`,
  icon: "mdi:transit-connection-variant",
});
for (const kind of kinds) register(kind);
headlamp.registerMapSource(mapSource);

/** Headlamp finds the two pages of a kind by these names: its links are made of the kind. */
function register(of: Kind): void {
  const { kind, plural, label, icon, isNamespaced } = of;
  const url = `/proxyfleet/${plural}`;
  const sidebar = `proxyfleet-${plural}`;
  headlamp.registerSidebarEntry({ parent, name: sidebar, label, url });
  headlamp.registerRoute({
    path: url,
    name: plural,
    exact: true,
    sidebar,
    component: () => <KindList of={of} />,
  });
  headlamp.registerRoute({
    path: `${url}/${isNamespaced ? ":namespace/" : ""}:name`,
    name: kind,
    exact: true,
    sidebar,
    component: () => <KindDetails of={of} />,
  });
  headlamp.registerKindIcon(kind, { icon: <Icon icon={icon} width="70%" height="70%" /> });
}
