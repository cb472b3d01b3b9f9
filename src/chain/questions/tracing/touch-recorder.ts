import type { EVMResult, InterpreterStep, Message } from "@ethereumjs/evm";
import { hexQuantity, toHex, wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { FlatState } from "../../witness/flat-state.ts";
import type { RunListener } from "../../witness/run-listener.ts";
import { addressOf } from "./instructions.ts";

/** Position on the stack of the account that an instruction names, counted from the top. */
const ACCOUNTS: Readonly<Record<string, number>> = {
  BALANCE: 0,
  EXTCODESIZE: 0,
  EXTCODECOPY: 0,
  EXTCODEHASH: 0,
  SELFDESTRUCT: 0,
  CALL: 1,
  CALLCODE: 1,
  DELEGATECALL: 1,
  STATICCALL: 1,
};

/** An account in prestateTracer's form; zero and empty fields are left out, except for the balance. */
interface ShownAccount {
  readonly balance?: Hex;
  readonly nonce?: number;
  readonly code?: Hex;
  readonly storage?: Readonly<Record<Hex, Hex>>;
}

interface SeenAccount {
  readonly balanceWei: bigint;
  readonly nonce: number;
  readonly code: Hex;
  readonly slots: ReadonlyMap<Hex, bigint>;
}

/** Records which accounts and slots a run looks at or changes. */
export class TouchRecorder implements RunListener {
  readonly #touched = new Map<Hex, Set<Hex>>();
  readonly #created = new Set<Hex>();

  /** `accounts`: touched whatever the run does. */
  constructor(accounts: readonly Hex[]) {
    for (const account of accounts) this.#touch(account);
  }

  step({ opcode, stack, address }: InterpreterStep): void {
    const place = Object.hasOwn(ACCOUNTS, opcode.name) ? ACCOUNTS[opcode.name] : undefined;
    const named = place === undefined ? undefined : stack.at(-1 - place);
    if (named !== undefined) this.#touch(addressOf(named));
    const [slot] = stack.slice(-1);
    if ((opcode.name === "SLOAD" || opcode.name === "SSTORE") && slot !== undefined)
      this.#touch(address.toString() as Hex).add(wordToHex(slot));
  }

  beforeMessage({ to }: Message): void {
    if (to !== undefined) this.#touch(to.toString() as Hex);
  }

  afterMessage({ createdAddress }: EVMResult): void {
    if (createdAddress === undefined) return;
    const created = createdAddress.toString() as Hex;
    this.#touch(created);
    this.#created.add(created);
  }

  /** Current contents of the touched accounts and slots, including those that the state has written since the mark. */
  read(state: FlatState, mark: number): ReadonlyMap<Hex, SeenAccount> {
    for (const { address, slot } of state.records.slice(mark)) {
      const slots = this.#touch(address as Hex);
      if (slot !== undefined) slots.add(slot as Hex);
    }
    return new Map(
      [...this.#touched].map(([address, slots]) => {
        const account = state.accountAt(address);
        const words = [...slots].map((slot) => [slot, state.wordAt(address, slot)] as const);
        return [
          address,
          {
            balanceWei: account?.balance ?? 0n,
            nonce: Number(account?.nonce ?? 0n),
            code: toHex(state.codeAt(address)),
            slots: new Map(words),
          },
        ];
      }),
    );
  }

  /** Whether the run made this account. */
  hasCreated(address: Hex): boolean {
    return this.#created.has(address);
  }

  #touch(account: Hex): Set<Hex> {
    let slots = this.#touched.get(account);
    if (slots === undefined) this.#touched.set(account, (slots = new Set<Hex>()));
    return slots;
  }
}

/** Everything that was touched, with its earlier contents. */
export function showPrestate(
  before: ReadonlyMap<Hex, SeenAccount>,
  { disableCode, disableStorage }: Readonly<Record<string, unknown>>,
): Readonly<Record<Hex, ShownAccount>> {
  return Object.fromEntries(
    [...before].sort(byAddress).map(([address, { balanceWei, nonce, code, slots }]) => [
      address,
      {
        balance: hexQuantity(balanceWei),
        ...(nonce === 0 ? {} : { nonce }),
        ...(code === "0x" || disableCode === true ? {} : { code }),
        ...(disableStorage === true ? {} : shownSlots([...slots])),
      },
    ]),
  );
}

/** Changes of the run: before, with all of each account but its other slots, and after, with its new contents. */
export function showChanges(
  before: ReadonlyMap<Hex, SeenAccount>,
  after: ReadonlyMap<Hex, SeenAccount>,
  recorder: TouchRecorder,
  { disableCode, disableStorage }: Readonly<Record<string, unknown>>,
): { readonly pre: object; readonly post: object } {
  const pre: Record<Hex, ShownAccount> = {};
  const post: Record<Hex, ShownAccount> = {};
  for (const [address, old] of [...before].sort(byAddress)) {
    const now = after.get(address) ?? old;
    const slots = disableStorage === true ? [] : [...old.slots].filter(([slot, value]) => (now.slots.get(slot) ?? 0n) !== value);
    const hasNewCode = disableCode !== true && old.code !== now.code;
    const isChanged = old.balanceWei !== now.balanceWei || old.nonce !== now.nonce || old.code !== now.code || slots.length > 0;
    if (!isChanged) continue;
    const nonZero = (entries: readonly (readonly [Hex, bigint])[]) => shownSlots(entries.filter(([, value]) => value !== 0n));
    post[address] = {
      ...(old.balanceWei === now.balanceWei ? {} : { balance: hexQuantity(now.balanceWei) }),
      ...(old.nonce === now.nonce ? {} : { nonce: now.nonce }),
      ...(hasNewCode ? { code: now.code } : {}),
      ...nonZero(slots.map(([slot]) => [slot, now.slots.get(slot) ?? 0n])),
    };
    if (recorder.hasCreated(address)) continue;
    pre[address] = {
      balance: hexQuantity(old.balanceWei),
      ...(old.nonce === 0 ? {} : { nonce: old.nonce }),
      ...(old.code === "0x" || disableCode === true ? {} : { code: old.code }),
      ...nonZero(slots),
    };
  }
  return { pre, post };
}

function shownSlots(slots: readonly (readonly [Hex, bigint])[]): { readonly storage?: Readonly<Record<Hex, Hex>> } {
  if (slots.length === 0) return {};
  return { storage: Object.fromEntries(slots.map(([slot, value]) => [slot, wordToHex(value)])) };
}

function byAddress([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
