import { Signature, Transaction, type Authorization } from "ethers";
import { wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { Chain } from "../../chain.ts";
import type { ShownFields } from "../../../ground/transaction/shown-transaction.ts";

/**
 * A mined transaction as its sender sent it; null for one without a signature: an operation of L1's queue, or an impersonated
 * account's.
 */
export function sentBytes({ index }: Pick<Chain, "index">, mined: ShownFields): Hex | null {
  const hash = String(mined["hash"]).toLowerCase() as Hex;
  const known = index.publicHash(hash);
  if (index.priorityOp(known) !== undefined) return null;
  const shown = mined as unknown as ShownTransaction;
  // In the place of the signature of an impersonated account its address is shown twice.
  const isUnsigned = BigInt(shown.r) === BigInt(shown.from) && BigInt(shown.s) === BigInt(shown.from);
  return index.eip712(known)?.transaction.raw ?? (isUnsigned ? null : encoded(shown, hash));
}

/** An authorization as nodes show it. */
interface ShownAuthorization {
  readonly chainId: Hex;
  readonly address: Hex;
  readonly nonce: Hex;
  readonly yParity: Hex;
  readonly r: Hex;
  readonly s: Hex;
}

/** Fields of a node's answer that a transaction's bytes contain. */
interface ShownTransaction {
  readonly type: Hex;
  readonly chainId?: Hex;
  readonly from: Hex;
  readonly to: Hex | null;
  readonly input: Hex;
  readonly gas: Hex;
  readonly nonce: Hex;
  readonly value: Hex;
  readonly gasPrice: Hex;
  readonly maxFeePerGas?: Hex;
  readonly maxPriorityFeePerGas?: Hex;
  readonly accessList?: readonly { readonly address: Hex; readonly storageKeys: readonly Hex[] }[];
  readonly authorizationList?: readonly ShownAuthorization[];
  readonly v: Hex;
  readonly r: Hex;
  readonly s: Hex;
}

/** The bytes that have this hash; null where the fields are not all that was hashed. */
function encoded(rpcTransaction: ShownTransaction, hash: Hex): Hex | null {
  const type = Number(rpcTransaction.type);
  const { to, input: data, gas: gasLimit, value, gasPrice, maxFeePerGas, maxPriorityFeePerGas, v } = rpcTransaction;
  const transaction = Transaction.from({
    type,
    to,
    data,
    gasLimit,
    value,
    nonce: Number(rpcTransaction.nonce),
    chainId: chainIdOf(rpcTransaction),
    ...(maxFeePerGas === undefined || maxPriorityFeePerGas === undefined ? { gasPrice } : { maxFeePerGas, maxPriorityFeePerGas }),
    ...(rpcTransaction.accessList === undefined
      ? {}
      : {
          accessList: rpcTransaction.accessList.map(({ address, storageKeys }) => ({ address, storageKeys: [...storageKeys] })),
        }),
    ...(rpcTransaction.authorizationList === undefined
      ? {}
      : { authorizationList: rpcTransaction.authorizationList.map(signedAuthorization) }),
  });
  const [r, s] = [wordToHex(BigInt(rpcTransaction.r)), wordToHex(BigInt(rpcTransaction.s))];
  transaction.signature = type === 0 ? { r, s, v: BigInt(v) } : { r, s, yParity: BigInt(v) === 0n ? 0 : 1 };
  return transaction.hash === hash ? (transaction.serialized as Hex) : null;
}

function signedAuthorization({ chainId, address, nonce, yParity, r, s }: ShownAuthorization): Authorization {
  const parity = BigInt(yParity) === 0n ? 0 : 1;
  const signature = Signature.from({ r: wordToHex(BigInt(r)), s: wordToHex(BigInt(s)), yParity: parity });
  return { chainId: BigInt(chainId), address, nonce: BigInt(nonce), signature };
}

/** Chain id of a transaction; the signature of an old transaction names the chain, or none (EIP-155). */
function chainIdOf({ type, chainId, v }: ShownTransaction): bigint {
  if (type !== "0x0") return BigInt(chainId ?? "0x0");
  return BigInt(v) < 35n ? 0n : (BigInt(v) - 35n) / 2n;
}
