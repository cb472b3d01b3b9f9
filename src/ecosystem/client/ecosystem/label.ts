const LABEL = /^(?!..--)(?!0x)(?!-)[a-z0-9-]{1,63}(?<!-)$/;
/** Numbers, L1, and an address without its 0x, which `parseAccount` reads as an address. */
const RESERVED = /^(\d+|l1|[0-9a-f]{40})$/;

/** Whether text can be a name of an account or a chain in L1's registry; `NameLabel.sol`. */
export function isLabel(text: string): boolean {
  return LABEL.test(text) && !RESERVED.test(text);
}
