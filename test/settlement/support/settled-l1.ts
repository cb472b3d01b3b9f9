import { AbiCoder } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import hre from "hardhat";
import { BatchFormer, type FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import {
  createChain,
  localChainConfiguration,
  type CreatedChain,
  type HyperchainConfiguration,
} from "../../../src/ecosystem/devnet/chain-on-l1/create-chain.ts";
import { deployLayer } from "../../../src/ecosystem/devnet/deployment/deploy-layer.ts";
import type { Layer } from "../../../src/ecosystem/devnet/deployment/layer.ts";
import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import { hashAssetFlows, sumAssetFlows } from "../../../src/ground/protocol/asset-flows.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { PUBLISHED, WITHHELD, type DataChoice } from "../../../src/ground/protocol/data-choice.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { noProofVersionOf } from "../../../src/ground/protocol/no-proof.ts";
import type { PubdataLog } from "../../../src/ground/protocol/pubdata.ts";
import { genesisStoredBatch, type StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { createLocalMember, type QuorumMember } from "../../../src/chain/settlement/signing/quorum.ts";
import { isProvenOnL1, TRUSTED_VERSION } from "../../../src/ground/protocol/protocol-version.ts";
import { batchExtensions, installsPredeploys } from "../../../src/ground/protocol/genesis.ts";
import { startLocalL1, type LocalL1 } from "../../support/l1.ts";
import { oneBlockBatch, type OneBlockContent } from "../../support/one-block-batch.ts";
import { chainExtensionsOnL1 } from "../../support/extensions.ts";

const PROTOCOL_VERSION = TRUSTED_VERSION;
/** Initial leaves of every chain in these tests, in addition to the two fixed ones. */
const GENESIS_LEAVES = Array.from({ length: 30 }, (_, i) => ({ ...leafKey(i), value: BigInt(i + 1) }));

/** An L1 with the complete ecosystem. */
export interface SettledL1 {
  readonly l1: LocalL1;
  readonly accounts: readonly HardhatEthersSigner[];
  readonly ecosystem: Layer;
  /** Gas of each step of the deployment, by its name. */
  readonly gasUsed: ReadonlyMap<string, bigint>;
  latestTimestamp(): Promise<bigint>;
  increaseTime(seconds: number): Promise<void>;
}

/**
 * With proofs "none" L1 checks markers in place of proofs. With `freezeSeconds` the tenth account is a
 * council, which can freeze so long in all.
 */
export async function startSettledL1({
  proofs = "stark",
  revealDelaySeconds = 0n,
  freezeSeconds = 0n,
}: {
  readonly proofs?: "stark" | "none";
  readonly revealDelaySeconds?: bigint;
  readonly freezeSeconds?: bigint;
} = {}): Promise<SettledL1> {
  const l1 = await startLocalL1();
  const accounts = await l1.ethers.getSigners();
  const tree = genesisTree();
  const { layer: ecosystem, gasUsed } = await deployLayer(
    {
      versions: {
        trusted: {
          protocolVersion: proofs === "stark" ? PROTOCOL_VERSION : noProofVersionOf(PROTOCOL_VERSION),
          genesisStateRoot: digestToHex(tree.root),
          genesisLeafCount: BigInt(tree.leafCount),
        },
      },
      retirementNoticeSeconds: 100_000n,
      revealDelaySeconds,
      recoverySeconds: 0n,
      reactionSeconds: freezeSeconds,
      ...(freezeSeconds === 0n ? {} : { council: councilOf(accounts[9]!, freezeSeconds) }),
    },
    { signer: accounts[0]!, artifacts: (name) => hre.artifacts.readArtifact(name) },
  );
  return {
    l1,
    accounts,
    ecosystem,
    gasUsed,
    async latestTimestamp() {
      return BigInt((await l1.ethers.provider.getBlock("latest"))!.timestamp);
    },
    async increaseTime(seconds) {
      await l1.ethers.provider.send("evm_increaseTime", [seconds]);
      await l1.ethers.provider.send("evm_mine", []);
    },
  };
}

function councilOf({ address }: HardhatEthersSigner, freezeSeconds: bigint) {
  const members = [address.toLowerCase() as Hex];
  return { members, soft: 1, hard: 1, softSeconds: 0n, freezeSeconds, cycleSeconds: 100_000n };
}

/** Content of a batch that a test chooses; the rest is derived. */
export interface BatchContent extends Omit<OneBlockContent, "writes"> {
  /** Values of genesis leaves by number; others are inserted. */
  readonly writes?: readonly { readonly leaf: number; readonly value: bigint }[];
  /** Seconds; default the latest L1 block's. */
  readonly timestamp?: bigint;
  /** Data choice; default published for the ecosystem's rollup policy, otherwise withheld. */
  readonly data?: DataChoice;
}

/** A chain without an EVM: real state tree, real batches, real contract. */
export interface SettledChain {
  readonly created: CreatedChain;
  /** Exports, in addition to its logs, of a batch that installs no predeploys. */
  readonly extensions: Hex;
  readonly configuration: HyperchainConfiguration;
  readonly members: readonly QuorumMember[];
  readonly genesis: StoredBatch;
  readonly contract: { readonly settlementChainId: bigint; readonly hyperchain: Hex };
  form(content?: BatchContent): Promise<FormedBatch>;
  /** State of the chain, for one return. */
  snapshot(): ChainMark;
  revert(mark: ChainMark): void;
}

interface ChainMark {
  readonly former: ReturnType<BatchFormer["mark"]>;
  readonly batchNumber: bigint;
}

export async function createSettledChain(
  { accounts, ecosystem, latestTimestamp }: SettledL1,
  chainId: bigint,
  overrides: Partial<HyperchainConfiguration> = {},
  validatorCount = 1,
): Promise<SettledChain> {
  const signers = accounts.slice(1, 1 + validatorCount);
  const validators = signers.map(({ address }) => address.toLowerCase() as Hex);
  const configuration = { ...localChainConfiguration(ecosystem, chainId, validators), ...overrides };
  const created = await createChain(ecosystem, configuration, accounts[0]!);
  const { settlementChainId } = ecosystem;
  const contract = { settlementChainId, hyperchain: created.hyperchain };
  const members = await Promise.all(signers.map((signer) => createLocalMember(signer, contract)));
  const tree = genesisTree();
  const { protocolVersion } = configuration;
  const genesis = genesisStoredBatch(protocolVersion, digestToHex(tree.root), BigInt(tree.leafCount));
  const { bridge } = ecosystem.addresses;
  const extensions = chainExtensionsOnL1({
    settlementChainId,
    bridge,
    baseToken: configuration.baseToken,
    bornAt: created.bornAt,
  });
  const compressor = createCompressor();
  const former = new BatchFormer(
    {
      settlementChainId,
      hyperchainAddress: created.hyperchain,
      chainId,
      daPolicy: BigInt(configuration.dataAvailabilityPolicy),
      extensions,
    },
    { previousCommitment: genesis.commitment, operationsTaken: 0n },
    {
      tree,
      compress: (tag, left, right) => compressor.compress(tag, left, right),
      flowsHash: (logs) => hashAssetFlows(sumAssetFlows(logs, settlementChainId)),
      versionOf: () => protocolVersion,
    },
  );
  let batchNumber = 0n;
  return {
    created,
    extensions: extensions.usual,
    configuration,
    members,
    genesis,
    contract,
    async form({ data, ...content } = {}) {
      const writes = content.writes?.map(({ leaf, value }) => ({ ...leafKey(leaf), value })) ?? [];
      const installs = installsPredeploys(batchNumber, isProvenOnL1(protocolVersion), isProvenOnL1(protocolVersion));
      const exports = { extensions: batchExtensions(extensions, { installs }) };
      return former.form(
        oneBlockBatch(batchNumber++, content.timestamp ?? (await latestTimestamp()), { ...content, writes, ...exports }),
        data ?? (configuration.dataAvailabilityPolicy === ecosystem.addresses.rollupPolicy ? PUBLISHED : WITHHELD),
      );
    },
    snapshot: () => ({ former: former.mark(), batchNumber }),
    revert(mark) {
      former.returnTo(mark.former);
      ({ batchNumber } = mark);
    },
  };
}

function genesisTree(): StateTree {
  return StateTree.genesis(GENESIS_LEAVES, { compressor: createCompressor() });
}

function leafKey(index: number) {
  return {
    leafKind: LeafKind.storage,
    address: BigInt(keccak(fromHex(wordToHex(BigInt(index))))) >> 96n,
    slot: BigInt(index),
  };
}

/** Bytes of a message that moves no assets. */
export function plainMessage(text: string): PubdataLog {
  const body = fromHex(AbiCoder.defaultAbiCoder().encode(["string"], [text]));
  return { type: "message", sender: `0x${"ab".repeat(20)}`, body };
}
