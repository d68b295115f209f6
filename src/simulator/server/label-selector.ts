/**
 * Reads a label selector as it stands in a query: `a=b`, `a!=b`, `a` and `!a`, with commas between
 * them. @throws Error for one that it does not know
 */
export function selects(
  selector: string | undefined,
): (labels: Readonly<Record<string, string>> | undefined) => boolean {
  if (selector === undefined || selector === "") return () => true;
  const terms = selector.split(",").map(term);
  return (labels = {}) => terms.every((holds) => holds(labels));
}

function term(text: string): (labels: Readonly<Record<string, string>>) => boolean {
  const [, not, key = "", operator, value] =
    /^(!?)([\w./-]+)(?:(!=|==?)([\w.-]*))?$/.exec(text.trim()) ?? [];
  if (key === "") throw new Error(`the simulated API server does not know the selector "${text}"`);
  if (operator === undefined) return (labels) => key in labels !== (not === "!");
  return (labels) => (labels[key] === value) !== (operator === "!=");
}
