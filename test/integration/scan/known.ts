/**
 * What is the same on all our lanes and on none of the ordinary servers, and stays so. The reasons
 * are in docs/threat-model.md, by these very words.
 */
export const knownConstants: readonly string[] = [
  "inside TLS, HTTP/2",
  "inside TLS, zeros",
  "inside TLS, high bytes",
];
