import type { EVM, Message } from "@ethereumjs/evm";
import type { Address } from "@ethereumjs/util";
import type { Hex } from "../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import { memberSlot } from "../model/partition-members.ts";
import type { FlatState } from "./flat-state.ts";

const MEMBER = Uint8Array.of(1);

/** True if an account is in the porter. */
export function isMember(state: FlatState, account: Hex): boolean {
  return state.wordAt(PREDEPLOYS.Partitions, memberSlot(account)) !== 0n;
}

/** Puts an account into the porter. Undone with the state's other changes. */
export function addMember(state: FlatState, account: Hex): void {
  state.write([{ address: PREDEPLOYS.Partitions, slot: memberSlot(account), value: MEMBER }], []);
}

/** Puts each contract that a member creates into the porter, before its init code runs; a creation that reverts takes it back. */
export function followCreators(evm: EVM, state: FlatState): void {
  let creator: Hex | undefined;
  evm.events.on("beforeMessage", ({ to, caller }: Message) => {
    creator = to === undefined ? (caller.toString() as Hex) : undefined;
  });
  evm.events.on("newContract", ({ address }: { readonly address: Address }) => {
    if (creator !== undefined && isMember(state, creator)) addMember(state, address.toString() as Hex);
  });
}
