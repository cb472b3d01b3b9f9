import { fromHex, HexError, hexQuantity, wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { AccessEntry, AccountOverride, AskedCall, Authorization, StorageEntry } from "../../witness/asked-call.ts";
import { TRANSACTION_GAS_CAP } from "../../../ground/transaction/gas-limits.ts";
import { RpcCode, RpcError } from "./json-rpc.ts";
import { quantity, stateWord } from "./quantities.ts";

/** The transaction object of `eth_call` and `eth_estimateGas`. */
export interface RpcCall {
  readonly from: Hex;
  readonly to: Hex | undefined;
  readonly data: Hex;
  readonly valueWei: bigint;
  readonly gas: bigint | undefined;
  /** Result of GASPRICE: the base fee is 0. */
  readonly gasPriceWei: bigint;
  readonly accessList: readonly AccessEntry[];
  readonly authorizations: readonly Authorization[];
  readonly delegates: boolean;
}

/** More than a transaction with EIP-7825's gas can pay for. */
const MAX_AUTHORIZATIONS = 671;
const ZERO_ADDRESS: Hex = "0x0000000000000000000000000000000000000000";

/** Reads the transaction object. Throws RpcError. */
export function parseCall(value: unknown): RpcCall {
  const call = record(value, "the call");
  refuseUnsupported(call);
  const optional = (field: string): unknown => (call[field] === null ? undefined : call[field]);
  const to = optional("to");
  const gas = optional("gas") ?? optional("gasLimit");
  return {
    from: address(optional("from") ?? ZERO_ADDRESS),
    to: to === undefined ? undefined : address(to),
    data: bytes(inputOf(call) ?? "0x"),
    valueWei: quantity(optional("value") ?? "0x0"),
    gas: gas === undefined ? undefined : quantity(gas),
    gasPriceWei: gasPrice(call),
    accessList: accessList(optional("accessList") ?? []),
    authorizations: authorizations(optional("authorizationList") ?? []),
    delegates: optional("authorizationList") !== undefined,
  };
}

/**
 * A call's data. Clients name them `input`, `data` or both, and write none as an empty text too. Throws RpcError for two that
 * differ: one of them would be ignored.
 */
export function inputOf({ input, data }: Readonly<Record<string, unknown>>): unknown {
  const given = [input, data].filter((each) => each !== undefined && each !== null && each !== "");
  const [first, second = first] = given.map((each) => (typeof each === "string" ? each.toLowerCase() : each));
  if (first !== second)
    throw new RpcError(RpcCode.invalidParams, "the call has `input` and `data`, which differ: give one of them");
  return given[0];
}

/** The call as the witness's EVM runs it, with so much gas. */
export function askedCall(
  { from, to, data, valueWei, gasPriceWei, accessList: touched, authorizations: signed }: RpcCall,
  gasLimit: bigint,
): AskedCall {
  return { from, to, data, valueWei, gasLimit, gasPriceWei, accessList: touched, authorizations: signed };
}

/** The priority fee, up to the cap: as of a transaction in a block with no base fee. */
function gasPrice(call: Readonly<Record<string, unknown>>): bigint {
  const [price, cap, priority] = [call["gasPrice"], call["maxFeePerGas"], call["maxPriorityFeePerGas"]].map((field) =>
    (field ?? undefined) === undefined ? undefined : quantity(field),
  );
  if (price !== undefined && (cap ?? priority) !== undefined) {
    throw new RpcError(RpcCode.invalidParams, "a transaction has either a gasPrice, or maxFeePerGas and maxPriorityFeePerGas");
  }
  if (cap !== undefined && priority !== undefined && priority > cap) {
    throw new RpcError(
      RpcCode.rejected,
      `max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas is ${priority}, maxFeePerGas ${cap}`,
    );
  }
  const paid = price ?? priority ?? 0n;
  return cap !== undefined && cap < paid ? cap : paid;
}

/** The transaction object, with this price where it names none. Throws RpcError. */
export function withPrice(value: unknown, gasPriceWei: bigint): Readonly<Record<string, unknown>> {
  const call = record(value, "the call");
  const named = ["gasPrice", "maxFeePerGas", "maxPriorityFeePerGas"].some((field) => (call[field] ?? undefined) !== undefined);
  return named ? call : { ...call, gasPrice: hexQuantity(gasPriceWei) };
}

function accessList(value: unknown): AccessEntry[] {
  return list(value, "the access list").map((entry) => {
    const { address: touched, storageKeys = [] } = record(entry, "an entry of the access list");
    return { address: address(touched), storageKeys: list(storageKeys, "storageKeys").map((key) => wordToHex(stateWord(key))) };
  });
}

function authorizations(value: unknown): Authorization[] {
  const entries = list(value, "the authorization list");
  if (entries.length > MAX_AUTHORIZATIONS) {
    throw new RpcError(
      RpcCode.limitExceeded,
      `an authorization list has at most ${MAX_AUTHORIZATIONS} entries, got ${entries.length}`,
    );
  }
  return entries.map((entry) => {
    const fields = record(entry, "an authorization");
    const v = quantity(fields["yParity"] ?? fields["v"]);
    return {
      chainId: quantity(fields["chainId"]),
      address: address(fields["address"]),
      nonce: quantity(fields["nonce"]),
      yParity: v === 27n || v === 28n ? v - 27n : v,
      r: quantity(fields["r"]),
      s: quantity(fields["s"]),
    };
  });
}

/** Gas of a call: what it names, up to what a transaction may have. */
export function capped(gas: bigint | undefined): bigint {
  return gas === undefined || gas > TRANSACTION_GAS_CAP ? TRANSACTION_GAS_CAP : gas;
}

/** A list of a request. Throws RpcError. */
export function list(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new RpcError(RpcCode.invalidParams, `${name} must be a list`);
  return value;
}

/**
 * Refuses fields of ZK Stack's transactions of type 0x71 that this chain does not support. Throws RpcError.
 */
function refuseUnsupported(call: Readonly<Record<string, unknown>>): void {
  const meta = call["eip712Meta"];
  if (meta === undefined || meta === null) return;
  const { paymasterParams, factoryDeps } = record(meta, "eip712Meta");
  const publishes = Array.isArray(factoryDeps) && factoryDeps.length > 0;
  if ((paymasterParams ?? undefined) === undefined && !publishes) return;
  const what = publishes ? "code published with a transaction (factoryDeps)" : "paymasters";
  throw new RpcError(RpcCode.invalidParams, `this chain does not support ${what}`, { code: "FeatureNotSupported" });
}

/** Reads state overrides. Throws RpcError, also for an account that is named twice: which one counts is not said anywhere. */
export function parseOverrides(value: unknown): AccountOverride[] {
  if (value === undefined || value === null) return [];
  const overrides = readOverrides(value);
  if (new Set(overrides.map(({ address }) => address)).size < overrides.length) {
    throw new RpcError(RpcCode.invalidParams, "the state overrides name an account twice");
  }
  return overrides;
}

/** Fields of an account that a call can see otherwise. */
const OVERRIDE_FIELDS = ["balance", "nonce", "code", "state", "stateDiff"];

function readOverrides(value: unknown): AccountOverride[] {
  return Object.entries(record(value, "the state overrides")).map(([key, given]) => {
    const fields = Object.fromEntries(
      Object.entries(record(given, "an override")).filter(([, content]) => (content ?? undefined) !== undefined),
    );
    const { balance, nonce, code, state, stateDiff } = fields;
    const unknown = Object.keys(fields).find((field) => !OVERRIDE_FIELDS.includes(field));
    if (unknown !== undefined) {
      throw new RpcError(
        RpcCode.invalidParams,
        `${describe(unknown)} cannot be overridden; an account's ${OVERRIDE_FIELDS.join(", ")} can`,
      );
    }
    if (state !== undefined && stateDiff !== undefined)
      throw new RpcError(RpcCode.invalidParams, "an override has either state or stateDiff");
    return {
      address: address(key),
      ...(balance === undefined ? {} : { balanceWei: quantity(balance) }),
      ...(nonce === undefined ? {} : { nonce: quantity(nonce) }),
      ...(code === undefined ? {} : { code: bytes(code) }),
      ...(state === undefined ? {} : { state: storage(state) }),
      ...(stateDiff === undefined ? {} : { storage: storage(stateDiff) }),
    };
  });
}

/** 20 bytes, in lower case. Throws RpcError. */
export function address(value: unknown): Hex {
  return hex(value, 20);
}

/** Hexadecimal bytes of a request, in lower case. Throws RpcError. */
export function bytes(value: unknown): Hex {
  return hex(value);
}

function storage(value: unknown): StorageEntry[] {
  return Object.entries(record(value, "an override's storage")).map(([slot, word]) => ({
    slot: stateWord(slot),
    value: stateWord(word),
  }));
}

function hex(value: unknown, length?: number): Hex {
  if (typeof value !== "string") throw new RpcError(RpcCode.invalidParams, `${describe(value)} is not hexadecimal bytes`);
  try {
    fromHex(value, length);
  } catch (error) {
    if (error instanceof HexError) throw new RpcError(RpcCode.invalidParams, error.message.slice(0, 200));
    throw error;
  }
  return value.toLowerCase() as Hex;
}

/** An object of a request. Throws RpcError. */
export function record(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new RpcError(RpcCode.invalidParams, `${name} must be an object`);
  return value as Readonly<Record<string, unknown>>;
}

function describe(value: unknown): string {
  return (JSON.stringify(value) ?? "undefined").slice(0, 80);
}
