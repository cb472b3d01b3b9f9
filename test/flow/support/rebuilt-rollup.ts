import assert from "node:assert/strict";
import { Contract, ContractFactory, Interface, type HDNodeWallet, type JsonRpcProvider, type TransactionReceipt } from "ethers";
import hre from "hardhat";
import { l1MessengerAbi } from "../../../src/ground/abi/l1-messenger.ts";
import { l2AssetRouterAbi } from "../../../src/ground/abi/l2-asset-router.ts";
import { l2BaseTokenAbi } from "../../../src/ground/abi/l2-base-token.ts";
import type { FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import { startChain, type Chain } from "../../../src/chain/chain.ts";
import { systemClock } from "../../../src/ground/runtime/clock.ts";
import { genesisOf } from "./genesis.ts";
import { predeployTransactions } from "../../../src/chain/predeploys/system-transactions.ts";
import { ACCOUNT_NUMBERS, lowerCaseAddress } from "../../../src/ecosystem/devnet/accounts/accounts.ts";
import type { DevnetOptions } from "../../../src/ecosystem/devnet/devnet.ts";
import { requestFromL1 } from "../../../src/ecosystem/client/queue/ether-request.ts";
import { startBehind } from "../../../src/ecosystem/devnet/reconstruction/chain-start.ts";
import { versionedChain } from "../../../src/chain/node/described/chain-on-l1.ts";
import { chainOptionsOf } from "../../../src/chain/node/described/chain-options.ts";
import {
  reconstruct,
  type Reconstruction,
  type ReconstructionOptions,
} from "../../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { hashAssetFlows, sumAssetFlows } from "../../../src/ground/protocol/asset-flows.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { commitBatch } from "../../../src/chain/settlement/l1-sender/commit.ts";
import { revertBatches } from "../../../src/chain/settlement/l1-sender/revert.ts";
import { createL1Retry } from "../../../src/chain/settlement/l1-sender/l1-retry.ts";
import type { SenderContext } from "../../../src/chain/settlement/l1-sender/sender-context.ts";
import { createTransactor } from "../../../src/chain/settlement/l1-sender/transactor.ts";
import { createLocalMember, type Quorum } from "../../../src/chain/settlement/signing/quorum.ts";
import { ChainVersions } from "../../../src/chain/settlement-layer/reader/chain-versions.ts";
import { CALLDATA_POSTING } from "../../../src/chain/settlement/batch/settlement-batch.ts";
import { SigningRecord } from "../../../src/chain/settlement/signing/signing-record.ts";
import { ALICE, clientOf, dependencies, ETHER, settleNow, startFlowDevnet, type FlowDevnet } from "./devnet.ts";
import { depositToken } from "./tokens.ts";
import { generator } from "./generator.ts";
import { tokenWithdrawalOf } from "./interop.ts";
import { ask } from "../../chain/support/ask.ts";

export const CHAIN_ID = 271n;
/** Deposited, and how many of them are withdrawn. */
export const TOKENS = 1_000n;
export const WITHDRAWN_TOKENS = 300n;
/** Options of the operator that continues the chain. */
export const RUNNING = {
  blocks: { type: "instant" },
  batches: { maxAgeMs: undefined, maxTransactions: undefined },
  minGasPriceWei: 0n,
} as const;
export const erc20 = new Interface([
  "function approve(address,uint256)",
  "function balanceOf(address) view returns (uint256)",
  "function mint(address,uint256)",
]);
export const plainTransfer = { chainId: CHAIN_ID, type: 0, gasPrice: 1_000_000_000n, gasLimit: 100_000n };

const messenger = new Interface(l1MessengerAbi);
const baseToken = new Interface(l2BaseTokenAbi);
const router = new Interface(l2AssetRouterAbi);

/** A rollup on a devnet with a workload from a seed, and those who have nothing of it but L1. */
export class RebuiltRollup {
  readonly devnet: FlowDevnet;
  readonly client: JsonRpcProvider;
  readonly random: () => number;
  readonly alice: Hex;
  readonly hyperchain: Hex;
  /** On L1. */
  readonly token: Hex;
  readonly workload: Contract;

  private constructor(devnet: FlowDevnet, client: JsonRpcProvider, random: () => number, token: Hex, workload: Contract) {
    this.devnet = devnet;
    this.client = client;
    this.random = random;
    this.alice = lowerCaseAddress(devnet.accounts.wallet(ALICE).address);
    this.hyperchain = devnet.chains[0]!.pipeline.created.hyperchain;
    this.token = token;
    this.workload = workload;
  }

  /** Starts a chain with a deposited ERC-20 and two deployed contracts, and further ones; nothing is settled. */
  static async start(
    seed: number,
    further: readonly bigint[] = [],
    options: Partial<DevnetOptions> = {},
  ): Promise<RebuiltRollup> {
    const devnet = await startFlowDevnet([CHAIN_ID, ...further], options);
    const client = clientOf(devnet.chains[0]!);
    const wallet = devnet.accounts.wallet(ALICE);
    const l1 = wallet.connect(devnet.l1.provider);
    const alice = lowerCaseAddress(wallet.address);
    const { bridge, factory } = devnet.ecosystem.addresses;
    const deployed = await (await l1.sendTransaction({ data: await initCode("TokenDouble") })).wait();
    const token = lowerCaseAddress(deployed!.contractAddress!);
    for (const [method, account] of [
      ["mint", alice],
      ["approve", bridge],
    ] as const) {
      await (await l1.sendTransaction({ to: token, data: erc20.encodeFunctionData(method, [account, TOKENS]) })).wait();
    }
    await depositToken(factory, { chainId: CHAIN_ID, bridge, token, amount: TOKENS, recipient: alice }, l1);
    await devnet.chains[0]!.pipeline.pollL1();
    const { abi, bytecode } = await hre.artifacts.readArtifact("Workload");
    const create = async () =>
      (await new ContractFactory(abi, bytecode, wallet.connect(client)).deploy({ value: 1_000n })).waitForDeployment();
    await create();
    const workload = new Contract(await (await create()).getAddress(), abi, wallet.connect(client));
    return new RebuiltRollup(devnet, client, generator(seed), token, workload);
  }

  async close(): Promise<void> {
    this.client.destroy();
    await this.devnet.close();
    assert.deepEqual(this.devnet.faults, []);
  }

  /** Alice's account, on L1. */
  onL1(): HDNodeWallet {
    return this.devnet.accounts.wallet(ALICE).connect(this.devnet.l1.provider);
  }

  /** The chain's only validator. */
  operator(): HDNodeWallet {
    return this.devnet.accounts.wallet(ACCOUNT_NUMBERS.firstOperator).connect(this.devnet.l1.provider);
  }

  async send(request: { to: string; data?: string; value?: bigint }): Promise<TransactionReceipt> {
    const wallet = this.devnet.accounts.wallet(ALICE).connect(this.client);
    const receipt = await (await wallet.sendTransaction(request)).wait();
    assert.equal(receipt?.status, 1);
    return receipt;
  }

  async sendOnL1(request: { to: string; data: string }): Promise<TransactionReceipt> {
    const receipt = await (await this.onL1().sendTransaction(request)).wait();
    assert.equal(receipt?.status, 1);
    return receipt;
  }

  settle() {
    return settleNow(this.devnet.chains[0]!);
  }

  /** Transactions at random: creations, self-destructions, slots set and deleted, transfers, failures. */
  async work(): Promise<void> {
    const number = (): bigint => BigInt(Math.floor(this.random() * 2 ** 48));
    for (let i = 0; i < 4; i++) {
      const response = await this.workload.getFunction("work")(number(), 6n, { gasLimit: 8_000_000n, value: number() % 100n });
      // A failure is part of the workload: it must be repeated as well.
      await this.client.waitForTransaction(response.hash);
    }
    await this.send({ to: `0x${number().toString(16).padStart(40, "7")}`, value: 1n + (number() % 1_000n) });
  }

  /** A message, and two withdrawals. */
  async sendMessages(): Promise<void> {
    const { alice, token, client } = this;
    await this.send({ to: PREDEPLOYS.L1Messenger, data: messenger.encodeFunctionData("sendToL1", ["0x1234567890"]) });
    await this.send({ to: PREDEPLOYS.L2BaseToken, data: baseToken.encodeFunctionData("withdraw", [alice]), value: ETHER / 4n });
    const answer = await client.call({
      to: PREDEPLOYS.L2AssetRouter,
      data: router.encodeFunctionData("l2TokenAddress", [token]),
    });
    const bridged = String(router.decodeFunctionResult("l2TokenAddress", answer)[0]);
    await this.send(tokenWithdrawalOf(bridged, WITHDRAWN_TOKENS, alice));
  }

  /** Two operations through the queue, of which the second fails; their canonical hashes. */
  async requestOperations(): Promise<Hex[]> {
    const { factory } = this.devnet.ecosystem.addresses;
    const to = lowerCaseAddress(await this.workload.getAddress());
    const data = this.workload.interface.encodeFunctionData("refuse", [5n]) as Hex;
    const requests = [
      await requestFromL1(factory, { chainId: CHAIN_ID, to: this.alice, valueWei: 12_345n }, this.onL1()),
      await requestFromL1(factory, { chainId: CHAIN_ID, to, valueWei: 7n, data }, this.onL1()),
    ];
    await this.devnet.chains[0]!.pipeline.pollL1();
    return requests.map(({ canonicalTxHash }) => canonicalTxHash);
  }

  async rebuild(options: Partial<ReconstructionOptions> = {}): Promise<Reconstruction> {
    return reconstruct({ l1: this.devnet.l1.provider, hyperchain: this.hyperchain, genesis: await genesisOf(), ...options });
  }

  /** Forms and commits the next batch by an operator who starts from L1's data and has the operator's key. */
  async commitElsewhere(
    from: Reconstruction,
    work?: (chain: Chain) => Promise<void>,
  ): Promise<{ readonly batch: FormedBatch; readonly transactionHash: string }> {
    const batch = await this.#formElsewhere(from, work ?? ((chain) => this.#deployAndPay(chain)));
    const { receipt } = await commitBatch(this.#sender(), batch, from.last, {
      quorum: await this.#quorum(),
      posting: CALLDATA_POSTING,
    });
    return { batch, transactionHash: receipt!.hash };
  }

  async revertFrom(batchNumber: bigint): Promise<void> {
    await revertBatches(this.#sender(), batchNumber, await this.#quorum());
  }

  async #formElsewhere(from: Reconstruction, work: (chain: Chain) => Promise<void>): Promise<FormedBatch> {
    const { alice, devnet } = this;
    const chain = await startChain(
      chainOptionsOf(from.contract, from.genesis, startBehind(from), { ...RUNNING, coinbase: alice }),
      {
        connect: dependencies.connectChain,
        clock: systemClock,
        system: predeployTransactions,
        forming: {
          flowsHash: (logs) => hashAssetFlows(sumAssetFlows(logs, devnet.l1.chainId)),
          versionOf: new ChainVersions(versionedChain(from.contract), from.upgrades).versionOf,
        },
      },
    );
    try {
      await work(chain);
      return (await chain.seal())!;
    } finally {
      await chain.close();
    }
  }

  async #deployAndPay(chain: Chain): Promise<void> {
    const nonce = Number(await ask(chain, "eth_getTransactionCount", [this.alice, "latest"]));
    const wallet = this.devnet.accounts.wallet(ALICE);
    await chain.submit(
      await wallet.signTransaction({ ...plainTransfer, gasLimit: 8_000_000n, data: await initCode("Workload"), nonce }),
    );
    await chain.submit(
      await wallet.signTransaction({ ...plainTransfer, to: `0x${"9b".repeat(20)}`, value: 9n, nonce: nonce + 1 }),
    );
  }

  async #quorum(): Promise<Quorum> {
    const contract = { settlementChainId: this.devnet.l1.chainId, hyperchain: this.hyperchain };
    return { members: [await createLocalMember(this.operator(), contract)] };
  }

  /** Anyone may send what the validators signed. */
  #sender(): SenderContext {
    const { provider, chainId } = this.devnet.l1;
    const delay = (ms: number): Promise<void> => new Promise((resolve) => void systemClock.after(ms, resolve));
    const patience = createL1Retry({}, { delay });
    const transactor = createTransactor({}, { signer: this.onL1(), patience });
    const onBroadcast = (): Promise<void> => Promise.resolve();
    return {
      provider,
      hyperchain: this.hyperchain,
      settlementChainId: chainId,
      fromBlock: 0,
      delay,
      patience,
      transactor,
      approvals: new SigningRecord(),
      confirmations: 1,
      onBroadcast,
    };
  }
}

async function initCode(artifact: string): Promise<string> {
  return (await hre.artifacts.readArtifact(artifact)).bytecode;
}
