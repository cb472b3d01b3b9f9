/** An address with a name. */
export interface NamedAddress {
  /** Own: of the reader's address book. Protocol: of what every ecosystem has. */
  readonly kind: "own" | "account" | "contract" | "protocol";
  readonly address: string;
  readonly name: string;
  /** The member's name, of a contract of the project. */
  readonly chain?: string;
}

/**
 * Addresses that a text names exactly, in any case, each once; a number names the development account. On a
 * `chain` its contracts are before those of other chains.
 */
export function exactlyNamed(
  { all }: { readonly all: readonly NamedAddress[] },
  text: string,
  chain?: string,
): readonly NamedAddress[] {
  const wanted = /^\d{1,9}$/.test(text) ? `account ${Number(text)}` : text.toLowerCase();
  const everywhere = all.filter(({ name }) => name.toLowerCase() === wanted);
  const there = everywhere.filter((each) => each.chain === undefined || each.chain === chain);
  const found = chain === undefined || there.length === 0 ? everywhere : there;
  return found.filter(({ address }, place) => found.findIndex((each) => each.address === address) === place);
}
