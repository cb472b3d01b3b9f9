import { hexQuantity, wordToHex, type Hex } from "../../../ground/protocol/hex.ts";

/** An account of prestateTracer's: parts that are zero or unchanged are missing. */
interface AccountState {
  readonly balance?: Hex;
  readonly nonce?: number;
  readonly code?: Hex;
  readonly storage?: Readonly<Record<Hex, Hex>>;
}

/** Changes in prestateTracer's form: changed accounts before, and their different fields afterwards. */
export interface Changes {
  readonly pre: Readonly<Record<Hex, AccountState>>;
  readonly post: Readonly<Record<Hex, AccountState>>;
}

/** Change of a value in OpenEthereum's form: unchanged, created, deleted, or changed. */
type Delta = "=" | { readonly "+": Hex } | { readonly "-": Hex } | { readonly "*": { readonly from: Hex; readonly to: Hex } };

const ZERO = wordToHex(0n);

/** Changes of the state in OpenEthereum's form. */
export function stateDiff({ pre, post }: Changes): Readonly<Record<Hex, object>> {
  const accounts = new Set([...Object.keys(pre), ...Object.keys(post)] as Hex[]);
  return Object.fromEntries([...accounts].map((account) => [account, accountDiff(pre[account], post[account])]));
}

function accountDiff(before: AccountState | undefined, after: AccountState | undefined): object {
  if (after === undefined) return whole(before ?? {}, (value) => ({ "-": value }));
  // An account without balance, nonce and code is not there (EIP-161).
  if (before === undefined || isEmpty(before)) return whole(after, (value) => ({ "+": value }));
  const slots = new Set([...Object.keys(before.storage ?? {}), ...Object.keys(after.storage ?? {})] as Hex[]);
  return {
    balance: changed(before.balance ?? "0x0", after.balance),
    code: changed(before.code ?? "0x", after.code),
    nonce: changed(quantity(before.nonce), after.nonce === undefined ? undefined : quantity(after.nonce)),
    storage: Object.fromEntries(
      [...slots].map((slot) => [slot, changed(before.storage?.[slot] ?? ZERO, after.storage?.[slot] ?? ZERO)]),
    ),
  };
}

/** An account that was created or deleted. */
function whole({ balance = "0x0", nonce, code = "0x", storage = {} }: AccountState, tell: (value: Hex) => Delta): object {
  return {
    balance: tell(balance),
    code: tell(code),
    nonce: tell(quantity(nonce)),
    storage: Object.fromEntries(Object.entries(storage).map(([slot, value]) => [slot, tell(value)])),
  };
}

function changed(from: Hex, to: Hex | undefined): Delta {
  return to === undefined || to === from ? "=" : { "*": { from, to } };
}

function isEmpty({ balance = "0x0", nonce = 0, code = "0x" }: AccountState): boolean {
  return BigInt(balance) === 0n && nonce === 0 && code === "0x";
}

function quantity(nonce: number | undefined): Hex {
  return hexQuantity(BigInt(nonce ?? 0));
}
