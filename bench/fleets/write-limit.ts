import { request, Agent } from "undici";
import type { ApiServer } from "../../test/stand-ins/api-server/api-server.ts";

/**
 * How many small objects a second the server takes, by server-side apply in a closed loop: each
 * worker sends its next write when the last one was answered. Every write is a creation or a
 * change; none leaves the object as it was.
 * @param seconds how long each number of workers is tried
 * @returns writes a second for the best number of workers
 */
export async function writeLimit(
  server: ApiServer,
  seconds: number,
): Promise<{ readonly perSecond: number; readonly workers: number }> {
  const tries = [];
  for (const workers of [8, 16, 32])
    tries.push({ workers, perSecond: await writesPerSecond(server, workers, seconds) });
  return tries.reduce((best, each) => (each.perSecond > best.perSecond ? each : best));
}

async function writesPerSecond(
  server: ApiServer,
  workers: number,
  seconds: number,
): Promise<number> {
  const dispatcher = new Agent({ connect: { ca: server.ca }, allowH2: true, connections: 1 });
  const began = performance.now();
  const endsAt = began + seconds * 1000;
  let written = 0;
  const work = async (worker: number): Promise<void> => {
    for (let n = 0; performance.now() < endsAt; n++) {
      await apply(server, dispatcher, {
        name: `limit-${workers}-${worker}-${n % 50}`,
        text: String(n),
      });
      written++;
    }
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  const perSecond = (written * 1000) / (performance.now() - began);
  await dispatcher.destroy();
  return perSecond;
}

async function apply(
  server: ApiServer,
  dispatcher: Agent,
  { name, text }: { readonly name: string; readonly text: string },
): Promise<void> {
  const body = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "default" },
    data: { text },
  };
  const { statusCode, body: answer } = await request(
    `${server.url}/api/v1/namespaces/default/configmaps/${name}?fieldManager=bench&force=true`,
    {
      method: "PATCH",
      headers: {
        authorization: `Bearer ${server.token}`,
        "content-type": "application/apply-patch+yaml",
      },
      body: JSON.stringify(body),
      dispatcher,
    },
  );
  await answer.dump();
  if (statusCode >= 300)
    throw new Error(`the server refused a write of the bench with ${statusCode}`);
}
