import { AbiCoder, ZeroHash, type FeeData, type Signer, type TransactionRequest } from "ethers";
import { HyperchainError } from "../../ground/errors/hyperchain-error.ts";
import { CREATE2_DEPLOYER } from "../../ground/protocol/create2.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { inclusionOf } from "../relayer/inclusion.ts";
import type { BridgeMember } from "./bridge-member.ts";

const LOOK_MS = 10;
/** For what is included soon where it is included at all. */
const MOST_LOOKS = 1_000;
/** Multiple of the current price, because later steps run in full blocks that earlier ones have made. */
const HEADROOM = 2n;

/** A transaction of a set-up. */
export interface SetUpStep {
  /** Purpose of the step, for errors. */
  readonly what: string;
  readonly transaction: TransactionRequest & { readonly gasLimit: bigint };
}

const DEPLOYMENT_GAS = 7_000_000n;
/** Gas price of a bridge on a member, above its cost. */
export const WEI_PER_GAS = { chain: 10n ** 9n, l1: 10n * 10n ** 9n };

/** Creates a contract; `values` are its constructor's, which gets the coins. */
export function createStep(
  what: string,
  bytecode: string,
  types: readonly string[],
  values: readonly unknown[],
  value = 0n,
): SetUpStep {
  // Joined as texts: ethers does it byte by byte.
  const data = bytecode + AbiCoder.defaultAbiCoder().encode(types, values).slice(2);
  return { what: `create ${what}`, transaction: { data, value, gasLimit: DEPLOYMENT_GAS } };
}

/** Creates a contract at the address that it has on every member, by the public's deployer. */
export function createAtOneAddress(what: string, code: string): SetUpStep {
  return {
    what: `create ${what}`,
    transaction: { to: CREATE2_DEPLOYER, data: ZeroHash + code.slice(2), gasLimit: DEPLOYMENT_GAS },
  };
}

/** Signs a transaction and gives it to the signer's member; resolves with its hash before it is in a block. */
export type Transmit = (signer: Signer, transaction: TransactionRequest) => Promise<Hex>;

/**
 * SetUpFailed: a step of a bridge's set-up was included and reverted, or its chain refused it. KeyUsed: the bridge's key has sent
 * something else, so that its contracts would be elsewhere. IdChanged: the config names another id than a member has.
 * Remedy: use another key for the bridge, or the ids that the members have, and start again.
 */
export class BridgeSetUpError extends HyperchainError<"SetUpFailed" | "KeyUsed" | "IdChanged"> {
  override readonly name = "BridgeSetUpError";
}

/**
 * Sends steps in sequence, without waiting between them, from the account's nonce on the member. Rejects with
 * BridgeSetUpError SetUpFailed for the first refused step.
 */
export async function sendSteps(
  { name, chainId, wallet, provider }: BridgeMember,
  steps: readonly SetUpStep[],
  transmit: Transmit,
): Promise<void> {
  if (steps.length === 0) return;
  const first = await provider.getTransactionCount(wallet.address, "pending");
  // Asked for once: a signer asks for prices before each transaction that names none.
  const fees = pricesOf(await provider.getFeeData());
  const sent: { readonly what: string; readonly hash: string }[] = [];
  for (const [i, { what, transaction }] of steps.entries()) {
    const hash = await transmit(wallet, { ...transaction, ...fees, chainId, nonce: first + i }).catch((error: unknown) => {
      throw setUpFailed(`${name} refuses to ${what}`, error);
    });
    sent.push({ what, hash });
  }
  for (const { what, hash } of sent) {
    const { status } = await inclusionOf(hash, provider, LOOK_MS);
    if (status !== 1) throw setUpFailed(`${name} could not ${what}: transaction ${hash} reverted`);
  }
}

/**
 * Prices of a transaction of type 2. ethers would send another type on chains, whose base fee is 0, but
 * `transmit` signs type 2 in a tenth of the time.
 */
function pricesOf({ gasPrice, maxFeePerGas, maxPriorityFeePerGas }: FeeData): TransactionRequest {
  if (maxFeePerGas !== null) return { type: 2, maxFeePerGas: HEADROOM * maxFeePerGas, maxPriorityFeePerGas };
  return gasPrice === null ? {} : { type: 2, maxFeePerGas: gasPrice, maxPriorityFeePerGas: gasPrice };
}

/**
 * Sends the steps of a set-up whose place in the key's nonces is fixed, from the first that was not sent: the first step has
 * nonce 0. A key that did anything else has left other contracts, or none, where `isThere` looks. Rejects with
 * BridgeSetUpError.
 */
export async function deployFixed(
  member: BridgeMember,
  steps: readonly SetUpStep[],
  isThere: () => Promise<boolean>,
  transmit: Transmit,
): Promise<void> {
  const { name, wallet, provider } = member;
  // What an earlier process sent may be in no block yet.
  const nonce = await provider.getTransactionCount(wallet.address, "pending");
  await sendSteps(member, steps.slice(nonce), transmit);
  for (let looks = 0; looks < MOST_LOOKS && (await provider.getTransactionCount(wallet.address)) < nonce; looks++)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  if (await isThere()) return;
  throw new BridgeSetUpError(
    "KeyUsed",
    `the key ${wallet.address} of the bridge has sent ${nonce} transactions on ${name}, and its first ${steps.length} were not the set-up of its contracts: nothing else may send with it; start a new ecosystem`,
  );
}

export function setUpFailed(what: string, cause?: unknown): BridgeSetUpError {
  return new BridgeSetUpError("SetUpFailed", `the bridge is not set up: ${what}`, { cause });
}

/** A contract is created with its member's id, and the other members' have stored it. */
export function idChanged(bridge: string, { name, id }: BridgeMember, stored: bigint): BridgeSetUpError {
  return new BridgeSetUpError(
    "IdChanged",
    `${name} has had ${bridge}'s id ${stored} since its contracts were created, and the config says ${id}: write ids: { ${JSON.stringify(name)}: ${stored} }, or start a new ecosystem`,
  );
}
