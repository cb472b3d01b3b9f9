import { fromHex, toHex, type Hex } from "../../../ground/protocol/hex.ts";

const WORD = 32;
const SELECTOR = 4;
/** Words of a packed operation, and those of them that point at bytes: initCode, callData, paymasterAndData, signature. */
const OPERATION_WORDS = 9;
const POINTERS = [2, 3, 7, 8];

/**
 * Whether operations in a call of `handleOps` share bytes, or are not there. Offsets may point at the same bytes many times,
 * which costs an EntryPoint nothing and a decoder a copy for each: so what is behind them is summed before it is decoded.
 */
export function overlaps(data: Hex): boolean {
  const input = fromHex(data).subarray(SELECTOR);
  /** The word at a place; beyond the input where it, or what it points at, is not in it. */
  const at = (place: number): number => {
    if (place + WORD > input.length) return input.length;
    const value = BigInt(toHex(input.subarray(place, place + WORD)));
    return value > BigInt(input.length) ? input.length : Number(value);
  };
  const operations = at(0);
  const count = at(operations);
  const offsets = operations + WORD;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const operation = offsets + at(offsets + i * WORD);
    sum += OPERATION_WORDS * WORD;
    for (const pointer of POINTERS) sum += at(operation + at(operation + pointer * WORD));
    if (sum > input.length) return true;
  }
  return false;
}
