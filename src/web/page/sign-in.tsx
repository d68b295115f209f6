import { useState } from "preact/hooks";
import { useTexts } from "./context.ts";

interface SignInProps {
  /** Why nothing is shown, in the operator's words; undefined where nobody tried yet. */
  readonly why: string | undefined;
  readonly signIn: (token: string) => void;
}

/** Asks for a token. It goes nowhere but into the Authorization header. */
export function SignIn({ why, signIn }: SignInProps) {
  const texts = useTexts();
  const [token, setToken] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (token.trim() !== "") signIn(token.trim());
  };
  return (
    <main class="sign-in">
      <h1>{texts.signIn}</h1>
      {why !== undefined && (
        <p role="alert" class="notice" dir="auto">
          {why}
        </p>
      )}
      <form onSubmit={submit}>
        <label for="token">{texts.token}</label>
        <input
          id="token"
          type="password"
          autocomplete="off"
          spellcheck={false}
          dir="ltr"
          aria-describedby="token-help"
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
        <p id="token-help">{texts.tokenHelp}</p>
        <button type="submit">{texts.signIn}</button>
      </form>
    </main>
  );
}
