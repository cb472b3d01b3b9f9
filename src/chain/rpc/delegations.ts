import { encodeRlp } from "ethers";
import { fromHex, keccak, wordToHex } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import { recoverPublicKey } from "../signature-recovery.ts";
import type { AccountOverride } from "../witness/call.ts";
import { address, quantity, record } from "./call-request.ts";
import { RpcCode, RpcError } from "./json-rpc.ts";

/** What the authorization list of a call does (EIP-7702). */
export interface Delegations {
  readonly count: number;
  /** The accounts that signed for this chain, with the code that they then have. An entry with an invalid signature does nothing. */
  readonly overrides: readonly AccountOverride[];
}

/** EIP-7702's byte in front of what is signed, and the beginning of a delegated account's code. */
const MAGIC = 0x05;
const DESIGNATOR = "0xef0100";
/** More than a transaction with EIP-7825's gas can pay for. */
const MAX_AUTHORIZATIONS = 671;

/** Reads the authorization list of a transaction object. Throws RpcError. */
export function readDelegations(transaction: unknown, chainId: bigint): Delegations {
  const list = record(transaction, "the call")["authorizationList"] ?? [];
  if (!Array.isArray(list)) throw new RpcError(RpcCode.invalidParams, "the authorization list must be a list");
  if (list.length > MAX_AUTHORIZATIONS) throw new RpcError(RpcCode.limitExceeded, `an authorization list has at most ${MAX_AUTHORIZATIONS} entries, got ${list.length}`);
  const codes = new Map<Hex, Hex>();
  for (const entry of list) {
    const delegation = readDelegation(entry, chainId);
    // Of several that one account has signed, the last is in force.
    if (delegation !== undefined) codes.set(delegation.authority, delegation.code);
  }
  return { count: list.length, overrides: [...codes].map(([authority, code]) => ({ address: authority, code })) };
}

/** What a call with an authorization list sees. Where its own overrides name a signer, they win. */
export function withDelegations(own: readonly AccountOverride[], { overrides }: Delegations): readonly AccountOverride[] {
  const named = new Set(own.map(({ address: account }) => account));
  return [...overrides.filter(({ address: account }) => !named.has(account)), ...own];
}

function readDelegation(entry: unknown, chainId: bigint): { readonly authority: Hex; readonly code: Hex } | undefined {
  const fields = record(entry, "an authorization");
  const target = address(fields["address"]);
  const [signedFor, nonce] = [quantity(fields["chainId"]), quantity(fields["nonce"])];
  const [r, s] = [quantity(fields["r"]), quantity(fields["s"])];
  const v = quantity(fields["yParity"] ?? fields["v"]);
  if (signedFor !== 0n && signedFor !== chainId) return undefined;
  const signed = keccak(Uint8Array.of(MAGIC), fromHex(encodeRlp([integer(signedFor), target, integer(nonce)]) as Hex));
  try {
    const key = recoverPublicKey(fromHex(signed), v, fromHex(wordToHex(r)), fromHex(wordToHex(s)));
    return { authority: `0x${keccak(key).slice(-40)}`, code: BigInt(target) === 0n ? "0x" : `${DESIGNATOR}${target.slice(2)}` };
  } catch {
    // As in a block: the entry is paid for, and does nothing.
    return undefined;
  }
}

/** An integer as RLP has it. */
function integer(value: bigint): string {
  const digits = value.toString(16);
  return value === 0n ? "0x" : `0x${digits.length % 2 === 0 ? "" : "0"}${digits}`;
}
