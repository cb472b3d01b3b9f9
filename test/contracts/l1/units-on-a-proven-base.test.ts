import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import type { HardhatEthers, HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { ContractFactory, ZeroAddress, type BaseContract, type JsonRpcProvider } from "ethers";
import hre from "hardhat";
import { batchLimits, fits, l1LoadOf } from "../../../src/chain/ordering/limits.ts";
import { referenceCompressor } from "../../../src/chain/state/batch-compressor.ts";
import type { StateWrite } from "../../../src/chain/state/change-set.ts";
import { proveHolding } from "../../../src/chain/state/holding-proof.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { AssetMessageKind } from "../../../src/ground/protocol/asset-message.ts";
import type { AtomicFlow } from "../../../src/ground/protocol/atomic-flow.ts";
import { statementImport } from "../../../src/ground/protocol/carried-statement.ts";
import { idOnChain } from "../../../src/ground/protocol/chain-ancestry.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { BASE_TOKEN_RESERVE_WEI } from "../../../src/ground/protocol/genesis.ts";
import { keccak, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { holdingKey } from "../../../src/ground/protocol/holding.ts";
import { MAX_UNITS } from "../../../src/ground/protocol/native-budget.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import type { PubdataLog } from "../../../src/ground/protocol/pubdata.ts";
import type { ImportedRoot } from "../../../src/ground/protocol/rolling-hash.ts";
import { l1CostOf, l1TotalOf } from "../../../src/ground/protocol/way-to-l1.ts";
import { clientOf, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../../flow/support/devnet.ts";
import type { LocalL1 } from "../../support/l1.ts";
import { EXECUTION_KEY, itemOf } from "./support/aggregates.ts";
import { assetMessage, depositToken, ZERO_ADDRESS } from "./support/assets.ts";
import { TestChain, type BatchContent, type FormedBatch } from "./support/chain.ts";
import { DearBatches, NOTHING, times, usageOf, type Mixture } from "./support/dear-batches.ts";
import {
  as,
  createChain,
  defaultConfiguration,
  deployEcosystem,
  provenVersion,
  GENESIS_LEAVES,
  GENESIS_ROOT,
  send,
  view,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { factLog, flowAbsence, flowState, HELD, registryOf, settleLegs, stoppedEscrow, treeOf } from "./support/escrows.ts";
import { deliveredMarks, undeliveredProof, undeliveredTransfer } from "./support/exits.ts";

const BASE = 271n;
const GAS_LIMIT = 16_000_000n;
/** Rows of the table in docs/modes.md: a transaction, and its units in thousands. */
const [, SECTION = ""] = readFileSync(new URL("../../../docs/modes.md", import.meta.url), "utf8").split(
  "## Chains on a proven chain",
);
const ROWS = [...(SECTION.split("\n## ")[0] ?? "").matchAll(/^\| (.+?) \| ([\d,]+)(?:, refused)? \|$/gm)].map(
  ([, name = "", units = ""]) => [name, 1_000 * Number(units.replaceAll(",", ""))] as const,
);

/** Units of transactions on a proven chain that has the contracts of chains on it. */
describe("units of chains on a proven chain", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let ecosystem: Ecosystem;
  let number = 1n;
  let carrier: BaseContract;
  const measured = new Map<string, number>();

  before(async () => {
    devnet = await startFlowDevnet([{ chainId: BASE, name: "beta", execution: "proven" }], {
      ...UNPROVEN,
      fundedAccounts: [1, 2, 3, 4],
      fundingWei: 10n ** 20n,
    });
    client = clientOf(devnet.chains[0]!);
    ecosystem = await deployEcosystem(0n, () => Promise.resolve(layerOn()));
  });
  after(async () => {
    client?.destroy();
    await devnet?.close();
  });

  /** The chain in the form of the tests' L1. */
  function layerOn(): LocalL1 {
    // An estimate would execute each transaction once more.
    const estimateGas = () => Promise.resolve(GAS_LIMIT);
    const signers = [1, 2, 3, 4].map((each) => Object.assign(devnet.accounts.wallet(each).connect(client), { estimateGas }));
    const ethers = {
      provider: client,
      getSigners: () => Promise.resolve(signers as unknown as HardhatEthersSigner[]),
      async getContractAt(name: string, address: string) {
        const { abi } = await hre.artifacts.readArtifact(name);
        return new ContractFactory(abi, "0x", signers[0]).attach(address);
      },
    } as unknown as HardhatEthers;
    return {
      ethers,
      async deploy(name, ...args) {
        const { abi, bytecode } = await hre.artifacts.readArtifact(name);
        const contract = await new ContractFactory(abi, bytecode, signers[0]).deploy(...args, { gasLimit: GAS_LIMIT });
        const receipt = await contract.deploymentTransaction()!.wait();
        await note(`deployment of \`${name}\``, receipt!);
        return contract as unknown as BaseContract;
      },
      close: () => Promise.resolve(),
    };
  }

  /** Notes the units of a transaction, as its receipt has them. */
  async function note(name: string, { hash }: { readonly hash: string }): Promise<void> {
    const { nativeUnits } = (await client.send("eth_getTransactionReceipt", [hash])) as { readonly nativeUnits?: Hex };
    measured.set(name, Number(nativeUnits));
  }

  /** Sends a call that may take more than a transaction's units, which no estimate allows, and notes its units. */
  async function noteCall(name: string, contract: BaseContract, method: string, ...args: readonly unknown[]): Promise<boolean> {
    const sent = (await contract.getFunction(method)(...args, { gasLimit: GAS_LIMIT })) as { readonly hash: string };
    const receipt = await client.waitForTransaction(sent.hash).catch(() => client.getTransactionReceipt(sent.hash));
    await note(name, sent);
    return receipt?.status === 1;
  }

  async function create(overrides: object = {}): Promise<TestChain> {
    const configuration = { ...(await defaultConfiguration(ecosystem, idOnChain(BASE, number++))), ...overrides };
    await note("creation of a chain", await createChain(ecosystem, configuration));
    return TestChain.of(ecosystem, configuration);
  }

  async function settle(chain: TestChain, formed: FormedBatch, name: string): Promise<void> {
    const { stored, receipt } = await chain.commit(formed);
    await note(`commit${name}`, receipt);
    await chain.prove(stored);
    await note(`execution${name}`, await chain.execute(stored, formed));
  }

  test("a commit by its bytes, and by its signatures", async () => {
    const chain = await create();
    for (const bytes of [0, 10_000, 30_000]) {
      const body = new Uint8Array(bytes).fill(1);
      const logs: readonly PubdataLog[] = bytes === 0 ? [] : [{ type: "message", sender: `0x${"ab".repeat(20)}`, body }];
      await settle(chain, await chain.form({ logs }), bytes === 0 ? "" : ` of a message of ${bytes / 1_000} kB`);
    }
    const validators = ecosystem.accounts.map(({ address }) => address).toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    const signed = await create({ validators, validatorThreshold: 4n });
    await settle(signed, await signed.form(), " with four signatures");
  });

  test("an account publishes more in one transaction than a commit can take", async () => {
    const { abi } = await hre.artifacts.readArtifact("L1Messenger");
    const messenger = new ContractFactory(abi, "0x", ecosystem.accounts[0]!).attach(PREDEPLOYS.L1Messenger) as BaseContract;
    const name = "message of 60 kB that an account sends";
    assert.ok(await noteCall(name, messenger, "sendToL1", new Uint8Array(60_000).fill(1)));
  });

  test("a proof by an imported statement", async () => {
    const carried = await ecosystem.l1.deploy("CarriedProofs", await ecosystem.factory.getAddress(), provenVersion(4));
    const protocolVersion = provenVersion(4);
    await send(ecosystem.verifiers, "addVersion", protocolVersion, {
      verifier: ZeroAddress,
      secondVerifier: ZeroAddress,
      aggregator: await carried.getAddress(),
      tree: await ecosystem.stateTree.getAddress(),
      reader: await ecosystem.reader.getAddress(),
      genesisStateRoot: GENESIS_ROOT,
      genesisLeafCount: GENESIS_LEAVES,
      executionKey: EXECUTION_KEY,
    });
    const chain = await create({ protocolVersion });
    const { stored } = await chain.commit(await chain.form());
    const item = itemOf(chain, stored);
    await devnet.chains[0]!.pipeline.chain.sequencer.importRoots([statementImport(item)]);
    await note("proof of a batch", await send(carried, "proveBatches", [item], wordToHex(0n), "0x"));
  });

  test("sums of transfers, up to more than fit", async () => {
    const chain = await create();
    let place = 100n;
    const formWith = async (sums: number): Promise<FormedBatch> => {
      const operation = await chain.request();
      const kind = AssetMessageKind.hyperbridgeSend;
      const sent = Array.from({ length: sums }, () =>
        assetMessage(ecosystem, { kind, destinationChainId: idOnChain(BASE, place++) }),
      );
      return chain.form({ canonicalTxHashes: [operation], logs: [{ type: "priorityOp", success: true }, ...sent] });
    };
    for (const sums of [10, 60]) await settle(chain, await formWith(sums), ` with ${sums} sums of transfers`);
    const formed = await formWith(72);
    const { stored } = await chain.commit(formed);
    await chain.prove(stored);
    const name = "execution with 72 sums of transfers";
    const execution = { batch: stored, imports: formed.importedRoots, flows: formed.flows };
    assert.equal(await noteCall(name, chain.contract, "executeBatches", [execution]), false);
  });

  /** More of each kind of contents than a batch has room for. */
  const MIXTURES: Readonly<Record<string, Partial<Mixture>>> = {
    "one long message": { messageBytes: 40_000 },
    "short messages": { messages: 500 },
    "sends to chains that do not exist": { sends: 100 },
    "contracts of new codes": { contracts: 200 },
    "changed slots": { changedSlots: 60, newSlots: 300 },
    "operations and imports": { operations: 60, imports: 8, messages: 400 },
  };
  const LIMITS = batchLimits({ hasQuorum: true, carryingLayers: 1, isOnProvenChain: true });

  function filled(mixture: Partial<Mixture>): Mixture {
    const all = { ...NOTHING, ...mixture };
    const isFull = (factor: number): boolean => !fits(usageOf(times(all, factor)), LIMITS, 4_096);
    let [low, high] = [0, 1];
    for (let step = 0; step < 20; step++) {
      const middle = (low + high) / 2;
      if (isFull(middle)) high = middle;
      else low = middle;
    }
    return times(all, low);
  }

  /** Settles a batch whose data the base passes on, and compares the units of each stage with their estimate. */
  async function settleFull(name: string, mixture: Mixture, contentOf: (queued: readonly Hex[]) => BatchContent): Promise<void> {
    const chain = await create({ dataAvailabilityPolicy: await carrier.getAddress() });
    const queued: Hex[] = [];
    for (let i = 0; i < mixture.operations; i++) queued.push(await chain.request());
    const formed = await chain.form(contentOf(queued));
    const { stored, receipt } = await chain.commit(formed, carrier);
    await chain.prove(stored);
    const executed = await chain.execute(stored, formed);
    const load = l1LoadOf(usageOf(mixture));
    for (const [stage, { hash }] of [
      ["commit", receipt],
      ["execute", executed],
    ] as const) {
      await note(name, { hash });
      const transaction = LIMITS.way.find(({ stages }) => stages[0] === stage)!;
      const { units } = l1TotalOf(transaction, l1CostOf(transaction, load));
      const actual = measured.get(name)!;
      assert.ok(actual <= units && units <= MAX_UNITS, `${name}, ${stage}: ${actual} units, not ${units}`);
    }
  }

  test("a batch as large as the sequencer seals it passes each stage, with its data in a message to L1", async () => {
    carrier = await ecosystem.l1.deploy("DataCarrier");
    const dear = new DearBatches(ecosystem);
    for (const [name, mixture] of Object.entries(MIXTURES)) {
      const full = filled(mixture);
      const newest = await view<bigint>(ecosystem.roots, "latestRootIndex");
      const roots: ImportedRoot[] = [];
      for (let i = 0n; i < full.imports; i++)
        roots.push({ registryIndex: newest - i, root: await view<Hex>(ecosystem.roots, "rootAt", newest - i) });
      await settleFull(name, full, (queued) => dear.content(full, { queued, roots }));
    }
    const code = new Uint8Array(20_000).fill(7);
    const usage = { ...NOTHING, contracts: 1, messageBytes: code.length };
    const { changes = [] } = dear.content({ ...NOTHING, contracts: 1 });
    const hashed = changes.map((entry) =>
      entry.type === "insertion" && entry.leafKind === LeafKind.codeHash ? { ...entry, value: BigInt(keccak(code)) } : entry,
    );
    await settleFull("a long code", usage, () => ({ changes: hashed, bytecodes: [code] }));
  });

  test("transactions of accounts, and claims on a stopped chain", async () => {
    const token = await ecosystem.l1.deploy("TokenDouble");
    await send(token, "mint", ecosystem.accounts[0]!.address, 10n ** 18n);
    await send(token, "approve", await ecosystem.bridge.getAddress(), 10n ** 18n);
    const tokenAddress = (await token.getAddress()).toLowerCase() as Hex;
    const [from, chain] = [await create(), await create()];
    // Transfers of the second of its creation are not for the chain.
    await ecosystem.increaseTime(2n);
    const sender = ecosystem.accounts[3]!;
    const account = sender.address.toLowerCase() as Hex;
    const done = { type: "priorityOp", success: true } as const;
    const message = assetMessage(ecosystem, {
      kind: AssetMessageKind.hyperbridgeSend,
      destinationChainId: chain.configuration.chainId,
      originToken: tokenAddress,
      amount: 300n,
      sender: account,
    });
    const funded = await depositToken(ecosystem, from, tokenAddress, 1_000n);
    const block = await client.getBlock("latest");
    await note("deposit of a token", { hash: block!.transactions.at(-1)! });
    const { formed } = await from.settle({ canonicalTxHashes: [funded], logs: [done, message] });

    const baseToken = chain.configuration.baseToken as Hex;
    const query = { settlementChainId: ecosystem.chainId, baseToken, token: tokenAddress, account };
    const reserve: StateWrite = {
      leafKind: LeafKind.account,
      address: BigInt(PREDEPLOYS.L2BaseToken),
      slot: 0n,
      value: (BASE_TOKEN_RESERVE_WEI << 64n) | 1n,
    };
    const marks = deliveredMarks(from.configuration.chainId, [{ ...message, body: new Uint8Array(message.body.length) }]);
    const leaves = [reserve, { ...holdingKey(query), value: 70n }, ...marks];
    const tree = StateTree.genesis(leaves, { compressor: referenceCompressor });
    const operation = await depositToken(ecosystem, chain, tokenAddress, 1_000n);
    await chain.settle({ canonicalTxHashes: [operation], logs: [done], newStateRoot: digestToHex(tree.root) });
    await chain.request();
    await ecosystem.increaseTime(2_000n);
    await note("`activateExit`", await send(chain.contract, "activateExit"));

    const exit = as(ecosystem.stateExit, sender);
    const { proof } = proveHolding(tree, query)!;
    assert.ok(
      await noteCall("`claimHolding`", exit, "claimHolding", chain.configuration.chainId, tokenAddress, 70n, account, proof),
    );
    const claim = undeliveredTransfer(from, formed, 1, message, undeliveredProof(tree, from, message));
    assert.ok(await noteCall("`refundTransfer`", exit, "refundTransfer", claim, account));
  });

  test("a refund of an escrow, which shows two paths, does not fit", async () => {
    const chain = await create();
    const party = ecosystem.accounts[3]!;
    const account = party.address.toLowerCase() as Hex;
    const { chainId } = chain.configuration;
    const terms = {
      chainId,
      party: account,
      token: PREDEPLOYS.L2BaseToken,
      amount: 100n,
      recipient: account,
      callHash: wordToHex(0n),
    };
    const legs = [false, true].map((isPivot) => ({ ...terms, isPivot }));
    const flow: AtomicFlow = { salt: wordToHex(1n), deadline: (await ecosystem.latestTimestamp()) + 100n, legs };
    const state = treeOf(flowState(flow, { 0: HELD, 1: HELD }));
    const logs: readonly PubdataLog[] = [{ type: "priorityOp", success: true }, factLog(flow, 0)];
    await settleLegs(ecosystem, chain, state, { canonicalTxHashes: [await chain.request()], logs });
    await chain.request();
    await ecosystem.increaseTime(2_000n);
    await send(chain.contract, "activateExit");
    const absent = await flowAbsence(ecosystem, flow, 1, (await registryOf(ecosystem)).length - 1, state);
    const args = [stoppedEscrow(flow, 0, ZERO_ADDRESS, state), 1, absent, account] as const;
    const exit = as(ecosystem.stateExit, party);
    // The EVM would do it: only the units of a transaction do not suffice.
    await exit.getFunction("refundEscrow").staticCall(...args, { gasLimit: GAS_LIMIT });
    assert.equal(await noteCall("`refundEscrow`", exit, "refundEscrow", ...args), false);
  });

  test("are those of the table in docs/modes.md", () => {
    assert.ok(ROWS.length > 15);
    const wrong = ROWS.filter(([name, units]) => !(Math.abs((measured.get(name) ?? 0) - units) <= units / 20));
    assert.deepEqual(
      wrong.map(([name, units]) => `${name}: ${measured.get(name)}, and the page has ${units}`),
      [],
    );
    for (const [name] of ROWS) assert.ok(measured.get(name)! <= MAX_UNITS, name);
  });
});
