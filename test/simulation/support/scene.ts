import hre from "hardhat";
import { Contract, ContractFactory, Interface } from "ethers";
import { verifierRegistryAbi } from "../../../src/ground/abi/verifier-registry.ts";
import { deployLayer } from "../../../src/ecosystem/devnet/deployment/deploy-layer.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { transactionTreeRoot } from "../../../src/ground/protocol/transaction-tree.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { TRUSTED_VERSION } from "../../../src/ground/protocol/protocol-version.ts";
import { ZERO_ADDRESS } from "../model/aliases.ts";
import { TWO_BRIDGES_MAGIC } from "../model/bridge.ts";
import { compressor } from "../model/state-tree.ts";
import { World, type Call, type ContractKind } from "../model/world.ts";
import type { Codec } from "./codec.ts";
import { keyOf, sortKeys, type Key } from "./keys.ts";
import { SimulatedL1 } from "./l1.ts";

/** Balance of each account in each token. */
const WEALTH = 1n << 130n;
/** Short enough for versions to end within an episode. */
const RETIREMENT_NOTICE = 4_030n;
const REVEAL_DELAY = 10n;
const RECOVERY_TIME = 20n;
const REACTION_TIME = 60n;
/** So long that some steps fall into it. */
const FREEZE_TIME = 60n;
const FREEZE_CYCLE = 4_030n;
/** Speaks by its contract's address: what its members sign is test/contracts/attacks/council.test.ts's. */
const COUNCIL = {
  members: [keyOf("councillor").address],
  ...{ soft: 1, hard: 1, softSeconds: 0n, freezeSeconds: FREEZE_TIME, cycleSeconds: FREEZE_CYCLE },
};
export const PROVEN_VERSION = TRUSTED_VERSION;
/** Version of the simulated chains: its verifier checks markers, so that a step takes milliseconds. */
export const VERSION = 0x602n;
/** Version whose verifier refuses on command. */
export const DOUBTED_VERSION = 0x702n;
/** A version that proves execution: batches come in aggregates. */
export const EXECUTION_VERSION = 0x903n;
/** Canonical; only a proof would look at it. */
export const EXECUTION_KEY = wordToHex(77n);
/** A version whose chains begin with nearly as many leaves as a tree may have. */
export const FULL_VERSION = 0x802n;
export const FULL_LEAF_COUNT = 2n ** 29n;

/** Accounts with keys that send transactions, by what they are here. */
export interface Accounts {
  readonly governance: Hex;
  readonly users: readonly Hex[];
  readonly stranger: Hex;
  readonly admin: Hex;
  /** Account with code by EIP-7702. */
  readonly delegated: Hex;
  /** Sends contracts whose constructors call. */
  readonly builder: Hex;
}

/** The deployed contracts of an episode, and who acts on them. */
export interface Scene {
  readonly l1: SimulatedL1;
  readonly codec: Codec;
  readonly accounts: Accounts;
  /** Keys that chains and committees are made of. They can send transactions too. */
  readonly keys: readonly Key[];
  readonly tokens: { readonly calm: Hex; readonly base: Hex; readonly hostile: Hex };
  readonly parties: readonly Hex[];
  readonly policies: { readonly rollup: Hex; readonly committee: Hex; readonly all: Hex; readonly any: Hex };
  readonly committeeKeys: readonly Key[];
  readonly filterer: Hex;
  readonly secondBridges: { readonly honest: Hex; readonly mute: Hex };
  readonly verifierDouble: Hex;
  readonly aggregateVerifierDouble: Hex;
  /** Aggregator of EXECUTION_VERSION. */
  readonly aggregator: Hex;
  readonly auditor: Hex;
  readonly constructorCaller: string;
  readonly genesis: { readonly root: Hex; readonly leafCount: bigint };
  /** State tree of every version here. */
  readonly stateTree: Hex;
  /** Code and interface of a contract to be deployed. */
  artifact(name: string): Promise<{ readonly abi: Interface; readonly bytecode: string }>;
  /** A model of what was just deployed. */
  newWorld(): World;
}

