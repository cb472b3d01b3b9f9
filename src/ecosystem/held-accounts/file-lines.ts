import { keccak } from "../../ground/protocol/hex.ts";
import { HeldAccountError } from "./held-account-error.ts";

const CHECKSUM_DIGITS = 16;
const NEWLINE = 10;

/** Line of a record: checksum, space, text, newline. */
export function encodeLine(text: string): Uint8Array {
  return new TextEncoder().encode(`${checksumOf(text)} ${text}\n`);
}

/**
 * Texts of all whole lines, and their length in bytes. A last line without its newline was being written when the machine
 * stopped: it is left out, because its signature never left. Throws HeldAccountError DamagedFile for any other damaged line.
 */
export function readLines(bytes: Uint8Array): { readonly texts: readonly string[]; readonly wholeBytes: number } {
  const wholeBytes = bytes.lastIndexOf(NEWLINE) + 1;
  const lines = new TextDecoder().decode(bytes.subarray(0, wholeBytes)).split("\n").slice(0, -1);
  const texts = lines.map((line, i) => {
    const text = line.slice(CHECKSUM_DIGITS + 1);
    if (line === `${checksumOf(text)} ${text}`) return text;
    const message = `line ${i + 1} of the account's file is damaged; use a copy of the file, because without all lines the account's money can be lost`;
    throw new HeldAccountError("DamagedFile", message);
  });
  return { texts, wholeBytes };
}

function checksumOf(text: string): string {
  return keccak(new TextEncoder().encode(text)).slice(2, 2 + CHECKSUM_DIGITS);
}
