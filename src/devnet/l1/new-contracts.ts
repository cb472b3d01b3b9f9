import type { Signer } from "ethers";
import type { GenesisAccount } from "../../chain/model/genesis.ts";
import { TRUSTED_VERSION } from "../../protocol/protocol-version.ts";
import { genesisState } from "../../chain/state/genesis-state.ts";
import { deployEcosystem } from "./deploy-ecosystem.ts";
import type { ArtifactSource, DeployedEcosystem, EcosystemOptions, FirstVersion } from "./deploy-ecosystem.ts";

/** 240 days: the longest windows and delays that a chain can have. */
const RETIREMENT_NOTICE_SECONDS = 20_736_000n;

/** Which contracts a devnet's chains have: the same on L1 and on each chain on which others settle. */
export interface ContractsOfDevnet {
  /** Computed when it is asked for first: contracts that are kept have it. */
  readonly version: () => FirstVersion;
  /** Whether there is a version without proofs beside, which is in force then. */
  readonly withNoProofVersion: boolean;
}

/** The first protocol version of chains with this genesis. */
export function firstVersion(genesis: readonly GenesisAccount[]): () => FirstVersion {
  let known: FirstVersion | undefined;
  return () => (known ??= versionOf(genesisState(genesis)));
}

function versionOf({ stateRoot, leafCount }: ReturnType<typeof genesisState>): FirstVersion {
  return { protocolVersion: TRUSTED_VERSION, genesisStateRoot: stateRoot, genesisLeafCount: leafCount };
}

/** Deploys what a devnet's chains share. Rejects as `deployEcosystem` does. */
export function deployNewContracts(
  { version, withNoProofVersion }: ContractsOfDevnet,
  dependencies: { readonly signer: Signer; readonly artifacts: ArtifactSource },
  on: Pick<EcosystemOptions, "throughCreator"> = {},
): Promise<DeployedEcosystem> {
  const noDelays = { revealDelaySeconds: 0n, recoverySeconds: 0n, reactionSeconds: 0n };
  return deployEcosystem(
    { version: version(), retirementNoticeSeconds: RETIREMENT_NOTICE_SECONDS, ...noDelays, withNoProofVersion, ...on },
    dependencies,
  );
}

/** The contracts with the version of all chains: the one whose batches are proven, or the other. */
export function withVersionInForce(deployed: DeployedEcosystem, { withNoProofVersion }: ContractsOfDevnet): DeployedEcosystem {
  return { ...deployed, version: (withNoProofVersion ? deployed.noProofVersion : undefined) ?? deployed.version };
}
