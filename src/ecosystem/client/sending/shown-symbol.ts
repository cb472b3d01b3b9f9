import { printable } from "../../../ground/runtime/printable.ts";

const MAX_LENGTH = 32;

/** A token's symbol as it may be printed. Its own contract says it, so that it must not write over a terminal, nor fill it. */
export function shownSymbol(symbol: unknown): string {
  return printable(String(symbol)).slice(0, MAX_LENGTH);
}
