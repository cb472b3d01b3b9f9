import type { Signer } from "ethers";
import type { GenesisOf } from "../../chain/model/genesis.ts";
import { genesisState } from "../../chain/state/genesis-state.ts";
import { noProofVersionOf } from "../../protocol/no-proof.ts";
import {
  METERED_VERSION,
  PROVEN_ON_L1_VERSION,
  TRUSTED_VERSION,
  versionParts,
  type Format,
} from "../../protocol/protocol-version.ts";
import {
  councilThresholds,
  DEVELOPMENT_COUNCIL,
  DEVELOPMENT_HOLDERS,
  softSecondsOf,
  type CouncilTerms,
  type GovernanceOption,
} from "../../options/fields/governance.ts";
import type { Hex } from "../../protocol/hex.ts";
import { ACCOUNT_NUMBERS, lowerCaseAddress, type DevelopmentAccounts } from "../accounts/accounts.ts";
import type { CouncilOptions } from "../deployment/governance-terms.ts";
import { DevnetOptionsError } from "../described/options.ts";
import {
  deployEcosystem,
  type ArtifactSource,
  type DeployedEcosystem,
  type EcosystemOptions,
  type RegisteredVersion,
  type VersionOnL1,
} from "../deployment/deploy-ecosystem.ts";
import type { ProvenExecutionOf } from "../../options/fields/proving.ts";

/** 240 days: the longest windows and delays that a chain can have. */
const RETIREMENT_NOTICE_SECONDS = 20_736_000n;

/** The protocol versions that new contracts have. */
export type NewVersions = Required<Pick<EcosystemOptions, "version" | "version3">>;

/**
 * Versions whose chains begin with this genesis, computed on the first call: contracts that are kept have them. The same on L1
 * and on each chain on which others settle.
 */
export function newVersions(genesis: GenesisOf, proofs: "stark" | "none"): () => NewVersions {
  let known: NewVersions | undefined;
  return () =>
    (known ??= {
      version: registeredVersion(numbered(TRUSTED_VERSION, proofs), genesis),
      version3: registeredVersion(numbered(METERED_VERSION, proofs), genesis),
    });
}

/** A version as a registry has it. */
export function registeredVersion(protocolVersion: bigint, genesis: GenesisOf): RegisteredVersion {
  const { stateRoot, leafCount } = genesisState(genesis(versionParts(protocolVersion).format));
  return { protocolVersion, genesisStateRoot: stateRoot, genesisLeafCount: leafCount };
}

/** The version whose batches L1 executes by one proof, or by a marker, with the contracts that L1 checks it by. */
export function versionOnL1(
  genesis: GenesisOf,
  proofs: "stark" | "none",
  shown: Pick<VersionOnL1, "contracts" | "executionKey">,
): VersionOnL1 {
  return { ...registeredVersion(numbered(PROVEN_ON_L1_VERSION, proofs), genesis), ...shown };
}

function numbered(version: bigint, proofs: "stark" | "none"): bigint {
  return proofs === "stark" ? version : noProofVersionOf(version);
}

/** What of a chain's plan its version on L1 follows from. */
interface PlannedVersion {
  readonly format: Format;
  readonly execution: ProvenExecutionOf;
}

/** Versions with an aggregator whose proofs or markers this software makes. */
const ON_L1_VERSIONS: readonly bigint[] = [PROVEN_ON_L1_VERSION, noProofVersionOf(PROVEN_ON_L1_VERSION)];

/** The version in force that a plan asks for. Throws DevnetOptionsError where the contracts have none. */
export function versionOf(
  { version, version3, versionOnL1: shown, addresses }: DeployedEcosystem,
  { format, execution }: PlannedVersion,
): RegisteredVersion {
  const found = execution === "onL1" ? shown : { 2: version, 3: version3 }[format];
  if (execution === "onL1" && found !== undefined && !ON_L1_VERSIONS.includes(found.protocolVersion))
    throw new DevnetOptionsError(
      "BadOptions",
      `prover.execution: the contracts of ${addresses.factory} check proofs of version ${found.protocolVersion}, and this software makes those of ${PROVEN_ON_L1_VERSION}; run the software that they were deployed with, or begin with a new ecosystem`,
    );
  if (found !== undefined) return found;
  if (execution === "onL1")
    throw new DevnetOptionsError(
      "BadOptions",
      `prover.execution: the contracts of ${addresses.factory} were deployed without one that checks proofs of execution; say "onL1" of a chain when the ecosystem is new`,
    );
  throw new DevnetOptionsError(
    "BadOptions",
    `protocolVersion: the contracts of ${addresses.factory} were deployed without version ${format}; leave it out, and move a chain there with hyperchain:upgrade, which has governance add it`,
  );
}

/**
 * Deploys what a devnet's chains share. The reaction time is a freeze's, which the contracts want, and no other: tests move L1's
 * time. Rejects as `deployEcosystem` does.
 */
export function deployNewContracts(
  versions: () => NewVersions,
  dependencies: { readonly signer: Signer; readonly artifacts: ArtifactSource },
  on: Pick<EcosystemOptions, "throughCreator" | "governor" | "council" | "onL1"> = {},
): Promise<DeployedEcosystem> {
  const reactionSeconds = on.council?.freezeSeconds ?? 0n;
  const noDelays = { revealDelaySeconds: 0n, recoverySeconds: 0n, reactionSeconds };
  const retirementNoticeSeconds = retirementNotice(reactionSeconds);
  return deployEcosystem({ ...versions(), retirementNoticeSeconds, ...noDelays, ...on }, dependencies);
}

/** The reaction time is in every chain's notice, and once more in what its admin has to decide in. */
function retirementNotice(reactionSeconds: bigint): bigint {
  return RETIREMENT_NOTICE_SECONDS + 2n * reactionSeconds;
}

/** The governance that the options name, of development accounts where they name none. */
export function governanceOf(
  { governor, council }: GovernanceOption,
  accounts: DevelopmentAccounts,
): Pick<EcosystemOptions, "governor" | "council"> {
  const from = (first: number, count: number): readonly Hex[] =>
    Array.from({ length: count }, (_, i) => lowerCaseAddress(accounts.wallet(first + i).address));
  const { firstHolder, firstCouncilMember } = ACCOUNT_NUMBERS;
  return {
    governor: governor && { ...governor, holders: governor.holders ?? from(firstHolder, DEVELOPMENT_HOLDERS) },
    council:
      council &&
      councilOf(
        council,
        council.members ?? from(firstCouncilMember, DEVELOPMENT_COUNCIL),
        retirementNotice(BigInt(council.freezeSeconds)),
      ),
  };
}

/**
 * A council of these members. `cycleSeconds`: a retirement's notice. The contracts take no cycle that is shorter, so that no
 * notice holds two freezes.
 */
export function councilOf(terms: CouncilTerms, members: readonly Hex[], cycleSeconds: bigint): CouncilOptions {
  return {
    members: members.toSorted(),
    ...councilThresholds(terms, members.length),
    softSeconds: BigInt(softSecondsOf(terms)),
    freezeSeconds: BigInt(terms.freezeSeconds),
    cycleSeconds,
  };
}
