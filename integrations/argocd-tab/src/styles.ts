/**
 * Colours follow Argo CD's theme, by the class that it puts around everything. The layout follows
 * the width of the panel, not of the window: Argo CD lets people drag it.
 */
const css = `
.proxyfleet { container-type: inline-size; line-height: 1.5; color: var(--pf-text);
  --pf-text: #363c4a; --pf-faint: #5b6673; --pf-line: #ccd6dd; --pf-box: #f8fafb;
  --pf-good: #0b6b46; --pf-warning: #855700; --pf-bad: #b3261e; --pf-unknown: #5b6673; }
.theme-dark .proxyfleet {
  --pf-text: #e8ebee; --pf-faint: #a9b4bf; --pf-line: #4a525c; --pf-box: #2a2e33;
  --pf-good: #5fd3a2; --pf-warning: #f0bb55; --pf-bad: #ff9c92; --pf-unknown: #a9b4bf; }
.proxyfleet * { box-sizing: border-box; }
.proxyfleet h2 { font-size: 1.25rem; margin: 0 0 .25rem; color: inherit; }
.proxyfleet h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; color: inherit; }
.proxyfleet p { margin: 0 0 .5rem; overflow-wrap: anywhere; }
.proxyfleet ul { list-style: none; margin: 0; padding: 0; }
.proxyfleet code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; color: inherit; background: none; }
.proxyfleet time span { display: inline-block; }
.pf-good { color: var(--pf-good); } .pf-warning { color: var(--pf-warning); }
.pf-bad { color: var(--pf-bad); } .pf-unknown { color: var(--pf-unknown); }
.pf-state { font-weight: 600; white-space: nowrap; }
.pf-faint { color: var(--pf-faint); }
.pf-group, .pf-trouble { background: var(--pf-box); border: 1px solid var(--pf-line);
  border-inline-start: 4px solid currentColor; border-radius: 4px; padding: .75rem 1rem; margin-bottom: .5rem; }
.pf-body { color: var(--pf-text); } .pf-body > p:last-child { margin-bottom: 0; }
.pf-body dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .125rem 1rem; margin: .25rem 0 0; }
.pf-body dt { color: var(--pf-faint); font-weight: 400; } .pf-body dd { margin: 0; overflow-wrap: anywhere; }
@container (max-width: 30rem) { .pf-body dl { grid-template-columns: minmax(0, 1fr); } .pf-body dd { margin-bottom: .375rem; } }
`;

/** Puts the styles into the page, once. */
export function addStyles(): void {
  const style = document.createElement("style");
  style.textContent = css;
  document.head.append(style);
}
