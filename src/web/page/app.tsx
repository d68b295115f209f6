import { useEffect, useMemo, useState } from "preact/hooks";
import { SpeechContext, speechOf } from "./context.ts";
import { Dashboard } from "./dashboard.tsx";
import { follow } from "./follow.ts";
import { Header } from "./header.tsx";
import { chosenLanguage } from "./language.ts";
import { SignIn } from "./sign-in.tsx";
import { type PageStore, usePageState } from "./store.ts";
import { forgetToken, keepToken, keptToken } from "./token.ts";

/** The whole page. */
export function App({ store }: { readonly store: PageStore }) {
  const [code, setCode] = useState(() => chosenLanguage(navigator.languages).code);
  const [token, setToken] = useState(keptToken);
  const [turn, setTurn] = useState(0);
  const speech = useMemo(() => speechOf(code), [code]);
  const { link, fleets, ...state } = usePageState(store);
  useEffect(() => {
    document.documentElement.lang = code;
    document.documentElement.dir = speech.language.direction;
  }, [code, speech]);
  useEffect(() => {
    const stop = new AbortController();
    void follow(store, token, stop.signal);
    return () => stop.abort();
  }, [store, token, turn]);
  const signIn = (given: string) => {
    keepToken(given);
    store.change((before) => ({ ...before, link: { kind: "Connecting" } }));
    setToken(given);
    setTurn(turn + 1);
  };
  const signOut = () => {
    forgetToken();
    store.change((before) => ({ ...before, fleets: undefined, pools: undefined }));
    setToken(undefined);
    setTurn(turn + 1);
  };
  const { texts } = speech.language;
  return (
    <SpeechContext.Provider value={speech}>
      <Header
        link={link}
        freshness={state.freshness}
        chooseLanguage={setCode}
        signOut={token === undefined ? undefined : signOut}
      />
      {link.kind === "Refused" && <SignIn why={link.refused.message} signIn={signIn} />}
      {link.kind === "SignedOut" && (
        <main>
          <p class="notice" role="alert">
            {texts.signedOut}
          </p>
        </main>
      )}
      {link.kind !== "Refused" && link.kind !== "SignedOut" && (
        <Dashboard {...state} fleets={fleets} token={token} />
      )}
    </SpeechContext.Provider>
  );
}
