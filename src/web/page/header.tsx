import type { Freshness } from "../wire.ts";
import { useSpeech } from "./context.ts";
import { languages } from "./language.ts";
import type { Link } from "./state.ts";

interface HeaderProps {
  readonly link: Link;
  readonly freshness: Freshness | undefined;
  readonly chooseLanguage: (code: string) => void;
  /** Undefined where there is no token to forget. */
  readonly signOut: (() => void) | undefined;
}

/** The top of the page: whether it is live, the language, and the way out. */
export function Header({ link, freshness, chooseLanguage, signOut }: HeaderProps) {
  const { language } = useSpeech();
  const { texts, code } = language;
  const words = { Live: texts.live, Connecting: texts.connecting, Cut: texts.cut } as const;
  const said = link.kind in words ? words[link.kind as keyof typeof words] : "";
  return (
    <header>
      <h1>{texts.title}</h1>
      <p class={`link ${link.kind}`} role="status">
        {said}
      </p>
      <label>
        <span class="unseen">{texts.language}</span>
        <select value={code} onChange={(event) => chooseLanguage(event.currentTarget.value)}>
          {languages.map((each) => (
            <option key={each.code} value={each.code} lang={each.code}>
              {each.name}
            </option>
          ))}
        </select>
      </label>
      {signOut !== undefined && (
        <button type="button" onClick={signOut}>
          {texts.signOut}
        </button>
      )}
      {freshness?.isCurrent === false && (
        <p class="notice" role="alert">
          {texts.notCurrent}
        </p>
      )}
    </header>
  );
}
