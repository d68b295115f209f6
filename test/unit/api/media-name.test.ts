import assert from "node:assert/strict";
import { test } from "node:test";
import { testedMediaServer } from "../../../src/api/media-name.ts";
import { specOf } from "../proxy/sample.ts";

const cases: Record<string, { names: string[]; server?: string; asked: string }> = {
  "without names, tests ask for the media server": { names: [], asked: "whatsapp.net:443" },
  "where hellos for the media server pass, for it too": {
    names: ["mmg.example", "whatsapp.net"],
    asked: "whatsapp.net:443",
  },
  "a name under a wildcard passes": {
    names: ["*.whatsapp.net"],
    server: "media.cdn.whatsapp.net:8443",
    asked: "media.cdn.whatsapp.net:8443",
  },
  "a wildcard is not for the name itself": {
    names: ["*.whatsapp.net"],
    asked: "media.whatsapp.net:443",
  },
  "an address is asked for by a name that passes": {
    names: ["mmg.whatsapp.net"],
    server: "192.0.2.1:443",
    asked: "mmg.whatsapp.net:443",
  },
};
for (const [name, { names, server = "whatsapp.net:443", asked }] of Object.entries(cases)) {
  test(name, () => {
    const spec = specOf({
      listeners: { media: { serverNames: names } },
      upstream: { media: { servers: [server] } },
    });
    assert.equal(testedMediaServer(spec), asked);
  });
}
