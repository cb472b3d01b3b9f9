import { getBytes, Signature, Transaction, type BaseWallet, type TransactionLike } from "ethers";
import { wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { parseCall, record } from "../request/call-request.ts";
import { quantity } from "../request/quantities.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";

/** Default values of fields that the sender omits. */
interface TransactionDefaults {
  readonly chainId: ChainId;
  readonly nonce: bigint;
  readonly gas: bigint;
  readonly gasPriceWei: bigint;
  /** The least that the chain takes of this sender now. */
  readonly leastPaidWei: bigint;
}

/** EIP-2718's numbers of the types that a chain takes. */
const TYPES = new Set([0, 1, 2, 4]);

/** Completes and signs the transaction object of `eth_sendTransaction`. Resolves with its serialised form. Throws RpcError. */
export function signTransaction(value: unknown, wallet: BaseWallet, defaults: TransactionDefaults): Hex {
  const request = record(value, "the transaction");
  const { to, valueWei, data, gas = defaults.gas } = parseCall(value);
  const optional = (field: string): bigint | undefined =>
    request[field] === undefined || request[field] === null ? undefined : quantity(request[field]);
  const chainId = optional("chainId") ?? defaults.chainId;
  if (chainId !== defaults.chainId) {
    throw new RpcError(RpcCode.invalidParams, `the transaction is for chain ${chainId}, this is chain ${defaults.chainId}`, {
      code: "WrongChain",
    });
  }
  const type = typeOf(request, optional("type"));
  const paid = isUnpriced(optional, defaults.leastPaidWei) ? () => undefined : optional;
  const fees = type >= 2 ? dynamicFees(paid, defaults.gasPriceWei) : { gasPrice: paid("gasPrice") ?? defaults.gasPriceWei };
  const fields: TransactionLike = {
    type,
    chainId,
    nonce: Number(optional("nonce") ?? defaults.nonce),
    to: to ?? null,
    value: valueWei,
    data,
    gasLimit: gas,
    ...fees,
    ...(type >= 1 ? { accessList: (request["accessList"] ?? []) as [] } : {}),
    ...(type === 4 ? { authorizationList: authorizations(request["authorizationList"]) } : {}),
  };
  try {
    const transaction = Transaction.from(fields);
    transaction.signature = wallet.signingKey.sign(transaction.unsignedHash);
    return transaction.serialized as Hex;
  } catch (error) {
    if (error instanceof RpcError) throw error;
    throw new RpcError(
      RpcCode.invalidParams,
      `the transaction cannot be signed: ${error instanceof Error ? error.message.slice(0, 300) : String(error)}`,
      undefined,
      { cause: error },
    );
  }
}

/** A signature of a hash, 65 bytes with 27 or 28 at the end. */
export function signHash(hash: string, wallet: BaseWallet): Hex {
  return wallet.signingKey.sign(getBytes(hash)).serialized as Hex;
}

function typeOf(request: Readonly<Record<string, unknown>>, named: bigint | undefined): number {
  const has = (field: string): boolean => request[field] !== undefined && request[field] !== null;
  if (named === 3n || has("blobVersionedHashes") || has("blobs")) {
    throw new RpcError(RpcCode.invalidParams, "blob transactions (type 3) are not supported: this chain stores no blobs", {
      code: "TypeNotSupported",
    });
  }
  if (named !== undefined && !TYPES.has(Number(named))) {
    throw new RpcError(
      RpcCode.invalidParams,
      `transactions of type ${named} cannot be signed here: sign them in the client, or choose type 0, 1, 2 or 4`,
      { code: "TypeNotSupported" },
    );
  }
  if (has("gasPrice") && (has("maxFeePerGas") || has("maxPriorityFeePerGas"))) {
    throw new RpcError(RpcCode.invalidParams, "give gasPrice, or maxFeePerGas and maxPriorityFeePerGas, not both");
  }
  if (named !== undefined) return Number(named);
  if (has("authorizationList")) return 4;
  if (has("gasPrice")) return has("accessList") ? 1 : 0;
  return 2;
}

/**
 * Whether a transaction would be refused for a price of 0. Tools that take it from a base fee of 0, as Hardhat Ignition does,
 * have not chosen it.
 */
function isUnpriced(optional: (field: string) => bigint | undefined, leastPaidWei: bigint): boolean {
  return leastPaidWei > 0n && ["gasPrice", "maxFeePerGas", "maxPriorityFeePerGas"].every((field) => !optional(field));
}

/** The base fee is 0, so the cap need not be above the priority fee. */
function dynamicFees(
  optional: (field: string) => bigint | undefined,
  gasPriceWei: bigint,
): { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint } {
  const cap = optional("maxFeePerGas");
  const priority = optional("maxPriorityFeePerGas") ?? (cap === undefined || cap > gasPriceWei ? gasPriceWei : cap);
  return { maxFeePerGas: cap ?? (priority > gasPriceWei ? priority : gasPriceWei), maxPriorityFeePerGas: priority };
}

function authorizations(list: unknown): NonNullable<TransactionLike["authorizationList"]> {
  if (!Array.isArray(list)) throw new RpcError(RpcCode.invalidParams, "the authorization list must be a list");
  return list.map((entry) => {
    const { address, chainId, nonce, r, s, ...parity } = record(entry, "an authorization");
    // Clients leave leading zeros out, or not.
    const signature = Signature.from({
      r: wordToHex(quantity(r)),
      s: wordToHex(quantity(s)),
      yParity: parityOf(quantity(parity["yParity"] ?? parity["v"])),
    });
    return { address: String(address), chainId: quantity(chainId), nonce: quantity(nonce), signature };
  });
}

/** Some clients count from 27. */
function parityOf(v: bigint): 0 | 1 {
  const parity = v === 27n || v === 28n ? v - 27n : v;
  if (parity > 1n) throw new RpcError(RpcCode.invalidParams, `yParity of an authorization is ${parity}, and can be 0 or 1`);
  return parity === 0n ? 0 : 1;
}
