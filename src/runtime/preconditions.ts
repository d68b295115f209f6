import type { ApiClient } from "../kubernetes/client.ts";
import { ConflictError } from "../kubernetes/errors.ts";
import type { AtMost, NoOthers, Precondition } from "./effect.ts";
import type { StoreOf } from "./store-of.ts";
import type { KubeObject } from "../kubernetes/objects.ts";
import { present } from "../values/present.ts";

/** Checks what must hold when an object is written, over all plans that are carried out now. */
export class Preconditions {
  readonly #client: Pick<ApiClient, "list">;
  readonly #storeOf: StoreOf;
  /** Creations under way, by what they count against. */
  readonly #underWay: Map<string, number>;
  /** Asked once a plan: its creations share the answer. */
  readonly #listed = new Map<NoOthers, Promise<void>>();

  constructor(
    client: Pick<ApiClient, "list">,
    storeOf: StoreOf,
    underWay = new Map<string, number>(),
  ) {
    this.#client = client;
    this.#storeOf = storeOf;
    this.#underWay = underWay;
  }

  /** The same for one plan. */
  ofPlan(): Preconditions {
    return new Preconditions(this.#client, this.#storeOf, this.#underWay);
  }

  /**
   * Runs `write` once all hold, and counts it until it ends. @throws ConflictError where one does
   * not hold: the next pass sees why
   */
  async holding<T>(preconditions: readonly Precondition[], write: () => Promise<T>): Promise<T> {
    const limits = preconditions.filter((one) => one.kind === "atMost");
    for (const limit of limits) this.#count(limit, 1);
    try {
      for (const limit of limits) this.#expectRoom(limit);
      for (const one of preconditions) if (one.kind === "noOthers") await this.#expectNoOthers(one);
      return await write();
    } finally {
      for (const limit of limits) this.#count(limit, -1);
    }
  }

  #expectRoom({ of, index, value, count }: AtMost): void {
    const known = this.#storeOf(of)?.by(index, value).length ?? 0;
    const underWay = this.#underWay.get(`${index} ${value}`) ?? 0;
    if (known + underWay <= count) return;
    const message = `others take from ${value} now`;
    throw new ConflictError(`create ${of.plural}`, { status: 409, reason: "AtMost", message });
  }

  #count({ index, value }: AtMost, change: 1 | -1): void {
    const key = `${index} ${value}`;
    const count = (this.#underWay.get(key) ?? 0) + change;
    if (count === 0) this.#underWay.delete(key);
    else this.#underWay.set(key, count);
  }

  async #expectNoOthers(precondition: NoOthers): Promise<void> {
    const listed = this.#listed.get(precondition) ?? this.#list(precondition);
    this.#listed.set(precondition, listed);
    return listed;
  }

  /** A cache may lag behind what was created just before a crash, so the server is asked. */
  async #list({ of, labelSelector, filed, names }: NoOthers): Promise<void> {
    const { items } = await this.#client.list(of, present({ labelSelector }));
    const isUnknown = ({ metadata }: KubeObject) => !names.includes(metadata.name);
    const store = this.#storeOf(of);
    const listed = items.filter(isUnknown);
    for (const item of listed) store?.recordWrite(item);
    const isByLabel = filed === undefined || store === undefined;
    const unknown = isByLabel ? listed : store.by(filed.index, filed.value).filter(isUnknown);
    if (unknown.length === 0) return;
    const where =
      filed === undefined ? `with ${labelSelector}` : `of ${filed.index} ${filed.value}`;
    const message = `there are ${unknown.length} more ${of.plural} ${where} than were known`;
    throw new ConflictError(`list ${of.plural}`, { status: 409, reason: "CacheBehind", message });
  }
}
