import { RLP, type NestedUint8Array } from "@ethereumjs/rlp";
import { fromHex, hexQuantity, toHex, type Hex } from "../protocol/hex.ts";
import { isEip712Transaction, type Eip712Transaction } from "./eip712-transaction.ts";
import { gasPriceOf, type EngineTransaction, type SignedTransaction } from "./transaction.ts";

/** An object of an RPC answer. */
export type ShownFields = Readonly<Record<string, unknown>>;

/** A transaction that waits in the pool, in the shape of `eth_getTransactionByHash`. */
export function pendingTransaction(transaction: SignedTransaction, chainId: number): ShownFields {
  const inBlock = { blockHash: null, blockNumber: null, blockTimestamp: null, transactionIndex: null };
  const place = { ...inBlock, l1BatchNumber: null, l1BatchTxIndex: null };
  // What it pays is known when it has a block.
  return { ...place, ...signedTransaction(transaction, chainId), gasPrice: hexQuantity(transaction.maxFeePerGasWei) };
}

/** Signed transaction in RPC form. */
function signedTransaction(transaction: SignedTransaction, chainId: number): ShownFields {
  const { hash, type, from, to, valueWei, data, gasLimit, nonce, maxFeePerGasWei, maxPriorityFeePerGasWei } = transaction;
  const dynamicFees = { maxFeePerGas: hexQuantity(maxFeePerGasWei), maxPriorityFeePerGas: hexQuantity(maxPriorityFeePerGasWei) };
  return {
    hash,
    type: hexQuantity(BigInt(type)),
    from,
    to: to ?? null,
    value: hexQuantity(valueWei),
    input: data,
    gas: hexQuantity(gasLimit),
    nonce: hexQuantity(nonce),
    gasPrice: hexQuantity(gasPriceOf(transaction)),
    ...(type < 2 ? {} : dynamicFees),
    ...(isEip712Transaction(transaction)
      ? { chainId: hexQuantity(BigInt(chainId)), ...eip712Signature(transaction) }
      : signedFields(transaction)),
  };
}

/** A transaction that a block holds, without its place there. `hash`: the chain's own name for it. */
export function minedTransaction(transaction: EngineTransaction, hash: Hex, chainId: number): ShownFields {
  if (transaction.kind === "signed") return { ...signedTransaction(transaction, chainId), hash };
  const { from, to, valueWei, data, gasLimit, nonce } = transaction;
  return {
    hash,
    type: "0x0",
    from,
    to: to ?? null,
    value: hexQuantity(valueWei),
    input: data,
    gas: hexQuantity(gasLimit),
    nonce: hexQuantity(nonce),
    gasPrice: "0x0",
    // In the place of a signature, as Hardhat shows what an impersonated account has sent.
    v: hexQuantity(2 * chainId + 35),
    r: hexQuantity(BigInt(from)),
    s: hexQuantity(BigInt(from)),
  };
}

function eip712Signature({ signature: { r, s, yParity } }: Eip712Transaction): ShownFields {
  const parity = hexQuantity(BigInt(yParity));
  return { r: hexQuantity(BigInt(r)), s: hexQuantity(BigInt(s)), v: parity, yParity: parity };
}

/** Places in the RLP list of a transaction, behind its chain's id. */
interface ListPlaces {
  readonly accessList: number;
  readonly authorizations?: number;
}

/** Positions of lists by type: EIP-2930, EIP-1559, EIP-7702. */
const PLACES: ReadonlyMap<number, ListPlaces> = new Map([
  [1, { accessList: 7 }],
  [2, { accessList: 8 }],
  [4, { accessList: 8, authorizations: 9 }],
]);

/**
 * Fields that only the signed bytes have. Domain: bytes that were decoded before, so they are well-formed and signed. The
 * list alone is decoded: ethers would make texts of all bytes, which takes milliseconds for a message with its proof.
 */
function signedFields({ raw, type }: SignedTransaction): ShownFields {
  const bytes = fromHex(raw);
  const fields = RLP.decode(type === 0 ? bytes : bytes.subarray(1)) as NestedUint8Array;
  const [parity, r, s] = fields.slice(-3).map(number);
  const signature = { r: hexQuantity(r ?? 0n), s: hexQuantity(s ?? 0n) };
  const places = PLACES.get(type);
  const v = parity ?? 0n;
  if (places === undefined)
    return { ...(v < 35n ? {} : { chainId: hexQuantity((v - 35n) / 2n) }), ...signature, v: hexQuantity(v) };
  const { accessList, authorizations } = places;
  return {
    chainId: hexQuantity(number(fields[0])),
    accessList: lists(fields[accessList]).map(shownEntry),
    ...(authorizations === undefined ? {} : { authorizationList: lists(fields[authorizations]).map(shownAuthorization) }),
    ...signature,
    v: hexQuantity(v),
    yParity: hexQuantity(v),
  };
}

type Item = NestedUint8Array[number] | undefined;

function number(item: Item): bigint {
  return item instanceof Uint8Array && item.length > 0 ? BigInt(toHex(item)) : 0n;
}

function text(item: Item): Hex {
  return item instanceof Uint8Array ? toHex(item) : "0x";
}

function lists(item: Item): readonly NestedUint8Array[] {
  return item instanceof Uint8Array || item === undefined ? [] : (item as readonly NestedUint8Array[]);
}

function shownEntry([address, storageKeys]: NestedUint8Array): object {
  return { address: text(address), storageKeys: lists(storageKeys).map((key) => text(key)) };
}

function shownAuthorization([chainId, address, nonce, yParity, r, s]: NestedUint8Array): object {
  return {
    chainId: hexQuantity(number(chainId)),
    address: text(address),
    nonce: hexQuantity(number(nonce)),
    yParity: hexQuantity(number(yParity)),
    r: hexQuantity(number(r)),
    s: hexQuantity(number(s)),
  };
}
