import { WEI_PER_GWEI } from "./pool-calls.ts";
import { ShieldedError } from "./shielded-error.ts";

/** Values that an error message lists at most. */
const LISTED_VALUES = 8;

interface Valued {
  readonly value: bigint;
}

/** One or two notes that hold the value in gwei, as small as can be. Throws ShieldedError: BalanceTooLow, NotesTooSmall. */
export function selectNotes<Note extends Valued>(unspent: readonly Note[], value: bigint): Note[] {
  const notes = unspent.toSorted((a, b) => (a.value < b.value ? -1 : 1));
  const single = notes.find((note) => note.value >= value);
  if (single !== undefined) return [single];
  const [second, first] = notes.slice(-2);
  if (first !== undefined && second !== undefined && first.value + second.value >= value) return [first, second];
  const needed = value * WEI_PER_GWEI;
  const balance = notes.reduce((sum, note) => sum + note.value, 0n) * WEI_PER_GWEI;
  if (balance < needed)
    throw new ShieldedError("BalanceTooLow", `the wallet has ${balance} wei, the transfer takes ${needed}: deposit more first`);
  throw new ShieldedError(
    "NotesTooSmall",
    `a transfer spends two notes, and the wallet's two largest hold less than ${needed} wei: send their sum to this wallet first`,
  );
}

/**
 * One or two notes that together hold exactly the value in gwei, because a full tree has no room for change. Throws
 * ShieldedError NoRoomForChange.
 */
export function selectWholeNotes<Note extends Valued>(unspent: readonly Note[], value: bigint): Note[] {
  const single = unspent.find((note) => note.value === value);
  if (single !== undefined) return [single];
  for (const [i, note] of unspent.entries()) {
    const other = unspent.slice(i + 1).find((each) => note.value + each.value === value);
    if (other !== undefined) return [note, other];
  }
  const values = unspent.slice(0, LISTED_VALUES).map((note) => note.value * WEI_PER_GWEI);
  throw new ShieldedError(
    "NoRoomForChange",
    `the pool's tree is full, so a withdrawal takes one or two whole notes, and none hold exactly ${value * WEI_PER_GWEI} wei: ` +
      `withdraw the amount of a note, or the sum of two (${values.join(", ") || "this wallet has none"})`,
  );
}
