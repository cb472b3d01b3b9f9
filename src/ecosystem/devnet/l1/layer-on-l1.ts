import { Interface } from "ethers";
import { verifierRegistryAbi } from "../../../ground/abi/verifier-registry.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { versionInWords } from "../../../ground/protocol/protocol-version.ts";
import { viewsOn } from "../../client/governing/read-view.ts";
import { readVersion } from "../../client/governing/upgrade.ts";
import type { ChainPlan } from "../../options/plan.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import {
  addProvenVersion,
  deployLayer,
  type ArtifactSource,
  type NewVersions,
  type ProvenVersion,
} from "../deployment/deploy-layer.ts";
import type { Layer, LayerVersion, ProvenLayerVersion } from "../deployment/layer.ts";
import { DevnetOptionsError, type CompleteOptions } from "../described/options.ts";
import type { World } from "../keeping/world.ts";
import { adoptContracts } from "./adopt-contracts.ts";
import { devnetTimes, governanceOf } from "./new-contracts.ts";
import type { SettlementLayer } from "./settlement-layer.ts";

/** Versions that this software adds to a registry. */
interface OwnVersions {
  readonly trusted: () => LayerVersion;
  readonly proven: () => Promise<ProvenVersion>;
  /** Rejects with DevnetOptionsError if the contract checks another last proof than this ecosystem makes. */
  readonly requireLastOf: (aggregator: Hex) => Promise<void>;
}

interface PlannedLayer {
  readonly options: Pick<CompleteOptions, "l1" | "governance" | "stake" | "hubs">;
  readonly plans: readonly ChainPlan[];
  /** True if new contracts get the version of proven chains. */
  readonly withProven: boolean;
}

interface LayerOnL1Dependencies {
  readonly layer: Pick<SettlementLayer, "l1" | "provider" | "deployer" | "accounts">;
  readonly world: Pick<World, "layer" | "keepLayer"> | undefined;
  readonly artifacts: ArtifactSource;
}

const registryInterface = new Interface(verifierRegistryAbi);

/** Contracts on L1, which get the version of proven chains with the first chain that needs it. */
export class LayerOnL1 {
  #current: Layer;
  readonly #versions: OwnVersions;
  readonly #dependencies: LayerOnL1Dependencies;

  private constructor(current: Layer, versions: OwnVersions, dependencies: LayerOnL1Dependencies) {
    this.#current = current;
    this.#versions = versions;
    this.#dependencies = dependencies;
  }

  /** Stored, adopted or new contracts. Rejects as `adoptContracts` and `deployLayer`. */
  static async open(planned: PlannedLayer, versions: OwnVersions, dependencies: LayerOnL1Dependencies): Promise<LayerOnL1> {
    const { world, layer } = dependencies;
    const stored = world?.layer();
    if (stored !== undefined) return new LayerOnL1(stored, versions, dependencies);
    const { options, plans, withProven } = planned;
    const { deployed } = options.l1;
    const trusted = versions.trusted();
    const chains = plans.map(({ protocol }) => protocol);
    const opened = new LayerOnL1(
      deployed === undefined
        ? await deployOnL1({ trusted, proven: withProven ? await versions.proven() : undefined }, planned, dependencies)
        : await adoptContracts(deployed, { version: trusted, chains }, layer.l1.provider),
      versions,
      dependencies,
    );
    world?.keepLayer(opened.current);
    return opened;
  }

  get current(): Layer {
    return this.#current;
  }

  /**
   * Adds the version of proven chains, with the contracts that check its proofs, unless the registry has it. A return to a
   * snapshot can have removed them. Rejects with DevnetOptionsError if another account governs the registry, or added other
   * contents; with DeploymentError, or with L1's error.
   */
  async requireProven(): Promise<void> {
    const { versions } = this.#current;
    const { layer, artifacts, world } = this.#dependencies;
    const { proven } = versions;
    if (proven !== undefined && (await layer.provider.getCode(proven.aggregator)) !== "0x") return;
    const protocolVersions = await this.#versions.proven();
    const found = await this.#find(protocolVersions);
    if (found === undefined) {
      await this.#requireGovernance(protocolVersions.protocolVersion);
      this.#current = await addProvenVersion(this.#current, protocolVersions, { signer: layer.deployer, artifacts });
    } else this.#current = { ...this.#current, versions: { ...versions, proven: found } };
    world?.keepLayer(this.#current);
  }

  /** The version as another process has added it; undefined if none has. */
  async #find({
    protocolVersion,
    genesisStateRoot,
    genesisLeafCount,
    executionKey,
  }: ProvenVersion): Promise<ProvenLayerVersion | undefined> {
    const { provider } = this.#dependencies.layer;
    const { factory, verifiers } = this.#current.addresses;
    const content = await readVersion(verifiers, protocolVersion, provider);
    if (content === undefined) return undefined;
    const isSame =
      content.genesisStateRoot === genesisStateRoot &&
      content.genesisLeafCount === genesisLeafCount &&
      content.executionKey === executionKey;
    if (!isSame)
      throw new DevnetOptionsError(
        "BadOptions",
        `execution: version ${versionInWords(protocolVersion)} of the contracts of ${factory} has another genesis or other programs than this software's; run the software that added it, or begin with a new ecosystem`,
      );
    const { aggregator } = content;
    await this.#versions.requireLastOf(aggregator);
    return { protocolVersion, genesisStateRoot, genesisLeafCount, aggregator };
  }

  async #requireGovernance(version: bigint): Promise<void> {
    const { provider, deployer } = this.#dependencies.layer;
    const { verifiers } = this.#current.addresses;
    const governance = (await viewsOn(provider)<string>(verifiers, registryInterface, "governance")).toLowerCase() as Hex;
    if (governance === lowerCaseAddress(await deployer.getAddress())) return;
    throw new DevnetOptionsError(
      "BadOptions",
      `execution: only ${governance} adds version ${versionInWords(version)} of proven chains to the registry ${verifiers}, and this ecosystem does not have its key; begin with an ecosystem that has a proven chain, or set execution: "trusted"`,
    );
  }
}

async function deployOnL1(
  versions: NewVersions,
  { options: { governance, stake, hubs = {} }, plans }: PlannedLayer,
  { layer: { accounts, deployer: signer }, artifacts }: LayerOnL1Dependencies,
): Promise<Layer> {
  const { governor, council } = governanceOf(governance, accounts);
  const { layer } = await deployLayer(
    {
      ...devnetTimes(council),
      versions,
      governor,
      council,
      unbondingSeconds: stake?.unbondingSeconds,
      promises: plans.some(({ settlement }) => settlement.instant !== undefined),
      hubs: Object.values(hubs).some(({ aggregators }) => aggregators > 1),
    },
    { signer, artifacts },
  );
  return layer;
}
