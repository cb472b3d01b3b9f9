import { Contract, type JsonRpcApiProvider, type Provider } from "ethers";
import { chainFactoryAbi } from "../../ground/abi/chain-factory.ts";
import { HELD_ACCOUNTS_ADDRESS } from "../../ground/protocol/held-accounts-address.ts";
import { registrationMessage } from "../../ground/protocol/held-accounts/formats.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { HeldAccountError } from "./held-account-error.ts";

/** Registration of an account with its proof for L1: its owner hands it to senders, over any channel. */
export interface HeldRegistration {
  readonly number: number;
  readonly owner: Hex;
  readonly chainId: bigint;
  readonly batchNumber: bigint;
  /** Index of the message among the batch's logs. */
  readonly messageIndex: number;
  readonly siblings: readonly Hex[];
}

/** Proof of a log, as `zks_getL2ToL1LogProof` answers. */
interface LogProof {
  readonly id: number;
  readonly proof: readonly Hex[];
  readonly batchNumber: number;
}

/**
 * Proves a registration by its transaction. Undefined until L1 has executed its batch. `chain` is a node whose reader the caller
 * may be.
 */
export async function proveRegistration(
  chain: JsonRpcApiProvider,
  { number, owner, transactionHash }: { readonly number: number; readonly owner: Hex; readonly transactionHash: Hex },
): Promise<HeldRegistration | undefined> {
  const shown = (await chain.send("zks_getL2ToL1LogProof", [transactionHash, 0])) as LogProof | null;
  if (shown === null) return undefined;
  const { chainId } = await chain.getNetwork();
  return { number, owner, chainId, batchNumber: BigInt(shown.batchNumber), messageIndex: shown.id, siblings: shown.proof };
}

/**
 * Checks on L1 that a number is an owner's account. A node that lies about numbers would redirect every burn. Resolves with the
 * number. `expected`: the chain, and the owner's address from a source that the sender trusts. Rejects with HeldAccountError
 * InvalidProof.
 */
export async function verifyRegistration(
  { number, owner, chainId, batchNumber, messageIndex, siblings }: HeldRegistration,
  expected: { readonly chainId: bigint; readonly owner: Hex },
  { l1, factory }: { readonly l1: Provider; readonly factory: Hex },
): Promise<number> {
  if (owner !== expected.owner || chainId !== expected.chainId) {
    const message = `the registration is of ${owner} on chain ${chainId}, not of ${expected.owner} on chain ${expected.chainId}; request the owner's`;
    throw new HeldAccountError("InvalidProof", message);
  }
  const sent = { txNumberInBatch: 0, sender: HELD_ACCOUNTS_ADDRESS, data: registrationMessage(number, owner) };
  const contract = new Contract(factory, chainFactoryAbi, l1);
  const isSent = (await contract
    .getFunction("proveL2MessageInclusion")
    .staticCall(chainId, batchNumber, messageIndex, sent, siblings)) as boolean;
  if (isSent) return number;
  throw new HeldAccountError(
    "InvalidProof",
    `L1 does not have the registration of account ${number} for ${owner}; request another proof`,
  );
}
