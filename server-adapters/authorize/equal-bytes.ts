/**
 * Whether `candidate` is one of `known`, in a time that depends on how many there are and how long, not on which of
 * them it resembles: every byte of each is looked at, and nothing branches on what was found. All are of one length.
 */
export function isOneOf(known: readonly ArrayLike<number>[], candidate: ArrayLike<number>): boolean {
  let matches = 0;
  for (const bytes of known) {
    let difference = bytes.length ^ candidate.length;
    for (let at = 0; at < bytes.length; at++) difference |= (bytes[at] ?? 0) ^ (candidate[at] ?? 0);
    matches |= 1 >> Math.min(difference, 1); // 1 where nothing differs
  }
  return matches === 1;
}
