import { useEffect, useState } from "preact/hooks";
import { type State, nothingYet } from "./state.ts";

/** Holds the state. Who listens is called once a frame, however much happened. */
export class PageStore {
  #state: State = nothingYet;
  readonly #listeners = new Set<() => void>();
  #isAsked = false;

  get state(): State {
    return this.#state;
  }

  change(how: (state: State) => State): void {
    this.#state = how(this.#state);
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame(() => {
      this.#isAsked = false;
      for (const listener of this.#listeners) listener();
    });
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The state, for a component: it is drawn again when that changes. */
export function usePageState(store: PageStore): State {
  const [state, set] = useState(store.state);
  useEffect(() => {
    set(store.state);
    return store.listen(() => set(store.state));
  }, [store]);
  return state;
}
