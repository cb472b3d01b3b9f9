import { Interface, type Provider } from "ethers";
import { leavesChoice } from "../../options/data-facts.ts";
import type { DataPart } from "../../options/fields/data-policy.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import { committeePolicy, type CommitteeMember } from "../../../chain/settlement/committee.ts";
import { comesWithin, type DataPolicy } from "../../../chain/settlement/data-policy.ts";
import { SettlementError } from "../../../chain/settlement/errors/settlement-error.ts";
import { readPolicyAt } from "../../../chain/settlement/l1-sender/chain-reader.ts";
import { findPolicy, type PolicyContract } from "./policy-contracts.ts";
import { isOfParts } from "./policy-kind.ts";

const committeeInterface = new Interface([
  "function threshold() view returns (uint256)",
  "function isMember(address) view returns (bool)",
]);

/** A chain's policy at its creation, and the service for a contract of the same parts. */
interface CreatedPolicy {
  /** "chain": data are carried by the policy's contract itself, and by no other. */
  readonly part: DataPart | "inputs" | "owners" | "chain";
  readonly contract: PolicyContract;
  readonly serve: (contract: PolicyContract) => Promise<DataPolicy>;
}

interface ServingDependencies {
  readonly provider: Provider;
  readonly hyperchain: Hex;
  readonly clock: Clock;
}

/** For so long L1 is asked which policy a batch has that is to be sealed. */
const ASKED_FOR_MS = 2_000;

/**
 * Shows each batch's data to the policy that L1 gives the batch: that of the chain's creation, or another of the same parts.
 * Which part is chosen its own keepers decide; while L1 does not answer, those of the policy that it named last, since batches
 * are sealed without L1 too. For a policy of another kind `policyData` rejects with SettlementError PolicyOfAnotherKind.
 */
export async function servedPolicy(
  { part, contract, serve }: CreatedPolicy,
  { provider, hyperchain, clock }: ServingDependencies,
): Promise<DataPolicy> {
  const first = await serve(contract);
  let named = first;
  const served = new Map<Hex, DataPolicy>([[contract.address, first]]);
  const at = async (firstTimestamp: bigint): Promise<DataPolicy> => {
    const address = await readPolicyAt({ provider, hyperchain }, firstTimestamp);
    const known = served.get(address);
    if (known !== undefined) return known;
    if (part === "chain" || !(await isOfParts(part, address, provider)))
      throw new SettlementError(
        "PolicyOfAnotherKind",
        `L1 gives the batch the data policy ${address}, which is no ${JSON.stringify(part)} as dataAvailability says: ` +
          "schedule terms with a policy of that kind, or run the chain with the option of the new one",
      );
    const found = await serve(await findPolicy(part, address, provider));
    served.set(address, found);
    return found;
  };
  const choose: DataPolicy["choose"] = async (batch) => {
    const asked = at(batch.outputs.firstTimestamp);
    if (await comesWithin(asked, ASKED_FOR_MS, clock)) named = await asked;
    return named.choose(batch);
  };
  return {
    ...first,
    ...(leavesChoice(part) ? { choose } : {}),
    policyData: async (batch, path) => (await at(batch.outputs.firstTimestamp)).policyData(batch, path),
  };
}

/** A committee's policy: those of the candidates sign that its contract names. Rejects with the provider's error. */
export async function committeeOn(
  contract: { readonly settlementChainId: ChainId; readonly policy: Hex },
  candidates: () => Promise<readonly CommitteeMember[]>,
  l1: Provider,
): Promise<DataPolicy> {
  const ask = async (name: string, ...args: readonly unknown[]): Promise<unknown> => {
    const data = committeeInterface.encodeFunctionData(name, args);
    return committeeInterface.decodeFunctionResult(name, await l1.call({ to: contract.policy, data }))[0];
  };
  const threshold = Number(await ask("threshold"));
  const members = async (): Promise<readonly CommitteeMember[]> => {
    const known = await candidates();
    const counts = await Promise.all(known.map(({ address }) => ask("isMember", address)));
    return known.filter((_, place) => counts[place] === true);
  };
  return {
    ...committeePolicy({ ...contract, members: [], threshold }),
    policyData: async (batch, path) =>
      committeePolicy({ ...contract, members: await members(), threshold }).policyData(batch, path),
  };
}
