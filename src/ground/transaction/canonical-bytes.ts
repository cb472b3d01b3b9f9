import { RLP } from "@ethereumjs/rlp";
import type { TypedTransaction } from "@ethereumjs/tx";
import { bigIntToUnpaddedBytes, equalsBytes, unpadBytes } from "@ethereumjs/util";

type Field = bigint | Uint8Array | readonly unknown[];

/**
 * True if the bytes are Ethereum's encoding of a transaction. ethereumjs reads more than that: an access list
 * that is an empty text, and zeros before a chain's id. Circuits and other clients do not, and find another signer then, or none.
 */
export function isCanonical(tx: TypedTransaction, bytes: Uint8Array): boolean {
  const list = RLP.encode(fieldsOf(tx).map(encoded) as never);
  return equalsBytes(tx.type === 0 ? list : Uint8Array.of(tx.type, ...list), bytes);
}

function fieldsOf(tx: TypedTransaction): readonly Field[] {
  const { nonce, gasLimit, value, data, v = 0n, r = 0n, s = 0n } = tx;
  const to = tx.to?.bytes ?? new Uint8Array();
  const price = "maxFeePerGas" in tx ? [tx.maxPriorityFeePerGas, tx.maxFeePerGas] : "gasPrice" in tx ? [tx.gasPrice] : [];
  const head = "accessList" in tx ? [BigInt(tx.chainId)] : [];
  const lists = "accessList" in tx ? [listOf(tx.accessList).map(access)] : [];
  const authorizations = "authorizationList" in tx ? [listOf(tx.authorizationList).map(authorization)] : [];
  return [...head, nonce, ...price, gasLimit, to, value, data, ...lists, ...authorizations, v, r, s];
}

/** A text instead of a list counts as an empty list, whose encoding differs. */
function listOf(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? list : [];
}

/** An address and the list of its keys. */
function access(entry: unknown): unknown {
  const [address, keys] = listOf(entry);
  return [address, listOf(keys)];
}

/** Chain, address, nonce and signature: all but the address are numbers. */
function authorization(fields: unknown): unknown {
  return listOf(fields).map((field, i) => (i === 1 ? field : unpadBytes(field as Uint8Array)));
}

function encoded(field: Field): unknown {
  return typeof field === "bigint" ? bigIntToUnpaddedBytes(field) : field;
}

/** Index of the access list in the fields of each type that has one (EIP-2930, EIP-1559, EIP-4844, EIP-7702). */
const ACCESS_LISTS = new Map([
  [1, 7],
  [2, 8],
  [3, 8],
  [4, 8],
]);

/** True if an access list holds texts instead of entries, with which ethereumjs fails without a name. */
export function hasMalformedAccessList(bytes: Uint8Array): boolean {
  const index = ACCESS_LISTS.get(bytes[0] ?? 0);
  if (index === undefined) return false;
  const fields = RLP.decode(bytes.subarray(1));
  const list = Array.isArray(fields) ? fields[index] : undefined;
  return !Array.isArray(list) || list.some((entry) => !Array.isArray(entry));
}
