import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, getCreate2Address, getCreateAddress, keccak256, ZeroAddress, ZeroHash, type BaseContract } from "ethers";
import { assetId } from "../../../src/ground/protocol/asset-message.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { l2LogProof } from "../../../src/ground/protocol/log-proof.ts";
import { EMPTY_L2_LOG_LEAF, messageLog } from "../../../src/ground/protocol/l2-log.ts";
import { addExecutionVersion, EXECUTION_KEY } from "./support/aggregates.ts";
import { TestChain } from "./support/chain.ts";
import {
  addressOf,
  as,
  createChain,
  creationOf,
  defaultConfiguration,
  deployEcosystem,
  ETH,
  eventsOf,
  hexAddress,
  NO_EXECUTION_PROOFS,
  PROTOCOL_VERSION,
  provenVersion,
  RETIREMENT_NOTICE_SECONDS,
  send,
  view,
  furtherVersion,
  type ChainConfiguration,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { termsOf } from "./support/terms.ts";

const DAY = 86_400n;

describe("chain factory", () => {
  let ecosystem: Ecosystem;
  before(async () => {
    ecosystem = await deployEcosystem();
  });
  after(() => ecosystem.l1.close());

  test("two accounts without any role create chains, at addresses known beforehand", async () => {
    const implementation = await view<string>(ecosystem.factory, "implementation");
    for (const [i, chainId] of [270n, 271n].entries()) {
      const creator = ecosystem.accounts[5 + i]!;
      const configuration = { ...(await defaultConfiguration(ecosystem, chainId)), admin: creator.address };
      const receipt = await createChain(ecosystem, configuration, creator);
      const address = await view<string>(ecosystem.factory, "getHyperchain", chainId);
      const [event] = eventsOf(ecosystem.factory, receipt, "ChainCreated");
      assert.deepEqual([...event!.args].slice(0, 3), [chainId, address, creator.address]);
      // ERC-1167's creation code.
      const code = `0x3d602d80600a3d3981f3363d3d373d3d3d363d73${implementation.slice(2).toLowerCase()}5af43d82803e903d91602b57fd5bf3`;
      const [type] = ecosystem.factory.interface.getFunction("createChain")!.inputs;
      const salt = keccak256(AbiCoder.defaultAbiCoder().encode([type!], [configuration]));
      assert.equal(address, getCreate2Address(await ecosystem.factory.getAddress(), salt, keccak256(code)));
      assert.equal(await view(ecosystem.factory, "hyperchainAddress", configuration), address);
      const chain = (await ecosystem.l1.ethers.getContractAt("ChainContract", address)) as unknown as BaseContract;
      const answers = ["getChainId", "getAdmin", "getBaseToken", "getProtocolVersion"].map((name) => view(chain, name));
      assert.deepEqual(await Promise.all(answers), [chainId, creator.address, ETH, PROTOCOL_VERSION]);
      assert.equal(await view(chain, "isValidator", ecosystem.accounts[0]!.address), true);
      const { validators } = await view<{ validators: Iterable<string> }>(chain, "getConfiguration");
      assert.deepEqual([...validators], configuration.validators);
    }
    assert.deepEqual([...(await view<bigint[]>(ecosystem.factory, "getAllZKChainChainIDs"))], [270n, 271n]);
  });

  const rejections: readonly [
    string,
    (configuration: ChainConfiguration, ecosystem: Ecosystem) => Partial<Record<keyof ChainConfiguration, unknown>>,
    string,
  ][] = [
    ["chain id 0", () => ({ chainId: 0n }), "ChainIdOutOfRange(0, 0, 32, 0)"],
    [
      "an id that belongs below an L2",
      () => ({ chainId: (1n << 32n) + 270n }),
      `ChainIdOutOfRange(0, 0, 32, ${(1n << 32n) + 270n})`,
    ],
    ["the settlement chain's id", (_, { chainId }) => ({ chainId }), "ChainIdOfSettlementChain(31337)"],
    ["no admin", () => ({ admin: addressOf(0) }), "AdminMissing()"],
    ["a base token without code", () => ({ baseToken: addressOf(5) }), `BaseTokenWithoutCode(${addressOf(5)})`],
    ["base token 0", () => ({ baseToken: addressOf(0) }), `BaseTokenWithoutCode(${addressOf(0)})`],
    ["a policy without code", () => ({ dataAvailabilityPolicy: addressOf(5) }), `PolicyWithoutCode(${addressOf(5)})`],
    ["a filterer without code", () => ({ transactionFilterer: addressOf(5) }), `FiltererWithoutCode(${addressOf(5)})`],
    ["a sequencer where none is used", () => ({ sequencer: addressOf(5) }), "SequencerUnused()"],
    ["replacements without governance", () => ({ isGoverned: false, takesReplacements: true }), "TermsUnsupported(false, true)"],
    ["a standby without signers", () => ({ standby: [addressOf(5)] }), "ThresholdOutOfRange(1, 0)"],
    ["signers without a standby", () => ({ standbyThreshold: 1n }), "QuorumEmpty()"],
    [
      "a standby that comes too late",
      () => ({
        ...{ standbyThreshold: 1n, standby: [addressOf(5)], priorityOpWindow: 1n, executionDelay: 50n },
        exitDelay: 100n,
      }),
      "ExitDelayTooShort(100, 100)",
    ],
    ["a root without imports", () => ({ importStateRoot: wordToHex(5n) }), `ImportsUnused(${wordToHex(5n)}, ${wordToHex(0n)})`],
    ["data without imports", () => ({ importData: wordToHex(5n) }), `ImportsUnused(${wordToHex(0n)}, ${wordToHex(5n)})`],
    [
      "imports to an invalid root",
      () => ({ importBatches: 1n, importStateRoot: wordToHex((1n << 256n) - 1n) }),
      `DigestNotCanonical(${wordToHex((1n << 256n) - 1n)})`,
    ],
    ["a sequencer of a kind that there is not", () => ({ sequencingMode: 2n }), "SequencingModeUnsupported(1, 2)"],
    ["an empty quorum", () => ({ validators: [] }), "QuorumEmpty()"],
    ["validator 0", () => ({ validators: [addressOf(0)] }), `ValidatorsNotAscending(${addressOf(0)}, ${addressOf(0)})`],
    [
      "a validator twice",
      () => ({ validators: [addressOf(9), addressOf(9)] }),
      `ValidatorsNotAscending(${addressOf(9)}, ${addressOf(9)})`,
    ],
    [
      "validators out of order",
      () => ({ validators: [addressOf(9), addressOf(8)] }),
      `ValidatorsNotAscending(${addressOf(9)}, ${addressOf(8)})`,
    ],
    [
      "65 validators",
      () => ({ validators: Array.from({ length: 65 }, (_, i) => addressOf(i + 1)) }),
      "TooManyValidators(64, 65)",
    ],
    ["threshold 0", () => ({ validatorThreshold: 0n }), "ThresholdOutOfRange(1, 0)"],
    ["a threshold above the number of validators", () => ({ validatorThreshold: 2n }), "ThresholdOutOfRange(1, 2)"],
    ["no time for operations", () => ({ priorityOpWindow: 0n }), `PriorityOpWindowOutOfRange(1, ${30n * DAY}, 0)`],
    [
      "too much time for operations",
      () => ({ priorityOpWindow: 30n * DAY + 1n }),
      `PriorityOpWindowOutOfRange(1, ${30n * DAY}, ${30n * DAY + 1n})`,
    ],
    ["no exit delay", () => ({ exitDelay: 0n }), `ExitDelayOutOfRange(1, ${90n * DAY}, 0)`],
    [
      "an exit that never opens",
      () => ({ exitDelay: 90n * DAY + 1n }),
      `ExitDelayOutOfRange(1, ${90n * DAY}, ${90n * DAY + 1n})`,
    ],
    [
      "an exit delay that is not longer than window and execution delay",
      () => ({ executionDelay: 900n }),
      "ExitDelayTooShort(1000, 1000)",
    ],
    ["a gas rate of 0", () => ({ priorityGasPerSecond: 0n }), "PriorityGasRateOutOfRange(50000, 100000, 0)"],
    [
      "a gas rate at which a flood lasts for weeks",
      () => ({ priorityGasPerSecond: 49_999n }),
      "PriorityGasRateOutOfRange(50000, 100000, 49999)",
    ],
    [
      "a gas rate at which the worst operations are due before they can be settled",
      () => ({ priorityGasPerSecond: 100_001n }),
      "PriorityGasRateOutOfRange(50000, 100000, 100001)",
    ],
    ["free gas", () => ({ l2GasPrice: 0n }), "L2GasPriceOutOfRange(1, 1000000000000, 0)"],
    [
      "gas so expensive that no account can use the queue, and with it no exit",
      () => ({ l2GasPrice: 10n ** 12n + 1n }),
      "L2GasPriceOutOfRange(1, 1000000000000, 1000000000001)",
    ],
    [
      "times for which the notice of a retirement is too short",
      () => ({ executionDelay: 301n }),
      "RetirementNoticeTooShort(1601, 1600)",
    ],
    ["an unknown version", () => ({ protocolVersion: 5n }), "UnknownProtocolVersion(5)"],
  ];
  for (const [field, expected] of [
    ["baseToken", "BaseTokenWithoutCode"],
    ["dataAvailabilityPolicy", "PolicyWithoutCode"],
    ["transactionFilterer", "FiltererWithoutCode"],
  ] as const) {
    test(`refuses an account with a key as ${field}, though it delegates to code (EIP-7702)`, async () => {
      const account = addressOf(0x7702);
      await ecosystem.l1.ethers.provider.send("hardhat_setCode", [
        account,
        `0xef0100${(await ecosystem.rollupPolicy.getAddress()).slice(2)}`,
      ]);
      const configuration = { ...(await defaultConfiguration(ecosystem, 900n)), [field]: account };
      await assertReverts(createChain(ecosystem, configuration), `${expected}(${account})`);
    });
  }
  for (const [name, override, expected] of rejections) {
    test(`refuses ${name}`, async () => {
      const configuration = await defaultConfiguration(ecosystem, 900n);
      await assertReverts(createChain(ecosystem, { ...configuration, ...override(configuration, ecosystem) }), expected);
      assert.equal(await view(ecosystem.factory, "getHyperchain", 900n), "0x0000000000000000000000000000000000000000");
    });
  }

  test("never gives out a chain id twice", async () => {
    const configuration = await defaultConfiguration(ecosystem, 901n);
    await createChain(ecosystem, configuration);
    const address = (await view<string>(ecosystem.factory, "getHyperchain", 901n)).toLowerCase();
    await assertReverts(createChain(ecosystem, configuration), `ChainIdTaken(901, ${address})`);
  });

  /** Announces a chain with the second id that it reserves, and creates it. */
  async function createPartitioned(chainId: bigint, porterId: bigint, reserved = porterId) {
    const configuration = await defaultConfiguration(ecosystem, chainId);
    const secret = wordToHex(1n);
    const word = keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "uint256"], [secret, porterId]));
    const { announcement } = creationOf(ecosystem, ecosystem.accounts[0]!.address, configuration, word as Hex);
    await send(ecosystem.factory, "announceChain", announcement);
    return send(ecosystem.factory, "createPartitionedChain", configuration, reserved, secret);
  }

  test("F7: stranger creates 1271: the id of a chain's porter is reserved with the chain, and no chain gets it", async () => {
    const receipt = await createPartitioned(920n, 1271n);
    const [event] = eventsOf(ecosystem.factory, receipt, "PorterIdReserved");
    assert.deepEqual([...event!.args], [920n, 1271n]);
    assert.equal(await view(ecosystem.factory, "chainOfPorter", 1271n), 920n);
    // An asset for an id without a chain is refunded.
    assert.equal(await view(ecosystem.factory, "getHyperchain", 1271n), ZeroAddress);
    assert.equal(await view(ecosystem.factory, "settlementLayer", 1271n), 0n);
    const chain = (await view<string>(ecosystem.factory, "getHyperchain", 920n)).toLowerCase();
    await assertReverts(createChain(ecosystem, await defaultConfiguration(ecosystem, 1271n)), `ChainIdTaken(1271, ${chain})`);
    await assertReverts(createPartitioned(1271n, 1272n), `ChainIdTaken(1271, ${chain})`);
    await assertReverts(createPartitioned(921n, 1271n), `ChainIdTaken(1271, ${chain})`);
    await assertReverts(createPartitioned(921n, 920n), `ChainIdTaken(920, ${chain})`);
    assert.equal(await view(ecosystem.factory, "getHyperchain", 921n), ZeroAddress);
  });

  test("F7: a porter's id is an id of this layer, and another than its chain's", async () => {
    const own = await defaultConfiguration(ecosystem, 922n);
    const address = (await view<string>(ecosystem.factory, "hyperchainAddress", own)).toLowerCase();
    await assertReverts(createPartitioned(922n, 922n), `ChainIdTaken(922, ${address})`);
    await assertReverts(createPartitioned(922n, 0n), "ChainIdOutOfRange(0, 0, 32, 0)");
    await assertReverts(createPartitioned(922n, 1n << 32n), `ChainIdOutOfRange(0, 0, 32, ${1n << 32n})`);
    await assertReverts(createPartitioned(922n, ecosystem.chainId), `ChainIdOfSettlementChain(${ecosystem.chainId})`);
  });

  test("F7: attack: an announcement reserves only the id that it names, so an id that others show cannot be taken from them", async () => {
    const sent = createPartitioned(923n, 1273n, 1274n);
    await assert.rejects(sent, /ChainNotAnnounced/);
    assert.equal(await view(ecosystem.factory, "chainOfPorter", 1274n), 0n);
  });

  test("no account sets a chain up a second time, or the implementation at all", async () => {
    const chain = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 902n));
    const [factory, caller] = [await hexAddress(ecosystem.factory), ecosystem.accounts[0]!.address.toLowerCase()];
    const expected = `OnlyFactory(${factory}, ${caller})`;
    await assertReverts(send(chain.contract, "initialize", 902n, ETH, 0n), expected);
    const implementation = await ecosystem.l1.ethers.getContractAt(
      "ChainContract",
      await view<string>(ecosystem.factory, "implementation"),
    );
    await assertReverts(send(implementation as unknown as typeof chain.contract, "initialize", 902n, ETH, 0n), expected);
    await assertReverts(send(ecosystem.settings, "configure", chain.configuration), expected);
  });

  test("the facets of batches, called directly, have no chain", async () => {
    const chain = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 905n));
    const facetOf = async (name: "CommitFacet" | "ExecutionFacet", getter: string) => {
      const address = await view<string>(chain.contract, getter);
      assert.equal(address, await view<string>(ecosystem.facets, getter));
      return (await ecosystem.l1.ethers.getContractAt(name, address)) as unknown as typeof chain.contract;
    };
    const commits = await facetOf("CommitFacet", "commitFacet");
    const executions = await facetOf("ExecutionFacet", "executionFacet");
    const formed = await chain.form();
    const approval = await chain.sign(formed.expected.commitment);
    await assertReverts(
      send(commits, "commitBatches", formed.previous, [{ batch: formed.commit, approval: approval }]),
      "UnknownProtocolVersion(0)",
    );
    await assertReverts(
      send(executions, "executeBatches", [{ batch: formed.expected, imports: [], flows: [] }]),
      "BatchNotProven(0, 0)",
    );
    await assertReverts(send(commits, "revertBatches", ...(await chain.signRevert(0n))), "NothingToRevert(0, 0)");
  });

  test("the facet that writes settings, called directly, has no chain, and the settings keep theirs", async () => {
    const chain = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 907n));
    const { chainId, admin } = chain.configuration;
    const address = await view<string>(ecosystem.settings, "settingsFacet");
    const facet = (await ecosystem.l1.ethers.getContractAt("SettingsFacet", address)) as unknown as typeof chain.contract;
    const caller = admin.toLowerCase();
    const notTheAdmin = `OnlyAdmin(${ZeroAddress}, ${caller})`;
    await assertReverts(send(facet, "scheduleTerms", chainId, termsOf(chain)), notTheAdmin);
    await assertReverts(send(facet, "cancelTerms", chainId), notTheAdmin);
    await assertReverts(send(facet, "offerAdmin", chainId, admin), notTheAdmin);
    await assertReverts(send(facet, "setPrice", chainId, 1n), notTheAdmin);
    await assertReverts(send(facet, "scheduleUpgrade", chainId, 1n, 0n), notTheAdmin);
    await assertReverts(send(facet, "cancelUpgrade", chainId), notTheAdmin);
    await assertReverts(send(facet, "acceptAdmin", chainId), `AdminNotOffered(${ZeroAddress}, ${caller})`);
    const notTheFactory = `OnlyFactory(${await hexAddress(ecosystem.factory)}, ${caller})`;
    await assertReverts(send(facet, "configure", chain.configuration), notTheFactory);
    await assertReverts(send(facet, "recordBirth", chainId), notTheFactory);
    assert.equal(await view(ecosystem.settings, "adminOf", chainId), admin);
  });

  test("refuses an implementation that was made for another factory", async () => {
    const implementation = await view<string>(ecosystem.factory, "implementation");
    await assert.rejects(ecosystem.l1.deploy("ChainFactory", implementation, 0n, 0n), /MiswiredDeployment/);
  });

  test("refuses a bridge, a state exit or registries that were made for another factory", async () => {
    const { l1, verifiers, accounts } = ecosystem;
    const roles = ["stateExit", "roots", "bytecodes", "bridge", "settings"] as const;
    for (const wrong of [undefined, ...roles]) {
      const factory = getCreateAddress({ from: accounts[0]!.address, nonce: (await accounts[0]!.getNonce()) + roles.length + 2 });
      const known = (role: (typeof roles)[number]): string => (role === wrong ? addressOf(0xbad) : factory);
      const stateExit = await l1.deploy("StateExit", known("stateExit"), ZeroHash);
      const facets = await l1.deploy("HyperchainFacets", {
        factory,
        roots: await (await l1.deploy("TransactionRootRegistry", known("roots"))).getAddress(),
        bytecodes: await (await l1.deploy("BytecodeRegistry", known("bytecodes"))).getAddress(),
        bridge: await (await l1.deploy("SharedBridge", known("bridge"), await stateExit.getAddress())).getAddress(),
        verifiers: await verifiers.getAddress(),
        settings: await (await l1.deploy("ChainSettings", known("settings"), await verifiers.getAddress(), 0n)).getAddress(),
      });
      const implementation = await l1.deploy("ChainContract", await facets.getAddress());
      const deployment = l1.deploy("ChainFactory", await implementation.getAddress(), 0n, 0n);
      if (wrong === undefined) assert.equal(await (await deployment).getAddress(), factory);
      else await assert.rejects(deployment, new RegExp(`MiswiredDeployment.*${addressOf(0xbad)}`, "i"), wrong);
    }
  });

  test("refuses settings that know another registry of versions", async () => {
    const { l1, verifiers, accounts } = ecosystem;
    const other = addressOf(0xbad);
    const factory = getCreateAddress({ from: accounts[0]!.address, nonce: (await accounts[0]!.getNonce()) + 7 });
    const stateExit = await l1.deploy("StateExit", factory, ZeroHash);
    const facets = await l1.deploy("HyperchainFacets", {
      factory,
      roots: await (await l1.deploy("TransactionRootRegistry", factory)).getAddress(),
      bytecodes: await (await l1.deploy("BytecodeRegistry", factory)).getAddress(),
      bridge: await (await l1.deploy("SharedBridge", factory, await stateExit.getAddress())).getAddress(),
      verifiers: await verifiers.getAddress(),
      settings: await (await l1.deploy("ChainSettings", factory, other, 0n)).getAddress(),
    });
    const implementation = await l1.deploy("ChainContract", await facets.getAddress());
    const deployment = l1.deploy("ChainFactory", await implementation.getAddress(), 0n, 0n);
    await assert.rejects(deployment, new RegExp(`MiswiredDeployment.*${other}`, "i"));
  });

  test("answers what clients ask a bridgehub", async () => {
    const token = await ecosystem.l1.deploy("TokenDouble");
    const tokenAddress = await hexAddress(token);
    const chain = await TestChain.create(ecosystem, {
      ...(await defaultConfiguration(ecosystem, 903n)),
      baseToken: tokenAddress,
    });
    const bridge = await ecosystem.bridge.getAddress();
    const hub = (name: string, ...args: unknown[]): Promise<unknown> => view(ecosystem.factory, name, ...args);
    assert.equal(await hub("sharedBridge"), bridge);
    assert.equal(await hub("assetRouter"), bridge);
    assert.equal(await hub("messageRoot"), await ecosystem.roots.getAddress());
    assert.equal(await hub("L1_CHAIN_ID"), ecosystem.chainId);
    assert.equal(await hub("baseToken", 903n), await token.getAddress());
    assert.equal(await hub("baseTokenAssetId", 903n), assetId(ecosystem.chainId, tokenAddress));
    assert.equal(await hub("getZKChain", 903n), await chain.contract.getAddress());
    assert.equal(await hub("settlementLayer", 903n), ecosystem.chainId);
    assert.equal(await hub("settlementLayer", 12_345n), 0n);
    await assertReverts(hub("baseToken", 12_345n), "UnknownChain(12345)");
    for (const name of ["L1_NULLIFIER", "nativeTokenVault", "l1NativeTokenVault"])
      assert.equal(await view(ecosystem.bridge, name), bridge);
    assert.equal(await view(ecosystem.bridge, "BRIDGE_HUB"), await ecosystem.factory.getAddress());
    assert.equal(await view(ecosystem.bridge, "assetId", ETH), assetId(ecosystem.chainId, addressOf(0)));
    assert.equal(await view(ecosystem.bridge, "tokenAddress", wordToHex(1n)), addressOf(0));
  });

  test("proves messages and logs of executed batches, with any transaction number", async () => {
    const chain = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 904n));
    const body = Uint8Array.of(1, 2, 3);
    const sender = addressOf(0xabc);
    const { formed } = await chain.settle({
      logs: [
        { type: "message", sender: addressOf(1), body },
        { type: "message", sender, body },
      ],
    });
    const proof = l2LogProof(formed.logLeaves, 1);
    const message = { txNumberInBatch: 77, sender, data: "0x010203" };
    const log = { ...messageLog(sender, body), txNumberInBatch: 5 };
    const proves = (name: string, batch: number, index: number, item: unknown): Promise<unknown> =>
      view(ecosystem.factory, name, 904n, batch, index, item, proof);
    assert.equal(await proves("proveL2MessageInclusion", 0, 1, message), true);
    assert.equal(await proves("proveL2LogInclusion", 0, 1, log), true);
    assert.equal(await proves("proveL2MessageInclusion", 0, 0, message), false);
    assert.equal(await proves("proveL2MessageInclusion", 1, 1, message), false);
    assert.equal(await proves("proveL2MessageInclusion", 0, 1, { ...message, data: "0x" }), false);
    assert.equal(await proves("proveL2LogInclusion", 0, 1, { ...log, isService: false }), false);
    // The tree's unused places hold the hash of 88 zero bytes: a path to one exists, a log does not.
    const nothing = {
      l2ShardId: 0,
      isService: false,
      txNumberInBatch: 0,
      sender: addressOf(0),
      key: wordToHex(0n),
      value: wordToHex(0n),
    };
    for (const index of [2, 3, 2 ** 14 - 1]) {
      const path = l2LogProof([...formed.logLeaves, ...new Array<Hex>(index - 1).fill(EMPTY_L2_LOG_LEAF)], index);
      assert.equal(await view(ecosystem.factory, "proveL2LogInclusion", 904n, 0, index, nothing, path), false);
    }
  });
});

