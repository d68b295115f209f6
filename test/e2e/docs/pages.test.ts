import { test } from "node:test";
import { whatsapp } from "../stage/people.ts";
import { journeys, wayBack } from "./journeys.ts";
import { Reader } from "./reader.ts";
import { pageOf, tryBlocks } from "./try-blocks.ts";

test("a reader who types all pages in their order gets what they promise", async (t) => {
  await whatsapp();
  t.after(async () => {
    const reader = new Reader();
    await reader.type(wayBack);
    reader.leave();
  });
  for (const journey of journeys)
    await t.test(journey.page, async (t) => {
      const reader = new Reader();
      t.after(() => reader.leave());
      await reader.type(journey.before?.[""] ?? "");
      await tryBlocks(t, { blocks: pageOf(journey).blocks, journey, reader });
    });
});
