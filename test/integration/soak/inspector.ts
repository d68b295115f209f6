import { once } from "node:events";

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/**
 * Looks into another Node process over its debugging port (Chrome DevTools protocol), as a
 * developer's tools do.
 */
export class Inspector {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #calls = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) =>
      this.#take(JSON.parse(String(data)) as Answer),
    );
    socket.addEventListener("close", () => {
      for (const { reject } of this.#waiting.values())
        reject(new Error("the process closed its debugging port"));
    });
  }

  /** @param url what Node names at its start with --inspect, `ws://…` */
  static async open(url: string): Promise<Inspector> {
    const socket = new WebSocket(url);
    await once(socket, "open");
    return new Inspector(socket);
  }

  /** The value of an expression, in the process. */
  async value<T>(expression: string): Promise<T> {
    const { result } = await this.#call<{ result: { value: T } }>("Runtime.evaluate", {
      expression,
      returnByValue: true,
    });
    return result.value;
  }

  /** Bytes that JavaScript objects take, after all that nobody holds was collected. */
  async heapBytes(): Promise<number> {
    await this.#call("HeapProfiler.collectGarbage");
    const { usedSize } = await this.#call<{ usedSize: number }>("Runtime.getHeapUsage");
    return usedSize;
  }

  /** How many objects of a class are alive, those of its subclasses included. */
  async alive(className: string): Promise<number> {
    const { result } = await this.#call<{ result: { objectId: string } }>("Runtime.evaluate", {
      expression: `${className}.prototype`,
    });
    const { objects } = await this.#call<{ objects: { objectId: string } }>(
      "Runtime.queryObjects",
      { prototypeObjectId: result.objectId },
    );
    const functionDeclaration = "function () { return this.length; }";
    const count = { objectId: objects.objectId, functionDeclaration, returnByValue: true };
    const { result: counted } = await this.#call<{ result: { value: number } }>(
      "Runtime.callFunctionOn",
      count,
    );
    for (const { objectId } of [result, objects])
      await this.#call("Runtime.releaseObject", { objectId });
    return counted.value;
  }

  close(): void {
    this.#socket.close();
  }

  async #call<T>(method: string, params: object = {}): Promise<T> {
    const id = ++this.#calls;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(id, answer);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return (await answer.promise) as T;
  }

  #take({ id, result, error }: Answer): void {
    const answer = this.#waiting.get(id ?? -1);
    if (id === undefined || answer === undefined) return;
    this.#waiting.delete(id);
    if (error === undefined) answer.resolve(result);
    else answer.reject(new Error(error.message));
  }
}
