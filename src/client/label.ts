const LABEL = /^(?!..--)(?!0x)(?!-)[a-z0-9-]{1,63}(?<!-)$/;
const RESERVED = /^(\d+|l1)$/;

/** Whether text can be a name of an account or a chain in L1's registry; `NameLabel.sol`. */
export function isLabel(text: string): boolean {
  return LABEL.test(text) && !RESERVED.test(text);
}
