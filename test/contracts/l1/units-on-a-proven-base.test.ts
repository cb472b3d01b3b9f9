import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import type { HardhatEthers, HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { ContractFactory, ZeroAddress, type BaseContract, type JsonRpcProvider } from "ethers";
import hre from "hardhat";
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
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { holdingKey } from "../../../src/ground/protocol/holding.ts";
import { MOST_UNITS } from "../../../src/ground/protocol/native-budget.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import type { PubdataLog } from "../../../src/ground/protocol/pubdata.ts";
import { clientOf, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../../flow/support/devnet.ts";
import type { LocalL1 } from "../../support/l1.ts";
import { EXECUTION_KEY, itemOf } from "./support/aggregates.ts";
import { assetMessage, depositToken, ZERO_ADDRESS } from "./support/assets.ts";
import { TestChain, type FormedBatch } from "./support/chain.ts";
import {
  as,
  createChain,
  defaultConfiguration,
  deployEcosystem,
  furtherVersion,
  GENESIS_LEAVES,
  GENESIS_ROOT,
  send,
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
    const signers = [1, 2, 3, 4].map((each) => devnet.accounts.wallet(each).connect(client));
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
    const carried = await ecosystem.l1.deploy("CarriedProofs", await ecosystem.factory.getAddress(), furtherVersion(4));
    const protocolVersion = furtherVersion(4);
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
    for (const [name, units] of ROWS) {
      const actual = measured.get(name);
      assert.ok(actual !== undefined && Math.abs(actual - units) <= units / 20, `${name}: ${actual}, and the page has ${units}`);
      assert.ok(actual <= MOST_UNITS, name);
    }
  });
});