/** Deploys the contracts like the devnet, and third parties' contracts. */
export async function deployScene(codec: Codec): Promise<Scene> {
  const { l1, ethers } = await SimulatedL1.start(codec);
  const signers = await ethers.getSigners();
  const addresses = signers.map(({ address }) => address.toLowerCase() as Hex);
  const deploy = async (name: string, ...args: unknown[]): Promise<Hex> => {
    const { abi, bytecode } = await hre.artifacts.readArtifact(name);
    const contract = await new ContractFactory(abi, bytecode, signers[0]).deploy(...args);
    return (await contract.getAddress()).toLowerCase() as Hex;
  };
  const genesisTree = StateTree.genesis([], { compressor });
  const genesis = { root: digestToHex(genesisTree.root), leafCount: BigInt(genesisTree.leafCount) };
  const { layer: ecosystem } = await deployLayer(
    {
      versions: {
        trusted: { protocolVersion: PROVEN_VERSION, genesisStateRoot: genesis.root, genesisLeafCount: genesis.leafCount },
      },
      retirementNoticeSeconds: RETIREMENT_NOTICE,
      revealDelaySeconds: REVEAL_DELAY,
      recoverySeconds: RECOVERY_TIME,
      reactionSeconds: REACTION_TIME,
      council: COUNCIL,
    },
    { signer: signers[0]!, artifacts: async (name) => hre.artifacts.readArtifact(name) },
  );
  const markerVerifier = await deploy("NoProofVerifier");
  const registry = new Contract(ecosystem.addresses.verifiers, verifierRegistryAbi, signers[0]);
  await registry.getFunction("addVersion")(VERSION, {
    verifier: markerVerifier,
    secondVerifier: ZERO_ADDRESS,
    aggregator: ZERO_ADDRESS,
    tree: ecosystem.addresses.stateTree,
    reader: ecosystem.addresses.reader,
    genesisStateRoot: genesis.root,
    genesisLeafCount: genesis.leafCount,
    executionKey: wordToHex(0n),
  });
  const keys = sortKeys(Array.from({ length: 8 }, (_, i) => keyOf(`validator ${i}`)));
  const committeeKeys = sortKeys(Array.from({ length: 3 }, (_, i) => keyOf(`member ${i}`)));
  for (const { address } of keys) {
    await l1.request("hardhat_impersonateAccount", address);
    await l1.request("hardhat_setBalance", address, "0x3635c9adc5dea00000");
  }
  const { council = ZERO_ADDRESS, rollupPolicy: rollup } = ecosystem.addresses;
  await l1.request("hardhat_impersonateAccount", council);
  await l1.request("hardhat_setBalance", council, "0x3635c9adc5dea00000");
  const committee = await deploy(
    "CommitteePolicy",
    committeeKeys.map(({ address }) => address),
    2n,
  );
  const all = await deploy("AllOfPolicy", [rollup, committee]);
  const any = await deploy("AnyOfPolicy", [rollup, committee]);
  const tokens = {
    calm: await deploy("HostileToken"),
    base: await deploy("HostileToken"),
    hostile: await deploy("HostileToken"),
  };
  const parties = [
    await deploy("ThirdParty"),
    await deploy("ThirdParty"),
    await deploy("ThirdParty"),
    await deploy("ThirdParty"),
  ];
  const users = addresses.slice(1, 5);
  const filterer = await deploy("FiltererDouble", users[0]);
  const secondBridges = {
    honest: await deploy("SecondBridgeDouble", TWO_BRIDGES_MAGIC),
    mute: await deploy("SecondBridgeDouble", wordToHex(5n)),
  };
  const verifierDouble = await deploy("VerifierDouble");
  const aggregateVerifierDouble = await deploy("AggregateVerifierDouble");
  const aggregator = await deploy("ProofAggregator", ecosystem.addresses.factory, aggregateVerifierDouble, EXECUTION_VERSION);
  const auditor = await deploy("Auditor");
  const accounts: Accounts = {
    governance: addresses[0]!,
    users,
    stranger: addresses[6]!,
    admin: addresses[7]!,
    delegated: addresses[8]!,
    builder: addresses[9]!,
  };
  await l1.request("hardhat_setCode", accounts.delegated, `0xef0100${parties[0]!.slice(2)}`);
  const holders = [...users, ...parties, accounts.delegated];
  for (const token of Object.values(tokens)) {
    for (const holder of holders) {
      const mint: Call = { to: token, fn: "mint", args: [holder, WEALTH], value: 0n };
      await l1.request("eth_sendTransaction", { from: users[0], to: token, data: codec.encode(mint, () => "HostileToken") });
    }
  }
  const { factory, bridge, settings, stateExit, stateTree, verifiers, roots, bytecodes } = ecosystem.addresses;
  for (const contract of [factory, bridge, settings, stateExit, stateTree, verifiers, roots, bytecodes, ...parties])
    await l1.mirror(contract);
  const { bytecode: constructorCaller } = await hre.artifacts.readArtifact("ConstructorRequester");

  const artifacts = new Map<string, { readonly abi: Interface; readonly bytecode: string }>();
  async function readArtifact(name: string): Promise<{ readonly abi: Interface; readonly bytecode: string }> {
    const { abi, bytecode } = artifacts.has(name) ? artifacts.get(name)! : await hre.artifacts.readArtifact(name);
    const read = { abi: abi instanceof Interface ? abi : new Interface(abi), bytecode };
    artifacts.set(name, read);
    return read;
  }

  function newWorld(): World {
    const { addresses: a, settlementChainId } = ecosystem;
    const world = new World(
      settlementChainId,
      { ...a, governance: accounts.governance, council },
      {
        retirementNotice: RETIREMENT_NOTICE,
        revealDelay: REVEAL_DELAY,
        recoveryTime: RECOVERY_TIME,
        reactionTime: REACTION_TIME,
        freezeTime: FREEZE_TIME,
        freezeCycle: FREEZE_CYCLE,
      },
      transactionTreeRoot([]),
      new Set([accounts.delegated]),
    );
    const kinds: readonly [Hex, ContractKind][] = [
      [a.factory, "ChainFactory"],
      [a.bridge, "SharedBridge"],
      [a.settings, "ChainSettings"],
      [a.stateExit, "StateExit"],
      [a.stateTree, "StateTree"],
      [a.verifiers, "VerifierRegistry"],
      [a.roots, "TransactionRootRegistry"],
      [a.bytecodes, "BytecodeRegistry"],
      [a.reader, "BatchReader"],
      [rollup, "RollupCalldataPolicy"],
      [committee, "CommitteePolicy"],
      [all, "AllOfPolicy"],
      [any, "AnyOfPolicy"],
      [filterer, "FiltererDouble"],
      [secondBridges.honest, "SecondBridgeDouble"],
      [secondBridges.mute, "SecondBridgeDouble"],
      [verifierDouble, "VerifierDouble"],
      [markerVerifier, "NoProofVerifier"],
      [aggregateVerifierDouble, "AggregateVerifierDouble"],
      [aggregator, "ProofAggregator"],
    ];
    for (const [address, kind] of kinds) world.kinds.set(kind, address);
    for (const token of Object.values(tokens)) {
      world.addToken(token);
      for (const holder of holders) world.tokens.get(token)!.balance.add(WEALTH, holder);
    }
    for (const party of parties) world.addParty(party);
    world.committees.set(committee, { members: committeeKeys.map(({ address }) => address), threshold: 2n });
    world.compositions.set(all, [rollup, committee]);
    world.compositions.set(any, [rollup, committee]);
    world.filterers.set(filterer, users[0]!);
    world.secondBridges.set(secondBridges.honest, TWO_BRIDGES_MAGIC);
    world.secondBridges.set(secondBridges.mute, wordToHex(5n));
    world.aggregators.set(aggregator, { version: EXECUTION_VERSION, verifier: aggregateVerifierDouble });
    const { root: genesisStateRoot, leafCount: genesisLeafCount } = genesis;
    const none = { aggregator: ZERO_ADDRESS, executionKey: wordToHex(0n), secondVerifier: ZERO_ADDRESS };
    const content = { tree: a.stateTree, reader: a.reader, genesisStateRoot, genesisLeafCount, ...none };
    world.versions.set({ verifier: a.verifier!, ...content }, PROVEN_VERSION);
    world.versions.set({ verifier: markerVerifier, ...content }, VERSION);
    world.journal.settle();
    return world;
  }
  return {
    l1,
    codec,
    accounts,
    keys,
    tokens,
    parties,
    policies: { rollup, committee, all, any },
    committeeKeys,
    filterer,
    secondBridges,
    verifierDouble,
    aggregateVerifierDouble,
    aggregator,
    auditor,
    constructorCaller,
    genesis,
    stateTree: ecosystem.addresses.stateTree,
    artifact: readArtifact,
    newWorld,
  };
}
