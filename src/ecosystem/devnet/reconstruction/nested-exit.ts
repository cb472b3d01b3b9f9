import { getCreateAddress, Interface, type Provider, type Result } from "ethers";
import { settlementCreatorAbi } from "../../../ground/abi/settlement-creator.ts";
import { ReconstructionError } from "../../../chain/reconstruction/reconstruction-error.ts";
import {
  proveNestedHolding as proveNestedHoldingIn,
  type NestedHoldingProof,
} from "../../../chain/state/nested-holding-proof.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { readLogs } from "../../../chain/settlement-layer/reader/log-pages.ts";
import type { SettlementTerms } from "../deployment/settlement-creator.ts";
import { executedTree } from "./proofs.ts";
import type { Reconstruction } from "./reconstruct.ts";

/** The contracts on a chain for those on it, by all from which their addresses follow. */
export interface SettlementOnBase {
  readonly terms: SettlementTerms;
  readonly contracts: { readonly bridge: Hex; readonly stateExit: Hex };
}

const creator = new Interface(settlementCreatorAbi);
/** Their places among what a creator creates (`SettlementPlaces.sol`) and one. */
const [EXIT_NONCE, BRIDGE_NONCE, FACTORY_NONCE] = [4, 5, 9];

/**
 * The settlement that a factory belongs to, as its creator has told the base. Nothing of it need be believed: L1 computes the
 * same addresses. Undefined where an account created the contracts, as earlier versions did.
 */
export async function readSettlement(
  base: Pick<Provider, "getBlockNumber" | "getLogs">,
  factory: Hex,
): Promise<SettlementOnBase | undefined> {
  const topics = creator.encodeFilterTopics("SettlementPlanned", [factory]);
  const question = { topics, fromBlock: 0, toBlock: await base.getBlockNumber() };
  // In pages: strangers' events can be more than a node answers at once.
  for (const { address, topics: told, data } of await readLogs(base, question)) {
    // Any contract can emit the event, with any data.
    if (createdBy(address, FACTORY_NONCE) !== factory.toLowerCase()) continue;
    return settlementOf(address, creator.decodeEventLog("SettlementPlanned", data, told)["terms"] as Result);
  }
  return undefined;
}

function createdBy(from: string, nonce: number): Hex {
  return getCreateAddress({ from, nonce }).toLowerCase() as Hex;
}

function settlementOf(address: string, terms: Result): SettlementOnBase {
  return {
    terms: terms.toObject() as SettlementTerms,
    contracts: { bridge: createdBy(address, BRIDGE_NONCE), stateExit: createdBy(address, EXIT_NONCE) },
  };
}

/**
 * Settlement contracts in the state of a rebuilt base, whose events are not available: its creator is the account whose
 * ninth creation is the factory. `node` answers for that state.
 */
export async function settlementIn(
  { state }: Pick<Reconstruction, "state">,
  node: Pick<Provider, "call">,
  factory: Hex,
): Promise<SettlementOnBase | undefined> {
  const found = state
    .accounts()
    .find(({ address, code }) => code !== undefined && createdBy(address, FACTORY_NONCE) === factory.toLowerCase());
  if (found === undefined) return undefined;
  const answer = await node.call({ to: found.address, data: creator.encodeFunctionData("terms") });
  const terms = creator.decodeFunctionResult("terms", answer)[0] as Result;
  return settlementOf(found.address, terms);
}

/**
 * Balance of an account on a chain whose base has stopped, and its proof, by which the exit of such chains pays it out
 * (`INestedExit.sol`). `chain` is rebuilt up to the last block of the base's last executed batch. `token` is on the
 * settlement layer of the base; 0 and 1 are ETH. `undefined` if the account never had any. Throws ReconstructionError
 * RootMismatch if the base's executed state has another root of the chain, RangeError like `proveHolding`.
 */
export function proveNestedHolding(
  base: Reconstruction,
  chain: Reconstruction,
  { contracts }: SettlementOnBase,
  { account, token }: { readonly account: Hex; readonly token: Hex },
): NestedHoldingProof | undefined {
  const [below, above] = [base.contract.configuration, chain.contract.configuration];
  const found = proveNestedHoldingIn(executedTree(base), executedTree(chain), {
    settlementChainId: base.contract.settlementChainId,
    base: { chainId: below.chainId, baseToken: below.baseToken },
    chain: { chainId: above.chainId, baseToken: above.baseToken, hyperchain: chain.contract.hyperchain },
    contracts,
    token,
    account,
  });
  if (found === undefined || found.shownRoot === chain.stateRoot) return found;
  throw new ReconstructionError(
    "RootMismatch",
    `the rebuilt root is ${chain.stateRoot}, chain ${below.chainId} had executed ${found.shownRoot} when it stopped`,
  );
}
