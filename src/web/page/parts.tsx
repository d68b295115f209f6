import type { ComponentChildren } from "preact";
import { useSpeech } from "./context.ts";

/** A point in time: in the viewer's zone, and in UTC. */
export function Time({ at }: { readonly at: number }) {
  const { times } = useSpeech();
  const [local, utc] = [times.local(at), times.utc(at)];
  return (
    <time dateTime={new Date(at).toISOString()}>
      {utc === `${local} UTC` ? (
        utc
      ) : (
        <>
          {local} <span class="utc">({utc})</span>
        </>
      )}
    </time>
  );
}

/** Words of the operator, of a load balancer or of a person: in whatever direction they read. */
export function Words({ children }: { readonly children: ComponentChildren }) {
  return <bdi class="words">{children}</bdi>;
}

/** How things are: its colour never stands alone. */
export function Badge({ tone, children }: { readonly tone: string; readonly children: string }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

/** A part of the page with its heading. */
export function Part({ id, title, children }: PartProps) {
  return (
    <section class="part" aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      {children}
    </section>
  );
}

interface PartProps {
  readonly id: string;
  readonly title: string;
  readonly children: ComponentChildren;
}

/** The tone of a state, a verdict or an urgency. */
export const tones: Readonly<Record<string, string>> = {
  CutOff: "bad",
  Blocked: "bad",
  Moving: "warn",
  AtRisk: "warn",
  Suspected: "warn",
  Fine: "good",
  Served: "good",
  Reachable: "good",
  Unknown: "faint",
};
