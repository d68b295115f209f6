import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { listAll } from "../../../../src/cli/read/optional-lists.ts";
import { pods } from "../../../../src/kubernetes/builtin.ts";
import type { ApiClient } from "../../../../src/kubernetes/client.ts";
import { ApiUnreachableError } from "../../../../src/kubernetes/errors.ts";
import type { Pod } from "../../../../src/kubernetes/objects.ts";
import { podObject } from "../../../objects/pod.ts";

/** Gives a pod a page, and notes in which order things happen. */
function pages(names: readonly string[], happened: string[], failsAt = names.length) {
  const list = async (_of: unknown, { continueToken = "0" }: { continueToken?: string }) => {
    const at = Number(continueToken);
    happened.push(`asked ${at}`);
    if (at === failsAt) throw new ApiUnreachableError("list got no answer");
    const next = at + 1 < names.length ? String(at + 1) : undefined;
    return {
      items: [podObject({ name: names[at] ?? "" })],
      resourceVersion: "",
      continueToken: next,
    };
  };
  return { list } as unknown as Pick<ApiClient, "list">;
}

describe("a list of several pages", () => {
  test("is prepared while the server works on the next page", async () => {
    const happened: string[] = [];
    const prepare = ({ metadata }: Pod) => void happened.push(`prepared ${metadata.name}`);
    const items = await listAll(pages(["a", "b", "c"], happened), pods, { prepare });
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      ["a", "b", "c"],
    );
    assert.deepEqual(happened, ["asked 0", "asked 1", "prepared a", "asked 2", "prepared b"]);
  });

  test("fails where a page does", async () => {
    const prepare = () => undefined;
    await assert.rejects(listAll(pages(["a", "b"], [], 1), pods, { prepare }), ApiUnreachableError);
    await assert.rejects(listAll(pages(["a", "b"], [], 1), pods, {}), ApiUnreachableError);
  });
});
