import { after, before, describe } from "node:test";
import { afterwards, bothering } from "./bothering.ts";
import { privacy } from "./privacy.ts";
import { following, losing } from "./reaching.ts";
import { scaling } from "./scaling.ts";
import { scanning } from "./scanning.ts";
import { cleanUp, newStage, setUp } from "./stage.ts";
import { surviving } from "./surviving.ts";
import { telling } from "./telling.ts";

describe("the proxy pods of one fleet", () => {
  const stage = newStage();
  before(async () => setUp(stage));
  after(async () => cleanUp(stage));
  surviving(stage);
  following(stage);
  describe("at the same time", { concurrency: true }, () => {
    bothering(stage);
    scanning(stage);
  });
  afterwards(stage);
  losing(stage);
  telling(stage);
  scaling(stage);
  privacy(stage);
});
