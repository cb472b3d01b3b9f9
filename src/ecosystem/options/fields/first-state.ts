import * as v from "valibot";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { chainOption, ecosystemWide } from "./field.ts";
import { fields, named, option, text } from "./values.ts";

const account = text(/^0x[0-9a-fA-F]{40}$/, "an address: 0x and 40 hex digits");
const number = text(/^(0x[0-9a-fA-F]{1,64}|\d{1,78})$/, 'a number as text, such as "0x2a" or "42"');
const word = text(/^0x[0-9a-fA-F]{1,64}$/, "a word, 0x and up to 64 hex digits");
const code = text(/^0x(?:[0-9a-fA-F]{2})*$/, "a contract's code, 0x and hex digits");

const content = v.pipe(
  fields({
    balance: option(number, "what it has, in the base token's smallest unit", "nothing"),
    nonce: option(number, "its nonce", "0"),
    code: option(code, "what it runs", "none"),
    storage: option(named(word, word, "an object with one word for each slot"), "words of its storage, by slot", "none"),
  }),
  v.metadata({ name: "ImportedAccountUserConfig" }),
);

const ACCOUNTS = "an object with one account for each address, as the `alloc` of a genesis file";
/** Accounts by address, in the format of genesis files. */
const importedAccounts = named(account, content, ACCOUNTS);

/** Options of a chain's initial state; its validators receive the same values. */
export const FIRST_STATE = {
  /** True if code of any size may be deployed. */
  allowUnlimitedContractSize: ecosystemWide({
    group: "firstState",
    said: "once",
    planned: ({ allowUnlimitedContractSize }) => allowUnlimitedContractSize,
  }),
  /** True if the chain has the Superchain's contracts at their addresses. */
  superchain: ecosystemWide({ group: "firstState", said: "once", older: false, planned: ({ superchain }) => superchain }),
  /** Only its creation reads it: from then on L1 has it, which any start and any validator read. */
  import: chainOption({
    group: "firstState",
    key: "imported",
    said: "each start",
    config: option(
      importedAccounts,
      "accounts of its initial state, bound by the address of its contract; an existing chain ignores the option",
      "none",
    ),
    planned: (value) => value && Object.entries(value).map(([of, fields]) => accountOf(of, fields)),
  }),
} as const;

function accountOf(
  of: string,
  { balance = "0", nonce = "0", code: runs = "0x", storage = {} }: v.InferOutput<typeof content>,
): {
  readonly address: Hex;
  readonly balanceWei: bigint;
  readonly nonce: bigint;
  readonly code: Hex;
  readonly storage: readonly { readonly slot: bigint; readonly value: bigint }[];
} {
  const words = Object.entries(storage).map(([slot, value]) => ({ slot: BigInt(slot), value: BigInt(value) }));
  return {
    address: of.toLowerCase() as Hex,
    balanceWei: BigInt(balance),
    nonce: BigInt(nonce),
    code: runs as Hex,
    storage: words.filter(({ value }) => value !== 0n),
  };
}
