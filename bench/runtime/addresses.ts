/** A prime that divides no number of addresses here: neighbours in time are none in the store. */
const stride = 7919;

/** The id that the message of this number goes to; every address is met before one is met again. */
export function addressId(number: number, addresses: number): string {
  return `customer-${((number * stride) % addresses).toString()}`;
}

/** The sum of the visits of `count` messages, of which each address has counted its part of `before` ones already. */
export function sumOfVisits(before: number, count: number, addresses: number): number {
  let sum = 0;
  for (let turn = 0; turn < Math.min(count, addresses); turn++) {
    const had = messagesOf(turn, before, addresses);
    const gets = messagesOf(turn, count, addresses);
    sum += (gets * (2 * had + gets + 1)) / 2;
  }
  return sum;
}

/** How many of `count` messages go to the address whose turn is this one. */
function messagesOf(turn: number, count: number, addresses: number): number {
  return Math.floor(count / addresses) + (turn < count % addresses ? 1 : 0);
}
