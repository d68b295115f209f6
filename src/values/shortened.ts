/**
 * The first characters of a text, counted as the API server counts them (Unicode code points). No
 * character is cut in two: half of one comes back from the server as another, so that the text
 * would differ for ever.
 */
export function shortened(text: string, most: number): string {
  const whole = text.toWellFormed();
  return whole.length <= most ? whole : Array.from(whole).slice(0, most).join("");
}
