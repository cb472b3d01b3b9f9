import { AbiCoder, Interface, type Provider, type Signer } from "ethers";
import { isAttestedPart, isGuardedPart, partsOf, type DataPart, type GuardedData } from "../../options/fields/data-policy.ts";
import { leafOf, type AttestationLeaf } from "../../../ground/protocol/attestation.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { deployContract } from "../deployment/deploy-contract.ts";
import { DeploymentError, type ArtifactSource } from "../deployment/deploy-layer.ts";
import type { Layer } from "../deployment/layer.ts";
import type { GuardiansOfLayer } from "../guardian/guardian-networks.ts";
import { TEST_MEASUREMENT, TEST_ROOT } from "./test-attestor.ts";

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
  readonly ecosystem: Pick<Layer, "addresses">;
  readonly operator: Signer;
  readonly artifacts: ArtifactSource;
  readonly networks: readonly GuardiansOfLayer[];
}

const composed = new Interface(["function members() view returns (address[])"]);
const coder = AbiCoder.defaultAbiCoder();

/** Deploys the policy, its parts first. `committees`: one for each committee in it, in order. Rejects with DeploymentError. */
export async function deployPolicy(
  part: DataPart,
  committees: Iterator<CommitteeAccounts>,
  dependencies: PolicyDependencies,
): Promise<PolicyContract> {
  if (part === "rollup") return { address: dependencies.ecosystem.addresses.rollupPolicy, parts: [] };
  if (part === "listed") return { address: await deployContract("ListedPolicy", [], dependencies), parts: [] };
  if (isGuardedPart(part)) return { address: networkOf(part, dependencies.networks).address, parts: [] };
  if (isAttestedPart(part)) {
    return {
      address: await deployContract("AttestedPolicy", [TEST_ROOT.x, TEST_ROOT.y, TEST_MEASUREMENT], dependencies),
      parts: [],
    };
  }
  const inner = partsOf(part);
  if (inner.length === 0) {
    const { value } = committees.next() as IteratorYieldResult<CommitteeAccounts>;
    const ascending = value.addresses.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    return { address: await deployContract("CommitteePolicy", [ascending, value.threshold], dependencies), parts: [] };
  }
  const parts: PolicyContract[] = [];
  for (const each of inner) parts.push(await deployPolicy(each, committees, dependencies));
  const name = typeof part === "object" && "allOf" in part ? "AllOfPolicy" : "AnyOfPolicy";
  return { address: await deployContract(name, [parts.map(({ address }) => address)], dependencies), parts };
}

/** Network of a part. Throws DeploymentError: the options name networks that exist. */
export function networkOf({ guardians }: GuardedData, networks: readonly GuardiansOfLayer[]): GuardiansOfLayer {
  const network = networks.find(({ name }) => name === guardians);
  if (network !== undefined) return network;
  throw new DeploymentError("GuardianNetwork", `guardians "${guardians}" do not run; name them in the options`);
}

/** The policy that was deployed at this address, with its parts as L1 has them. Rejects with the provider's error. */
export async function findPolicy(part: DataPart | "inputs" | "owners", address: Hex, l1: Provider): Promise<PolicyContract> {
  const inner = part === "inputs" || part === "owners" ? [] : partsOf(part);
  if (inner.length === 0) return { address, parts: [] };
  const answer = await l1.call({ to: address, data: composed.encodeFunctionData("members") });
  const [members] = composed.decodeFunctionResult("members", answer) as unknown as [readonly string[]];
  const found = inner.map((each, i) => findPolicy(each, String(members[i]).toLowerCase() as Hex, l1));
  return { address, parts: await Promise.all(found) };
}

/** A policy that is not composed, and what it was shown. */
interface ShownPart {
  readonly part: DataPart;
  readonly contract: Hex;
  readonly data: Hex;
}

/** The signatures in what a policy was shown, by the contract that counted them. L1 took what was shown: it is well formed. */
export function signaturesShown(
  part: DataPart,
  contract: PolicyContract,
  policyData: Hex,
): readonly (readonly [committee: Hex, signatures: readonly string[]])[] {
  const committees = partsShown(part, contract, policyData).filter(
    ({ part: each }) => each !== "rollup" && each !== "listed" && !isAttestedPart(each) && !isGuardedPart(each),
  );
  return committees.map(({ contract: committee, data }) => [committee, coder.decode(["bytes[]"], data)[0] as readonly string[]]);
}

/** Signatures of guardians in a policy's data, by the contract of their network, with the last second of each. */
export function guardiansShown(
  part: DataPart,
  contract: PolicyContract,
  policyData: Hex,
): readonly (readonly [network: Hex, validUntil: bigint, signatures: readonly string[]])[] {
  const networks = partsShown(part, contract, policyData).filter((each) => isGuardedPart(each.part));
  return networks.map(({ contract: network, data }) => {
    const [validUntil, signatures] = coder.decode(["uint64", "bytes[]"], data) as unknown as [bigint, readonly string[]];
    return [network, validUntil, signatures];
  });
}

/** The key of the attesting program, or `undefined`. */
export function attestorShown(part: DataPart, contract: PolicyContract, policyData: Hex): AttestationLeaf | undefined {
  const attested = partsShown(part, contract, policyData).find((each) => isAttestedPart(each.part));
  return attested && leafOf(attested.data);
}

function partsShown(part: DataPart, { address, parts }: PolicyContract, data: Hex): readonly ShownPart[] {
  const inner = partsOf(part).map((each, i) => [each, parts[i] as PolicyContract] as const);
  if (inner.length === 0) return [{ part, contract: address, data }];
  if (typeof part === "object" && "anyOf" in part) {
    const [member, shown] = coder.decode(["uint256", "bytes"], data) as unknown as [bigint, Hex];
    const chosen = inner[Number(member)];
    return chosen === undefined ? [] : partsShown(...chosen, shown);
  }
  const [shown] = coder.decode(["bytes[]"], data) as unknown as [readonly Hex[]];
  return inner.flatMap(([each, contract], i) => partsShown(each, contract, shown[i] ?? "0x"));
}
