import { AbiCoder, ContractFactory, Interface } from "ethers";
import type { Provider, Signer } from "ethers";
import { partsOf } from "../../options/fields/data-policy.ts";
import type { DataPart } from "../../options/fields/data-policy.ts";
import type { Hex } from "../../protocol/hex.ts";
import { DeploymentError } from "../deployment/deploy-ecosystem.ts";
import type { ArtifactSource, DeployedEcosystem } from "../deployment/deploy-ecosystem.ts";

/** A data availability policy on L1, with those of which it is made. */
export interface PolicyContract {
  readonly address: Hex;
  readonly parts: readonly PolicyContract[];
}

/** The accounts of a committee, and how many of them must sign. */
interface CommitteeAccounts {
  readonly addresses: readonly Hex[];
  readonly threshold: number;
}

interface PolicyDependencies {
  readonly ecosystem: Pick<DeployedEcosystem, "addresses">;
  readonly operator: Signer;
  readonly artifacts: ArtifactSource;
}

const composed = new Interface(["function members() view returns (address[])"]);

/** Deploys the policy, its parts first. `committees`: one for each committee in it, in order. Rejects with DeploymentError. */
export async function deployPolicy(
  part: DataPart,
  committees: Iterator<CommitteeAccounts>,
  dependencies: PolicyDependencies,
): Promise<PolicyContract> {
  if (part === "rollup") return { address: dependencies.ecosystem.addresses.rollupPolicy, parts: [] };
  const inner = partsOf(part);
  if (inner.length === 0) {
    const { value } = committees.next() as IteratorYieldResult<CommitteeAccounts>;
    const ascending = value.addresses.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    return { address: await deployOn("CommitteePolicy", [ascending, value.threshold], dependencies), parts: [] };
  }
  const parts: PolicyContract[] = [];
  for (const each of inner) parts.push(await deployPolicy(each, committees, dependencies));
  const name = typeof part === "object" && "allOf" in part ? "AllOfPolicy" : "AnyOfPolicy";
  return { address: await deployOn(name, [parts.map(({ address }) => address)], dependencies), parts };
}

/** The policy that was deployed at this address, with its parts as L1 has them. Rejects with the provider's error. */
export async function findPolicy(part: DataPart, address: Hex, l1: Provider): Promise<PolicyContract> {
  const inner = partsOf(part);
  if (inner.length === 0) return { address, parts: [] };
  const answer = await l1.call({ to: address, data: composed.encodeFunctionData("members") });
  const [members] = composed.decodeFunctionResult("members", answer) as unknown as [readonly string[]];
  const found = inner.map((each, i) => findPolicy(each, String(members[i]).toLowerCase() as Hex, l1));
  return { address, parts: await Promise.all(found) };
}

/** The signatures in what a policy was shown, by the contract that counted them. L1 took what was shown: it is well formed. */
export function signaturesShown(
  part: DataPart,
  { address, parts }: PolicyContract,
  policyData: Hex,
): readonly (readonly [committee: Hex, signatures: readonly string[]])[] {
  if (part === "rollup") return [];
  const coder = AbiCoder.defaultAbiCoder();
  const inner = partsOf(part).map((each, i) => [each, parts[i] as PolicyContract] as const);
  if (typeof part === "object" && "anyOf" in part) {
    const [member, data] = coder.decode(["uint256", "bytes"], policyData) as unknown as [bigint, Hex];
    const [each, contract] = inner[Number(member)] ?? ["rollup" as const, { address, parts }];
    return signaturesShown(each, contract, data);
  }
  const [shown] = coder.decode(["bytes[]"], policyData) as unknown as [readonly Hex[]];
  if (inner.length === 0) return [[address, shown]];
  return inner.flatMap(([each, contract], i) => signaturesShown(each, contract, shown[i] ?? "0x"));
}

/** Deploys one of this package's contracts from the operator's account. Rejects with DeploymentError. */
export async function deployOn(
  name: string,
  args: readonly unknown[],
  { operator, artifacts }: Pick<PolicyDependencies, "operator" | "artifacts">,
): Promise<Hex> {
  const { abi, bytecode } = await artifacts(name);
  const { data } = await new ContractFactory(abi, bytecode).getDeployTransaction(...args);
  const response = await operator.sendTransaction({ data });
  const receipt = await response.wait();
  if (receipt?.contractAddress === null || receipt?.contractAddress === undefined)
    throw new DeploymentError(name, `transaction ${response.hash} created nothing`);
  return receipt.contractAddress.toLowerCase() as Hex;
}
