/** JSON that a channel sent. */

/**
 * How deeply arrays and objects may lie in each other. QuickJS parses them by recursion, and a call has 512 KiB of stack
 * unless the sandbox setting `stack-bytes` says otherwise; past it, the call traps and the batch with it.
 */
export const MAXIMUM_DEPTH = 128;

/** `undefined` when the text is no JSON, or nested more deeply than `MAXIMUM_DEPTH`. */
export function parsed(text: string): unknown {
  if (!isShallow(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isShallow(text: string): boolean {
  const marks = /["\\[\]{}]/g;
  let depth = 0;
  let inString = false;
  while (marks.test(text)) {
    const mark = text[marks.lastIndex - 1];
    if (mark === '"') inString = !inString;
    // What is escaped is no mark.
    else if (mark === "\\") marks.lastIndex += 1;
    else if (!inString) depth += mark === "[" || mark === "{" ? 1 : -1;
    if (depth > MAXIMUM_DEPTH) return false;
  }
  return true;
}
