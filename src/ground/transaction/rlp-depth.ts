/**
 * Maximum depth of lists in a transaction of any type: its fields, a list of accesses or authorizations, one of these,
 * and the slots of an access.
 */
const MAX_LISTS = 4;
const [LONG_TEXT, LIST, LONG_LIST] = [0xb7, 0xc0, 0xf7];

/**
 * True if the RLP nests more lists than a transaction has. Decoders recurse into lists, so that without this bound the
 * depth of their stack would decide about such bytes. Malformed RLP is left to the decoder.
 */
export function nestsTooDeep(bytes: Uint8Array): boolean {
  const ends: number[] = [];
  for (let at = 0; at < bytes.length;) {
    while (ends.length > 0 && at >= (ends.at(-1) ?? 0)) ends.pop();
    const head = bytes[at] ?? 0;
    const isList = head >= LIST;
    const short = isList ? LIST : 0x80;
    const digits = Math.max(0, head - (isList ? LONG_LIST : LONG_TEXT));
    const content = at + 1 + digits;
    const size = head < 0x80 ? 0 : digits > 0 ? sizeAt(bytes, at + 1, digits) : head - short;
    if (isList) ends.push(content + size);
    if (ends.length > MAX_LISTS) return true;
    at = isList ? content : content + size;
  }
  return false;
}

function sizeAt(bytes: Uint8Array, start: number, digits: number): number {
  return bytes.subarray(start, start + digits).reduce((value, byte) => 256 * value + byte, 0);
}
