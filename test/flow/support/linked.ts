import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { Contract, ContractFactory, getCreateAddress, type BrowserProvider } from "ethers";
import type { DevnetChainOptions, DevnetOptions } from "../../../src/ecosystem/devnet/devnet.ts";
import { ATOMIC_LINKS } from "../../../src/ecosystem/devnet/links/atomic-links.ts";
import { connectInProcess } from "../../../src/ecosystem/devnet/relaying/relaying.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { ALICE, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./devnet.ts";

const [A, B] = [271n, 272n];
const FOREVER = 2n ** 63n;
const GAS = 1_000_000;
const ARTIFACT = new URL("../../../artifacts/test/contracts/solidity/l2/LinkCounter.sol/LinkCounter.json", import.meta.url);
/** More than a quarter of the default window for operations: a link that L1 has not executed is void then. */
const PAST_PATIENCE_SECONDS = 1_000;
/** Time between two polls, and polls without progress after that L1 executes nothing before the patience ends. */
const POLL_MS = 200;
const MAX_QUIET_POLLS = 25;
const MAX_POLLS = 5_000;

/** Two chains in a folder, whose batches are not proven: the second receives links of the first. */
export function startLinked(data: string): Promise<FlowDevnet> {
  return startLinkedPair({ ...UNPROVEN, data });
}

/** Starts two chains; the second one receives links of the first. `common` are options of both. */
export function startLinkedPair(
  options: Partial<DevnetOptions>,
  common: Omit<DevnetChainOptions, "chainId"> = {},
): Promise<FlowDevnet> {
  const chains = [
    { ...common, chainId: A, name: "alpha" },
    { ...common, chainId: B, name: "beta", links: ["alpha"] },
  ];
  return startFlowDevnet(chains, { ...options, singletons: true });
}

/** Answer of a chain that made a link. */
export interface MadeLink {
  readonly id: Hex;
  readonly batchNumber: string;
  readonly peerBatchNumber: string;
}

/** Counters of both sides: one sends links with an amount, the other one receives them. */
export class LinkedCounters {
  readonly #devnet: FlowDevnet;
  readonly #clients: readonly BrowserProvider[];
  readonly #counters: readonly Contract[];

  private constructor(devnet: FlowDevnet, clients: readonly BrowserProvider[], counters: readonly Contract[]) {
    this.#devnet = devnet;
    this.#clients = clients;
    this.#counters = counters;
  }

  /** Counters of an ecosystem; deploys those that it does not have yet, as the account's first transactions. */
  static async of(devnet: FlowDevnet): Promise<LinkedCounters> {
    const { abi, bytecode } = JSON.parse(readFileSync(ARTIFACT, "utf8")) as { readonly abi: []; readonly bytecode: string };
    const clients = devnet.chains.map(({ chainId, provider }) => connectInProcess(chainId, provider));
    const counters = await Promise.all(
      clients.map(async (client) => {
        const alice = devnet.accounts.wallet(ALICE).connect(client);
        const address = getCreateAddress({ from: alice.address, nonce: 0 });
        if ((await client.getCode(address)) === "0x")
          await (await new ContractFactory(abi, bytecode, alice).deploy(ATOMIC_LINKS.address)).waitForDeployment();
        return new Contract(address, abi, alice);
      }),
    );
    return new LinkedCounters(devnet, clients, counters);
  }

  /** Sums of the amounts that the first chain has sent, and that the second one has received. */
  async sums(): Promise<readonly [sent: bigint, received: bigint]> {
    const [one, two] = this.#counters;
    return [(await one!.getFunction("sent").staticCall()) as bigint, (await two!.getFunction("received").staticCall()) as bigint];
  }

  /** Sends a link with this amount. Rejects with the refusal. */
  async send(amount: bigint): Promise<MadeLink> {
    const [one, two] = this.#counters;
    const alice = this.#devnet.accounts.wallet(ALICE).connect(this.#clients[0]!);
    const data = one!.interface.encodeFunctionData("add", [B, await two!.getAddress(), amount, FOREVER]);
    const call = await alice.populateTransaction({ to: await one!.getAddress(), data, gasLimit: GAS });
    const made = await this.#devnet.chains[0]!.provider.request({
      method: "hyperchain_sendLink",
      params: [await alice.signTransaction(call)],
    });
    return made as MadeLink;
  }

  close(): void {
    for (const client of this.#clients) client.destroy();
  }
}

/**
 * Until L1 has executed every batch of both chains. If nothing moves, a batch waits for a peer that a kill has ended, so time passes
 * until its link is void.
 */
export async function settleBoth(devnet: FlowDevnet): Promise<void> {
  const pipelines = devnet.chains.map(({ pipeline }) => pipeline);
  let [before, quiet] = ["", 0];
  for (let poll = 0; poll < MAX_POLLS; poll++) {
    for (const pipeline of pipelines) {
      await pipeline.pollL1();
      if (!pipeline.chain.sequencer.isIdle) await pipeline.seal();
    }
    const progress = pipelines.map((pipeline) => pipeline.progress());
    if (progress.every(({ sealed, executed }) => sealed === executed)) return;
    const now = JSON.stringify(progress);
    quiet = now === before ? quiet + 1 : 0;
    before = now;
    if (quiet === MAX_QUIET_POLLS) {
      await pass(devnet, PAST_PATIENCE_SECONDS);
      quiet = 0;
    }
    await pause(POLL_MS);
  }
  assert.fail(`L1 does not execute the batches: ${before}; ${devnet.faults.map(String).join(", ")}`);
}

/** Lets time pass on all members. */
export async function pass(devnet: FlowDevnet, seconds: number): Promise<void> {
  await devnet.chains[1]!.provider.request({ method: "evm_increaseTime", params: [seconds] });
}
