import { readFleet, type Fleet, type Trouble } from "../../fleet-status/fleet.ts";
import { headline } from "../../fleet-status/words.ts";
import type { TabProps } from "./extensions-api.ts";
import { GroupCard } from "./group-card.tsx";
import { Moment, State } from "./parts.tsx";

/** A fleet's groups: who is cut off, what comes next, and why. From the fleet's status alone. */
export function FleetTab({ resource }: TabProps) {
  const fleet = readFleet(resource);
  // What Reachable says stands on top.
  const troubles = fleet.troubles.filter(({ type }) => type !== "Reachable");
  return (
    <section className="proxyfleet" aria-label={`Groups of the fleet ${fleet.name}`}>
      <Headline fleet={fleet} />
      {fleet.groups.length > 0 && <h3>Groups</h3>}
      <ul>
        {fleet.groups.map((group) => (
          <GroupCard key={group.slot} group={group} />
        ))}
      </ul>
      {troubles.length > 0 && <h3>What is wrong</h3>}
      <ul>
        {troubles.map((trouble) => (
          <TroubleCard key={trouble.type} trouble={trouble} />
        ))}
      </ul>
    </section>
  );
}

function Headline({ fleet }: { readonly fleet: Fleet }) {
  return (
    <header>
      <h2>
        <State word={headline(fleet)} />
      </h2>
      {fleet.isPaused && <p>It is paused: no group moves (spec.paused).</p>}
      {fleet.isOutdated && (
        <p>The operator has not looked at the latest change yet. What you see is from before it.</p>
      )}
      {fleet.reachable !== undefined && <p dir="auto">{fleet.reachable}</p>}
    </header>
  );
}

function TroubleCard({ trouble }: { readonly trouble: Trouble }) {
  const { type, reason, since, message } = trouble;
  return (
    <li className="pf-trouble pf-warning">
      <div className="pf-body">
        <p>
          <b>{type}</b> <span className="pf-faint">{reason}</span>
          {since !== undefined && (
            <span className="pf-faint">
              {" "}
              since <Moment time={since} />
            </span>
          )}
        </p>
        <p dir="auto">{message}</p>
      </div>
    </li>
  );
}
