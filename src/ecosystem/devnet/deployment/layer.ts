import type { Hex } from "../../../ground/protocol/hex.ts";

/** Contracts of a settlement layer, which is L1 or a chain, and the versions of the chains on it. */
export interface Layer {
  readonly settlementChainId: bigint;
  readonly addresses: LayerAddresses;
  readonly versions: LayerVersions;
  /** Block of the first contract: no event of the contracts is older. */
  readonly fromBlock: number;
}

/** Versions in force by the execution of their chains; absent if the contracts have none. */
export interface LayerVersions {
  readonly trusted?: LayerVersion | undefined;
  readonly proven?: ProvenLayerVersion | undefined;
}

/** Properties that a protocol version fixes for all chains that begin with it. */
export interface LayerVersion {
  readonly protocolVersion: bigint;
  readonly genesisStateRoot: Hex;
  readonly genesisLeafCount: bigint;
}

/** Version with the contract that takes proofs of execution, or their markers. */
export interface ProvenLayerVersion extends LayerVersion {
  readonly aggregator: Hex;
}

/** Addresses of a layer's contracts, 20 bytes in lower case. */
export interface LayerAddresses {
  /** Parts of the verifier; absent where the layer checks markers. */
  readonly constraints1?: Hex;
  readonly constraints2?: Hex;
  readonly stark?: Hex;
  /** Checks proofs of batches' changes, or their markers; absent on a proven chain. */
  readonly verifier?: Hex;
  readonly verifiers: Hex;
  readonly reader: Hex;
  readonly rollupPolicy: Hex;
  readonly roots: Hex;
  readonly bytecodes: Hex;
  readonly stateTree: Hex;
  readonly stateExit: Hex;
  readonly bridge: Hex;
  readonly settings: Hex;
  readonly facets: Hex;
  readonly implementation: Hex;
  readonly factory: Hex;
  /** Absent where there are no freezes. */
  readonly council?: Hex;
  /** Contracts of a governance by votes: the registry's timelock, its governor, and the token that counts votes. */
  readonly timelock?: Hex;
  readonly governor?: Hex;
  readonly governanceToken?: Hex;
  /** Deposits that answer for keys, and the judge of quorums; absent without stake. */
  readonly stakeRegistry?: Hex;
  readonly equivocation?: Hex;
  /** Judges aggregators of hubs; absent without stake, and if no hub had several. */
  readonly hubEquivocation?: Hex;
  /** Judges promises between chains; absent if no chain took promises. */
  readonly brokenPromises?: Hex;
  /** Description of the proof system, and the second verifier, which reads it; absent on a chain, and if L1 checks markers. */
  readonly secondDescription?: Hex;
  readonly secondVerifier?: Hex;
  /** `Forwarders.sol` on a chain; absent on L1, where a withdrawal that pays for it has it put. */
  readonly forwarders?: Hex;
}

/** Version of chains that name no execution: trusted if the layer has one. Throws TypeError for a layer without versions. */
export function defaultVersion({ trusted, proven }: LayerVersions): LayerVersion {
  const version = trusted ?? proven;
  if (version === undefined) throw new TypeError("a layer has a version");
  return version;
}
