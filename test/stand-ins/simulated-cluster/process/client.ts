import type { KubernetesApi } from "../../../../src/kubernetes/api.ts";
import type {
  ApplyAs,
  ListOptions,
  Page,
  Patch,
  Preconditions,
} from "../../../../src/kubernetes/client.ts";
import { NotFoundError, NotLeadingError } from "../../../../src/kubernetes/errors.ts";
import type { KubeObject } from "../../../../src/kubernetes/objects.ts";
import { type ObjectKey, type Resource, keyOf } from "../../../../src/kubernetes/resource.ts";
import { evict } from "../../../../src/simulator/server/eviction.ts";
import { type Call, callOf, notFound } from "../../../../src/simulator/server/refusals.ts";
import type { SimulatedApiServer } from "../../../../src/simulator/server/server.ts";
import { Faults } from "./faults.ts";

/** The process was killed: whatever it holds in memory must be thrown away. */
export class Killed extends Error {}

/** Carries out a write on somebody's behalf. */
export type Act = <T>(write: () => T) => T;

/** One process's way to the simulated API server, with its own faults and its own death. */
export class SimulatedClient implements KubernetesApi {
  readonly faults = new Faults();
  /** Asked before each write, as the real client asks whether its process still leads. */
  mayWrite: () => boolean = () => true;
  readonly #server: SimulatedApiServer;
  readonly #act: Act;
  #left = Number.POSITIVE_INFINITY;
  #isKilled = false;
  #writes: Call[] = [];

  /** `act` is told when a write is carried out, at once or later. */
  constructor(server: SimulatedApiServer, act: Act = (write) => write()) {
    this.#server = server;
    this.#act = act;
  }

  /** Every write that was sent so far, whatever became of it. */
  get writes(): readonly Call[] {
    return this.#writes;
  }

  /** Forgets the writes so far, so that the next ones can be looked at. */
  forgetWrites(): void {
    this.#writes = [];
  }

  /** So many more writes are sent; the next one kills the process. */
  killAfter(writes: number): void {
    this.#left = writes;
  }

  /** The process ends now: it reaches the server no more. */
  kill(): void {
    this.#isKilled = true;
  }

  /** A killed process reaches the server no more, even where somebody swallowed the error. */
  get isKilled(): boolean {
    return this.#isKilled;
  }

  /** @throws Killed where the process is dead */
  demandLife(): void {
    if (this.#isKilled) throw new Killed("this process was killed");
  }

  async get<T extends KubeObject>(of: Resource<T>, key: ObjectKey): Promise<T | undefined> {
    return this.#read(callOf("get", of, { key }), () => this.#server.get(of, key));
  }

  async list<T extends KubeObject>(of: Resource<T>, options: ListOptions): Promise<Page<T>> {
    return this.#read(callOf("list", of, {}), () => ({
      items: this.#server.list(of, options),
      resourceVersion: this.#server.resourceVersion,
      continueToken: undefined,
    }));
  }

  async create<T extends KubeObject>(of: Resource<T>, object: T, manager: string): Promise<T> {
    return this.#write(callOf("create", of, { key: keyOf(object) }), () =>
      this.#server.create(of, object, { manager }),
    );
  }

  async apply<T extends KubeObject>(
    of: Resource<T>,
    object: KubeObject,
    { fieldManager: manager, subresource }: ApplyAs,
  ): Promise<T> {
    return this.#write(callOf("apply", of, { key: keyOf(object), subresource }), () =>
      this.#server.apply<T>(of, object, { manager, subresource }),
    );
  }

  async patch<T extends KubeObject>(
    of: Resource<T>,
    key: ObjectKey,
    { state: preconditions, change, fieldManager: manager }: Patch,
  ): Promise<T> {
    return this.#write(callOf("patch", of, { key }), () =>
      this.#server.patch<T>(of, key, { change, manager, preconditions }),
    );
  }

  async delete(
    of: Resource<KubeObject>,
    key: ObjectKey,
    preconditions: Preconditions,
  ): Promise<void> {
    try {
      this.#write(callOf("delete", of, { key }), () =>
        this.#server.delete(of, key, { preconditions }),
      );
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
  }

  async evict(
    pods: Resource<KubeObject>,
    key: ObjectKey,
    preconditions: Preconditions,
  ): Promise<void> {
    this.#write(callOf("evict", pods, { key, subresource: "eviction" }), () =>
      evict(this.#server, key, preconditions),
    );
  }

  /** No path is known but those of objects: a pod's status is read from its simulated supervisor. */
  async raw<T>(path: string): Promise<T> {
    throw notFound({ verb: "get", resource: "raw", key: path });
  }

  #read<T>(call: Call, carryOut: () => T): T {
    this.demandLife();
    return this.faults.meet(call, carryOut);
  }

  #write<T>(call: Call, carryOut: () => T): T {
    this.demandLife();
    if (!this.mayWrite()) throw new NotLeadingError(`${call.verb} ${call.resource} ${call.key}`);
    if (this.#left-- <= 0) this.#isKilled = true;
    this.demandLife();
    this.#writes.push(call);
    return this.faults.meet(call, () => this.#act(carryOut));
  }
}