describe("verifier registry", () => {
  let ecosystem: Ecosystem;
  before(async () => {
    ecosystem = await deployEcosystem();
  });
  after(() => ecosystem.l1.close());

  test("governance adds versions; a version is never replaced, and retires with notice only", async () => {
    const { verifiers } = ecosystem;
    const verifier = await ecosystem.verifier.getAddress();
    const tree = await ecosystem.stateTree.getAddress();
    const reader = await ecosystem.reader.getAddress();
    const [version, proven] = [furtherVersion(1), provenVersion(1)];
    const content = { verifier, tree, reader, genesisStateRoot: wordToHex(5n), genesisLeafCount: 2n, ...NO_EXECUTION_PROOFS };
    const stranger = ecosystem.accounts[3]!;
    const denied = `OnlyGovernance(${ecosystem.accounts[0]!.address.toLowerCase()}, ${stranger.address.toLowerCase()})`;
    await assertReverts(send(as(verifiers, stranger), "addVersion", version, content), denied);
    await assertReverts(send(as(verifiers, stranger), "scheduleRetirement", PROTOCOL_VERSION), denied);
    await assertReverts(send(verifiers, "addVersion", PROTOCOL_VERSION, content), `ProtocolVersionExists(${PROTOCOL_VERSION})`);
    await assertReverts(send(verifiers, "addVersion", 0n, content), "ProtocolVersionZero()");
    for (const codeless of [addressOf(0), addressOf(5)])
      await assertReverts(
        send(verifiers, "addVersion", version, { ...content, verifier: codeless }),
        `VerifierWithoutCode(${codeless})`,
      );
    await assertReverts(
      send(verifiers, "addVersion", version, { ...content, tree: addressOf(5) }),
      `TreeWithoutCode(${addressOf(5)})`,
    );
    await assertReverts(
      send(verifiers, "addVersion", version, { ...content, reader: addressOf(5) }),
      `ReaderWithoutCode(${addressOf(5)})`,
    );
    await assertReverts(
      send(verifiers, "addVersion", 2n ** 32n, content),
      `ProtocolVersionTooLarge(${2n ** 32n - 1n}, ${2n ** 32n})`,
    );
    await assertReverts(
      send(verifiers, "addVersion", version, { ...content, genesisLeafCount: 1n }),
      "GenesisWithoutOutputsLeaf(1)",
    );
    await assertReverts(
      send(verifiers, "addVersion", version, { ...content, genesisStateRoot: wordToHex((1n << 256n) - 1n) }),
      "DigestNotCanonical",
    );
    const aggregator = await (await addExecutionVersion(ecosystem, provenVersion(2))).contract.getAddress();
    const executing = { ...content, aggregator, executionKey: EXECUTION_KEY };
    const none = wordToHex(0n);
    await assertReverts(
      send(verifiers, "addVersion", version, { ...executing, executionKey: none }),
      `ExecutionKeyMismatch(${aggregator.toLowerCase()}, ${none})`,
    );
    await assertReverts(
      send(verifiers, "addVersion", version, { ...content, executionKey: EXECUTION_KEY }),
      `ExecutionKeyMismatch(${ZeroAddress}, ${EXECUTION_KEY})`,
    );
    await assertReverts(
      send(verifiers, "addVersion", proven, { ...executing, aggregator: addressOf(5) }),
      `AggregatorWithoutCode(${addressOf(5)})`,
    );
    await assertReverts(
      send(verifiers, "addVersion", proven, executing),
      `AggregatorOfOtherVersion(${proven}, ${provenVersion(2)})`,
    );
    const others = [await ecosystem.factory.getAddress(), verifier, proven] as const;
    const own = await (await ecosystem.l1.deploy("ProofAggregator", ...others)).getAddress();
    // Eight elements of 31 bits, each below 2^31 − 2^24 + 1: the last one is that number.
    const executionKey = wordToHex(2n ** 31n - 2n ** 24n + 1n);
    await assertReverts(
      send(verifiers, "addVersion", proven, { ...executing, aggregator: own, executionKey }),
      "DigestNotCanonical",
    );
    await assertReverts(send(verifiers, "scheduleRetirement", version), `UnknownProtocolVersion(${version})`);
    await assertReverts(view(verifiers, "requireActive", version), `UnknownProtocolVersion(${version})`);
    await send(verifiers, "addVersion", version, content);
    await send(verifiers, "scheduleRetirement", version);
    const retiresAt = await view<bigint>(verifiers, "retiresAt", version);
    await assertReverts(send(verifiers, "scheduleRetirement", version), `RetirementAlreadyScheduled(${version}, ${retiresAt})`);
    await view(verifiers, "requireActive", version);
    const late = { ...(await defaultConfiguration(ecosystem, 950n)), protocolVersion: version };
    await assertReverts(createChain(ecosystem, late), `ProtocolVersionRetiring(${version}, ${retiresAt})`);
    await ecosystem.increaseTime(RETIREMENT_NOTICE_SECONDS);
    await assertReverts(view(verifiers, "requireActive", version), `ProtocolVersionRetired(${version}, ${retiresAt})`);
  });
});
