/** How much of a text from outside an error message shows; it may be of any size. */
const longestShown = 200;

/** Text in quotes, escaped and cut to a length that a log can bear. */
export function quoted(text: string): string {
  if (text.length <= longestShown) return JSON.stringify(text);
  return `${JSON.stringify(text.slice(0, longestShown))}… (${String(text.length)} characters)`;
}
