import type { ApiServer, ServerCall } from "../../stand-ins/api-server/api-server.ts";
import { namespace } from "./mirror.ts";

const collection = `/api/v1/namespaces/${namespace}/configmaps`;

/**
 * Creates, changes and deletes a few objects, one call after the other. Texts hold characters of
 * two, three and four bytes.
 */
export class Churn {
  readonly #server: ApiServer;
  #count = 0;

  constructor(server: ApiServer) {
    this.#server = server;
  }

  /**
   * Leaves two objects more behind than there were, one of them changed since; a third one has come
   * and gone, one was made anew under its old name.
   */
  async go(): Promise<void> {
    const n = ++this.#count;
    for (const name of ["kept", "changed", "gone", "anew"])
      await this.#create(`${name}-${n}`, `первый 第一 🥇 ${n}`);
    await this.#change(`changed-${n}`, `второй 第二 🥈 ${n}`);
    await this.#delete(`gone-${n}`);
    await this.#delete(`anew-${n}`);
    await this.#create(`anew-${n}`, `снова ${n}`);
    if (n > 1) await this.#delete(`kept-${n - 1}`);
  }

  /** Creates as many objects, several at a time. */
  async fill(count: number): Promise<void> {
    const names = Array.from({ length: count }, (_, n) => `filling-${n}`);
    const work = async (): Promise<void> => {
      for (let name = names.pop(); name !== undefined; name = names.pop())
        await this.#create(name, "x");
    };
    await Promise.all(Array.from({ length: 8 }, work));
  }

  async #create(name: string, data: string): Promise<void> {
    await this.#call({
      method: "POST",
      path: collection,
      body: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name, labels: { test: "churn" } },
        data: { text: data },
      },
    });
  }

  async #change(name: string, data: string): Promise<void> {
    await this.#call({
      method: "PATCH",
      path: `${collection}/${name}`,
      body: { data: { text: data } },
      contentType: "application/merge-patch+json",
    });
  }

  async #delete(name: string): Promise<void> {
    await this.#call({ method: "DELETE", path: `${collection}/${name}` });
  }

  async #call(call: ServerCall): Promise<void> {
    const { method, path } = call;
    const answer = await this.#server.send(call);
    if (answer.code >= 300)
      throw new Error(`${method} ${path}: ${answer.code} ${JSON.stringify(answer.body)}`);
  }
}
