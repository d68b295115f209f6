/** What is real in a run, and what is not. */
export const whatIsPlayed = `## What is played

Real: the controllers of fleets, addresses, pools and verdicts, with all that they decide, and how their effects are written. They run over a
simulated API server, which the tests hold to a real one. Evidence is real evidence: verdicts, outages and holds follow from it as they do in a
cluster.

Simulated: time, the load balancer, pods, people, censors, and those who measure. People are in groups of 6 to 80. They sleep at night, open a
new link soon, late or never, look for one when they are cut off, complain, give up, and come back. "Reached" is the share of the hours in which
they want to write and can. "Back after" is the time from a block until a phone is connected again, the night included; who never was counts up
to the end.

Not simulated: arrivals on lanes as evidence, outage feeds, public measurement services, DNS names, failures of pods and load balancers. A
fleet whose addresses drain is looked at when a drain ends, and not every ten seconds.

**Nothing here was tried on real phones, in a real country, or on a real cloud.** How people behave is a guess, and so is much of what censors
do. What can be relied on is the order of policies under the same guesses, and where a policy breaks.`;

/** What the figures show against us. */
export const whereItLoses = `## Where it loses, and to whom

- **The aim is missed.** It is 99 % of the hours against scans, informers and blocks of networks, with four addresses a slot. The informer is what
  costs most, see below.
- **Against who knows all addresses, nobody wins** (\`omniscient\`), and against who blocks a whole hosting provider little is left (\`hosting\`).
- **Moves by age cost people who never open links.** A day after the move their old address ends. Where no censor finds addresses by their age,
  \`maxAge: 0s\` reaches as many people or more (\`blocks-only\`). Moves by age are of use against what this page does not show: an address that is
  watched for long before it is blocked.
- **An informer costs addresses until the group is found, and a small pool ends for all groups.** Each address of that group is reported within
  hours, and each move burns another one. Networks that hold several burnt addresses are blocked with everybody in them. A limit for what one
  slot may burn is missing. Until there is one, give a group that loses address after address a pool of its own, or pause it.
- **The zig-zag** follows the people of a group from the old address to the new one. A group moves as a whole, so its next address is known soon.
- **Blocks of a protocol, and a throttle of everything,** can't be moved away from. The operator holds, and burns no more than without them. A
  freeze at one hosting provider is moved away from, for as long as the other one has addresses.
- **A pool in one network** ends with that network (\`one-network\`).
- **With 7 days of rest after each move by age, the defaults need about five addresses a slot**: one serves, half of one drains, and three and a
  half rest. With four, moves by age wait for addresses.`;
