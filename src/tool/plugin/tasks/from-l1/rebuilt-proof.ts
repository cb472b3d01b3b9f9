import {
  messagesOf,
  proveHolding,
  proveMessage,
  proveNotDelivered,
  proveOperationResult,
} from "../../../../ecosystem/devnet/reconstruction/proofs.ts";
import type { Reconstruction } from "../../../../ecosystem/devnet/reconstruction/reconstruct.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";

/** Proof of a rebuilt chain for a contract on L1, for running and ended chains. */
interface RebuiltProof {
  readonly kind: "message" | "operation" | "holding" | "undelivered";
  /**
   * Function that takes the proof on L1. The bridge pays a withdrawal, or refunds a failed deposit; the state
   * exit pays a holding, or refunds a transfer.
   */
  readonly takenBy: "finalizeDeposit" | "bridgeRecoverFailedTransfer" | "claimHolding" | "refundTransfer";
  readonly proof: unknown;
}

/**
 * The proof that a hash or an address names: a message by the keccak of its body, an operation of the queue by its hash, what
 * an account holds of `token` (default: the base token) by its address, that a transfer of another chain has not arrived by
 * that chain's id, a colon and the message's hash. Throws a plugin error where L1 cannot know of it.
 */
export function rebuiltProof(reconstruction: Reconstruction, name: string, token: string | undefined): RebuiltProof {
  const wanted = name.toLowerCase() as Hex;
  const [, source, transfer] = /^(\d+):(0x[0-9a-f]{64})$/.exec(wanted) ?? [];
  if (source !== undefined && transfer !== undefined) return undelivered(reconstruction, BigInt(source), transfer as Hex);
  if (/^0x[0-9a-f]{40}$/.test(wanted)) return holding(reconstruction, wanted, token?.toLowerCase() as Hex | undefined);
  if (!/^0x[0-9a-f]{64}$/.test(wanted))
    throw pluginError(
      `'${name}' is not provable; name the hash of a message or of an operation from L1, a chain's id, a colon and a transfer's hash, or an account's address`,
    );
  const message = messagesOf(reconstruction).find(({ hash }) => hash === wanted);
  if (message?.isExecuted === true) {
    return {
      kind: "message",
      takenBy: "finalizeDeposit",
      proof: proveMessage(reconstruction, message.batchNumber, message.index),
    };
  }
  const result = proveOperationResult(reconstruction, wanted);
  if (result !== undefined) return { kind: "operation", takenBy: "bridgeRecoverFailedTransfer", proof: result };
  throw pluginError(`no batch that L1 has executed has a message, or the result of an operation, with the hash ${name}`);
}

function undelivered(reconstruction: Reconstruction, sourceChainId: bigint, messageHash: Hex): RebuiltProof {
  const proof = proveNotDelivered(reconstruction, sourceChainId, messageHash);
  if (proof !== undefined) return { kind: "undelivered", takenBy: "refundTransfer", proof };
  throw pluginError(`the chain has taken the transfer ${messageHash} of chain ${sourceChainId}`);
}

function holding(reconstruction: Reconstruction, account: Hex, token: Hex | undefined): RebuiltProof {
  const { baseToken } = reconstruction.contract.configuration;
  const proof = proveHolding(reconstruction, account, token ?? baseToken);
  if (proof !== undefined) return { kind: "holding", takenBy: "claimHolding", proof };
  throw pluginError(`${account} has never held any of ${token ?? "the base token"} there`);
}
