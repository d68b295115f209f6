import type { ReactNode } from "react";
import type { Group, OtherAddress } from "../../fleet-status/groups.ts";
import { nextReason, phaseWords, stateWords } from "../../fleet-status/words.ts";
import { Moment, State } from "./parts.tsx";

/** One group: how it is served, from where, what comes next, and why. */
export function GroupCard({ group }: { readonly group: Group }) {
  const word = stateWords[group.state];
  return (
    <li className={`pf-group pf-${word.tone}`}>
      <div className="pf-state">
        <State word={{ ...word, text: `Group ${group.slot}: ${word.text}` }} />
        {group.blockedIn.length > 0 && <span> (blocked in {group.blockedIn.join(", ")})</span>}
      </div>
      <div className="pf-body">
        {group.message !== "" && <p dir="auto">{group.message}</p>}
        <dl>
          <Row name="Address">
            {group.address === undefined ? "none" : <code>{group.address}</code>}
            {group.since !== undefined && (
              <span className="pf-faint">
                {" "}
                since <Moment time={group.since} />
              </span>
            )}
          </Row>
          {group.hostname !== undefined && (
            <Row name="Name">
              <code>{group.hostname}</code>
            </Row>
          )}
          {group.others.map((other) => (
            <Row key={other.address} name="Beside it">
              <Other other={other} />
            </Row>
          ))}
          <Row name="Next move">
            <NextMove group={group} />
          </Row>
          {group.burnt > 0 && (
            <Row name="Blocked so far">
              {group.burnt === 1 ? "1 address" : `${group.burnt} addresses`}
            </Row>
          )}
        </dl>
      </div>
    </li>
  );
}

function NextMove({ group }: { readonly group: Group }) {
  if (group.next === undefined) return <span>none is planned</span>;
  return (
    <span>
      <Moment time={group.next.at} />: {nextReason(group)}
    </span>
  );
}

function Other({ other }: { readonly other: OtherAddress }) {
  return (
    <span>
      <code>{other.address}</code> {phaseWords(other)}
      {other.until !== undefined && (
        <span className="pf-faint">
          {" "}
          until <Moment time={other.until} />
        </span>
      )}
    </span>
  );
}

function Row({ name, children }: { readonly name: string; readonly children?: ReactNode }) {
  return [<dt key="name">{name}</dt>, <dd key="value">{children}</dd>];
}
