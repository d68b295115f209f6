import type { z } from "zod";
import { line } from "./common.ts";
import { celText, matching, withRules } from "./validation-rule.ts";

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
/** The last label of a name begins with a letter: readers take 0x7f.1 or 2130706433 for an IP. */
const name = `(${label}[.])*[a-z]([-a-z0-9]*[a-z0-9])?`;
const octet = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
const ipv4 = `${octet}([.]${octet}){3}`;
const port =
  "(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?";
const url = new RegExp(`^https://(${name}|${ipv4})${port}([/?][-A-Za-z0-9._~!$&'()*+,;=:@%/?]*)?$`);

/** Names that lead to this machine, its own network or this cluster (RFC 6761, RFC 6762). */
const localName = "([^/:?]*[.])?(localhost|local|internal|svc)";
/**
 * Networks that no host of the internet has (IANA, "IPv4 Special-Purpose Address Registry"): this
 * host, private ones, carriers' own, loopback, link-local, multicast and those for later use.
 */
const localNetworks = [
  "(0|10|127|22[4-9]|23[0-9]|24[0-9]|25[0-5])([.][0-9]+){3}",
  "100[.](6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])([.][0-9]+){2}",
  "169[.]254([.][0-9]+){2}",
  "172[.](1[6-9]|2[0-9]|3[01])([.][0-9]+){2}",
  "192[.]168([.][0-9]+){2}",
].join("|");
const local = new RegExp(`^https://(${localName}|${localNetworks})([:/?].*)?$`);

/**
 * An address on the web that the operator asks: HTTPS, by a host's name or a public IPv4 address. A
 * name that leads to a private address can only be seen by whoever resolves it.
 */
export function httpsUrl(): z.ZodString {
  return withRules(
    line(1024, 1),
    matching(
      url,
      "must be an address such as https://checker.example.org/check: https, a host's name in small letters (or a public IPv4 address), no user, no fragment",
    ),
    {
      cel: `!self.matches(${celText(local.source)})`,
      holds: (value) => !local.test(value),
      message:
        "names a host of a private network, which says nothing of what people reach: name a checker on the internet",
    },
  );
}
