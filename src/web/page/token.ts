const name = "proxyfleet-token";

/**
 * The token of this tab; undefined where there is none. One in the fragment of the page's address,
 * where `proxyfleet dashboard` puts it, is taken from there: no server sees a fragment.
 */
export function keptToken(): string | undefined {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (given !== null) {
    keepToken(given);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem(name) ?? undefined;
}

export function keepToken(token: string): void {
  sessionStorage.setItem(name, token);
}

export function forgetToken(): void {
  sessionStorage.removeItem(name);
}
