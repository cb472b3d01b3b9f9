import { createRelayer, type Relayer } from "../src/ecosystem/relayer/relayer.ts";
import type { DevnetChain } from "../src/ecosystem/devnet/devnet.ts";
import { connectHttp, connectInProcess, withCallsFromOutside } from "../src/ecosystem/devnet/relaying/relaying.ts";
import { ALICE, BOB, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../test/flow/support/devnet.ts";
import { transferOf } from "../test/flow/support/interop.ts";

export interface MessagesBenchOptions {
  readonly json: boolean;
  readonly chains: number;
  readonly messages: number;
}

const FIRST_CHAIN_ID = 271n;
const POLL_MS = 100;
/** Until the threads run compiled code. */
const WARM_UP_MESSAGES = 16;
/** Between two questions of a client that looks on. */
const PAUSE_MS = 20;

/** Measures requests to an ecosystem while messages move. bench/README.md defines each figure. */
export async function benchMessages({ json, chains, messages }: MessagesBenchOptions): Promise<void> {
  const devnet = await startFlowDevnet(
    Array.from({ length: chains }, (_, i) => FIRST_CHAIN_ID + BigInt(i)),
    { relayer: true, pollIntervalMs: POLL_MS, fundedAccounts: [ALICE, BOB, RELAYER], ...UNPROVEN },
  );
  try {
    await sendRound(devnet, WARM_UP_MESSAGES);
    await untilDelivered(devnet, WARM_UP_MESSAGES);
    const beside = await whileAsked(devnet, async () => {
      await sendRound(devnet, messages);
      await untilDelivered(devnet, WARM_UP_MESSAGES + messages);
    });
    const delivering = await costOfDelivering(devnet, messages);
    const result = { chains, messages, ...beside, ...delivering };
    console.log(json ? JSON.stringify(result) : result);
  } finally {
    await devnet.close();
  }
  if (devnet.faults.length > 0) throw devnet.faults[0];
}

/** Transfers from each chain to the next one, sent in turn. */
async function sendRound({ chains, accounts }: FlowDevnet, count: number): Promise<void> {
  const to = accounts.wallet(BOB).address;
  await Promise.all(
    chains.map(async ({ chainId, url }, i) => {
      const client = connectHttp(chainId, url);
      try {
        const wallet = accounts.wallet(ALICE).connect(client);
        let nonce = await wallet.getNonce();
        for (let number = i; number < count; number += chains.length) {
          const next = chains[(i + 1) % chains.length];
          if (next === undefined) throw new RangeError("there are chains");
          const transfer = transferOf(next.chainId, BigInt(number + 1), to);
          await wallet.sendTransaction({ ...transfer, nonce: nonce++, gasLimit: 400_000n });
        }
      } finally {
        client.destroy();
      }
    }),
  );
}

/** Settles repeatedly until `count` messages have arrived. */
async function untilDelivered(devnet: FlowDevnet, count: number): Promise<void> {
  for (;;) {
    await devnet.settle();
    const delivered = (devnet.relayer?.journeys() ?? []).filter(({ steps }) => steps.has("executed")).length;
    if (delivered >= count) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

interface AskedBeside {
  readonly statusMsMax: number;
  readonly blockNumberMsMax: number;
  readonly foreignCallMsMax: number;
  readonly statusMsP50: number;
  readonly blockNumberMsP50: number;
}

/** Measures waits of HTTP clients that repeat one request during `work`. */
async function whileAsked({ chains, accounts }: FlowDevnet, work: () => Promise<void>): Promise<AskedBeside> {
  const [asked, foreign] = [chains[0], chains.at(-1)];
  if (asked === undefined || foreign === undefined) throw new RangeError("there are chains");
  let isOver = false;
  const times = async (chain: DevnetChain, method: string, params: readonly unknown[]): Promise<readonly number[]> => {
    const taken: number[] = [];
    while (!isOver) {
      const begun = performance.now();
      await ask(chain.url, method, params);
      taken.push(performance.now() - begun);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    return taken;
  };
  const call = [{ to: accounts.wallet(BOB).address, data: "0x" }, "latest"];
  const looking = Promise.all([
    times(asked, "hyperchain_status", []),
    times(asked, "eth_blockNumber", []),
    times(foreign, "eth_call", call),
  ]);
  await work().finally(() => (isOver = true));
  const [status, blockNumber, calls] = await looking;
  return {
    statusMsMax: round(Math.max(...status)),
    blockNumberMsMax: round(Math.max(...blockNumber)),
    foreignCallMsMax: round(Math.max(...calls)),
    statusMsP50: round(median(status)),
    blockNumberMsP50: round(median(blockNumber)),
  };
}

async function ask(url: string, method: string, params: readonly unknown[]): Promise<void> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  const answer = (await response.json()) as { readonly error?: { readonly message: string } };
  if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
}

/** Measures a second relayer while the ecosystem's relayer is paused, so that nothing else moves. */
async function costOfDelivering(
  devnet: FlowDevnet,
  count: number,
): Promise<{ readonly cpuMsPerMessage: number; readonly requestsPerMessage: number }> {
  const [first] = devnet.chains;
  if (first === undefined) throw new RangeError("there are chains");
  await ask(first.url, "hyperchain_setFault", [{ type: "relayer", running: false }]);
  await sendRound(devnet, count);
  await devnet.settle();
  for (const { pipeline } of devnet.chains) await pipeline.pollL1();
  await devnet.settle();
  let requests = 0;
  const relayer = relayerBeside(devnet, () => requests++);
  await relayer.observe();
  requests = 0;
  const cpu = process.cpuUsage();
  await relayer.poll();
  const { user, system } = process.cpuUsage(cpu);
  const open = relayer.journeys().filter(({ steps }) => !steps.has("executed")).length;
  if (open > 0) throw new Error(`${open} messages were not delivered`);
  return { cpuMsPerMessage: round((user + system) / 1000 / count), requestsPerMessage: round(requests / count) };
}

function relayerBeside({ ecosystem, chains, accounts, l1 }: FlowDevnet, onRequest: () => void): Relayer {
  const wallet = accounts.wallet(BOB);
  return createRelayer(
    {
      settlementChainId: l1.chainId,
      registry: ecosystem.addresses.roots,
      fromBlock: ecosystem.fromBlock,
      chains: chains.map((chain) => {
        const { request } = withCallsFromOutside(chain);
        const counting = {
          request: (call: Parameters<typeof request>[0]) => {
            onRequest();
            return request(call);
          },
        };
        return {
          chainId: chain.chainId,
          hyperchain: chain.pipeline.created.hyperchain,
          signer: wallet.connect(connectInProcess(chain.chainId, counting)),
        };
      }),
    },
    { l1: l1.provider },
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
