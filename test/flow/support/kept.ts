import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserProvider } from "ethers";
import { requestFromL1 } from "../../../src/ecosystem/client/queue/ether-request.ts";
import { lowerCaseAddress } from "../../../src/ecosystem/devnet/accounts/accounts.ts";
import type { DevnetChain, DevnetOptions } from "../../../src/ecosystem/devnet/devnet.ts";
import { connectInProcess } from "../../../src/ecosystem/devnet/relaying/relaying.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { ALICE, BOB, ETHER, startFlowDevnet, type FlowDevnet } from "./devnet.ts";

/** Answers of members: hashes of all blocks, receipts and logs, the state of the chains and the progress of their batches. */
export async function answers(devnet: FlowDevnet): Promise<unknown> {
  const members = [devnet.l1.eip1193, ...devnet.chains.map(({ provider }) => provider)];
  const ask = async (member: (typeof members)[number]) => {
    const request = (method: string, ...params: unknown[]): Promise<unknown> => member.request({ method, params });
    const head = Number(await request("eth_blockNumber"));
    const blocks: unknown[] = [];
    for (let number = 0; number <= head; number++) {
      const tag = `0x${number.toString(16)}`;
      const block = (await request("eth_getBlockByNumber", tag, true)) as { transactions: readonly { hash: Hex }[] };
      blocks.push(block);
      for (const { hash } of block.transactions) blocks.push(await request("eth_getTransactionReceipt", hash));
    }
    return { blocks, logs: await request("eth_getLogs", { fromBlock: "0x0", toBlock: "latest" }) };
  };
  return {
    members: await Promise.all(members.map(ask)),
    progress: devnet.chains.map(({ pipeline }) => pipeline.progress()),
    roots: devnet.chains.map(({ pipeline }) => pipeline.chain.tree.root),
    messages: await devnet.messages(),
  };
}

/** Ecosystem of a persistence test, which starts repeatedly. */
export class Kept {
  readonly folder: string;
  readonly #chains: Parameters<typeof startFlowDevnet>[0];
  readonly #options: Partial<DevnetOptions>;
  readonly #clients = new Map<DevnetChain, BrowserProvider>();
  readonly #replaced: Parameters<typeof startFlowDevnet>[2];
  #devnet: FlowDevnet | undefined;

  /** Further options are the ecosystem's; `folder` is where it is kept, by default a new one. */
  constructor(
    chains: Parameters<typeof startFlowDevnet>[0],
    options: Partial<DevnetOptions> = {},
    folder?: string,
    replaced: Parameters<typeof startFlowDevnet>[2] = {},
  ) {
    this.#replaced = replaced;
    this.folder = folder ?? mkdtempSync(join(tmpdir(), "kept-"));
    this.#chains = chains;
    this.#options = { proofs: "none", ...options, data: this.folder };
  }

  get devnet(): FlowDevnet {
    assert.ok(this.#devnet !== undefined);
    return this.#devnet;
  }

  async start(): Promise<void> {
    this.#devnet = await startFlowDevnet(this.#chains, this.#options, this.#replaced);
  }

  async stop(): Promise<void> {
    for (const client of this.#clients.values()) client.destroy();
    this.#clients.clear();
    await this.#devnet?.close();
    assert.deepEqual(this.devnet.faults, []);
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async end(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true });
  }

  chain(place = 0) {
    const chain = this.devnet.chains[place];
    assert.ok(chain !== undefined);
    return chain;
  }

  client(place = 0): BrowserProvider {
    const chain = this.chain(place);
    const client = this.#clients.get(chain) ?? connectInProcess(chain.chainId, chain.provider);
    this.#clients.set(chain, client);
    return client;
  }

  wallet(number: number, place = 0) {
    return this.devnet.accounts.wallet(number).connect(this.client(place));
  }

  async pay(value: bigint, place = 0): Promise<Hex> {
    const sent = await this.wallet(ALICE, place).sendTransaction({ to: this.wallet(BOB).address, value });
    await sent.wait();
    return sent.hash as Hex;
  }

  async deposit(place = 0): Promise<void> {
    const signer = this.devnet.accounts.wallet(ALICE).connect(this.devnet.l1.provider);
    const to = lowerCaseAddress(signer.address);
    await requestFromL1(
      this.devnet.ecosystem.addresses.factory,
      { chainId: this.chain(place).chainId, to, valueWei: ETHER },
      signer,
    );
  }

  async pollL1(): Promise<void> {
    for (const { pipeline } of this.devnet.chains) await pipeline.pollL1();
  }

  request(method: string, ...params: unknown[]): Promise<unknown> {
    return this.chain().provider.request({ method, params });
  }
}
