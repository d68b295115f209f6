import { after, before, describe } from "node:test";
import { whatsapp } from "../stage/people.ts";
import { journeys, wayBack } from "./journeys.ts";
import { Reader } from "./reader.ts";
import { pageOf, tryBlocks } from "./try-blocks.ts";

before(async () => {
  await whatsapp();
});

for (const journey of journeys)
  describe(journey.page, () => {
    const reader = new Reader();
    before(async () => {
      await reader.type(journey.before?.[""] ?? "");
    });
    after(() => reader.leave());
    tryBlocks(pageOf(journey).blocks, journey, reader);
  });

after(async () => {
  const reader = new Reader();
  await reader.type(wayBack);
  reader.leave();
});
