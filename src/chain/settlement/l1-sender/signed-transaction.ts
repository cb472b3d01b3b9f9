import { createCustomCommon, Mainnet, type Common, type CustomCrypto } from "@ethereumjs/common";
import { createFeeMarket1559Tx } from "@ethereumjs/tx";
import {
  BaseWallet,
  isHexString,
  type JsonRpcApiProvider,
  type Provider,
  type Signer,
  type TransactionLike,
  type TransactionRequest,
} from "ethers";
import { fromHex, toHex, type Hex } from "../../../ground/protocol/hex.ts";
import { libsecp256k1 } from "../../../ground/runtime/libsecp256k1.ts";

/**
 * The transaction, completed and signed, in L1's encoding. Loaded keys sign bytes: ethers builds a transaction out of
 * hexadecimal texts, which takes 18 ms for a contract of full size instead of 2 (decision 73). Rejects with ethers'
 * error.
 */
export async function signedTransaction(signer: Signer, request: TransactionRequest): Promise<Hex> {
  const complete = isComplete(request) ? request : await signer.populateTransaction(request);
  const isPlain = complete.type === 2 && !complete.accessList?.length && Number.isSafeInteger(Number(complete.chainId));
  if (!(signer instanceof BaseWallet) || !isPlain) return (await signer.signTransaction(complete)) as Hex;
  return signedByKey(fromHex(signer.privateKey), complete);
}

/** Whether nothing is left to ask a node for: ethers would copy all bytes twice to find that out, 2 ms for a contract. */
function isComplete(request: TransactionRequest): request is TransactionLike<string> {
  const { type, chainId, nonce, gasLimit, maxFeePerGas, maxPriorityFeePerGas, to, from } = request;
  const named = [chainId, nonce, gasLimit, maxFeePerGas, maxPriorityFeePerGas];
  return type === 2 && !from && (!to || isHexString(to, 20)) && named.every((each) => each !== undefined && each !== null);
}

/**
 * Sends a signed transaction to the provider's node, and resolves with its hash before it is mined.
 * `broadcastTransaction` of ethers would decode it, encode it three times and recover its sender, 20 ms for a contract of
 * full size. Rejects with the provider's error.
 */
export async function broadcastSigned(provider: Provider, raw: Hex): Promise<Hex> {
  // Of ethers' providers and of hardhat-ethers', which share no class.
  return (await (provider as JsonRpcApiProvider).send("eth_sendRawTransaction", [raw])) as Hex;
}

function signedByKey(key: Uint8Array, complete: TransactionLike<string>): Hex {
  const { nonce, gasLimit, maxFeePerGas, maxPriorityFeePerGas, to, value, data } = complete;
  const chainId = BigInt(complete.chainId ?? 0);
  const transaction = createFeeMarket1559Tx(
    {
      chainId,
      nonce: BigInt(nonce ?? 0),
      gasLimit: BigInt(gasLimit ?? 0),
      maxFeePerGas: BigInt(maxFeePerGas ?? 0),
      maxPriorityFeePerGas: BigInt(maxPriorityFeePerGas ?? 0),
      ...(typeof to === "string" ? { to: to as Hex } : {}),
      value: BigInt(value ?? 0),
      data: fromHex(data ?? "0x"),
    },
    { common: rulesOf(chainId), freeze: false },
  );
  return toHex(transaction.sign(key).serialize());
}

/** Rules by chain id, of the settlement layers that a process sends to. */
const rules = new Map<bigint, Common>();

/** London brought this type. What later forks limit is the L1's to refuse. */
function rulesOf(chainId: bigint): Common {
  let known = rules.get(chainId);
  if (known === undefined) {
    known = createCustomCommon({ chainId: Number(chainId) }, Mainnet, { hardfork: "london", customCrypto: crypto });
    rules.set(chainId, known);
  }
  return known;
}

/** Signature function for ethereumjs: the parity before r and s. */
const crypto: CustomCrypto = {
  ecsign(hash, key) {
    const { signature, recid } = libsecp256k1.ecdsaSign(hash, key);
    return Uint8Array.of(recid, ...signature);
  },
};
