import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Provider } from "ethers";
import type { DevnetChain, DevnetOptions } from "../../../src/ecosystem/devnet/devnet.ts";
import { connectInProcess } from "../../../src/ecosystem/devnet/relaying/relaying.ts";
import { hasArrived } from "../../../src/ecosystem/devnet/view/books/has-arrived.ts";
import { createRandom } from "../../stark/fuzz/random.ts";
import { RELAYER, startFlowDevnet, type FlowDevnet } from "./devnet.ts";

export const CAROL = "0x00000000000000000000000000000000000ca201";
export const DAVE = "0x00000000000000000000000000000000000da7e1";
/** Development accounts; each does one thing. */
export const USERS = { payer: 1, sender: 2, depositor: 3 } as const;

const [A, B, X, Y] = [271n, 272n, 271n + (1n << 32n), 271n + (2n << 32n)];
const BUSY = new URL("./busy-ecosystem.ts", import.meta.url).pathname;
/** Kind of proofs. With real ones fewer batches are made, because each takes seconds of all cores. */
export type Proving = "stark" | "none";
/** Layers on which the two chains of the ecosystem settle: L1, a trusted chain, or a proven one, which imports statements. */
export const LAYOUTS = ["onL1", "onChain", "onProven"] as const;
type Layout = (typeof LAYOUTS)[number];
/** Configuration of an ecosystem that is killed; by default on L1, without proofs. */
export interface Busy {
  readonly proving?: Proving | undefined;
  readonly layout?: Layout | undefined;
}
/** Requests between checkpoints of L1: so few that L1 starts from another one at most starts. */
const L1_PLACE_REQUESTS = 20;
const BATCH_AGE_MS: Readonly<Record<Proving, number>> = { stark: 2_500, none: 150 };

/** The ecosystem that is killed: two chains, and the one on which they may settle, whose batches are sealed by age. */
export function startKept(
  data: string,
  { proving = "none", layout = "onL1" }: Busy,
  options: Partial<DevnetOptions> = {},
): Promise<FlowDevnet> {
  const batches = { maxAgeMs: BATCH_AGE_MS[proving] };
  const execution = layout === "onProven" ? "proven" : "trusted";
  const own = { batches, execution } as const;
  const chains =
    layout === "onL1"
      ? [A, B].map((chainId) => ({ chainId, ...own }))
      : [{ chainId: A, name: "alpha", ...own }, ...[X, Y].map((chainId) => ({ chainId, settlesOn: "alpha", ...own }))];
  const settings: Partial<DevnetOptions> = {
    data,
    relayer: true,
    proofs: proving,
    prover: { workers: 2 },
    fundedAccounts: [...(layout === "onL1" ? [] : [USERS.depositor]), USERS.payer, USERS.sender, RELAYER],
    ...options,
  };
  return startFlowDevnet(chains, settings, { l1PlaceRequests: L1_PLACE_REQUESTS });
}

/** Which chains users are on: payments and deposits on the first, transfers from the second to it. */
export function busyChains({ chains }: FlowDevnet): readonly [DevnetChain, DevnetChain] {
  const [first, second] = chains.slice(-2);
  if (first === undefined || second === undefined || first.base !== second.base) throw new Error("they settle together");
  return [first, second];
}

/** Results that users received before their ecosystem was killed. */
export interface Told {
  readonly pays: string[];
  readonly sends: string[];
  /** Nonces on what the chains settle on. */
  readonly deposits: number[];
}

/**
 * Starts the ecosystem in a folder, kills it at a random moment, and again; one in four while it starts. Resolves with what its
 * users were told.
 */
export async function killAgainAndAgain(
  folder: string,
  seed: number,
  { kills, proving = "none", layout = "onL1" }: Busy & { readonly kills: number },
): Promise<Told> {
  const random = createRandom(seed);
  const told: Told = { pays: [], sends: [], deposits: [] };
  for (let kill = 0; kill < kills; kill++) {
    // The first start may finish: incomplete parts of it are repeated.
    const isEarly = kill > 0 && random.below(4) === 0;
    await runUntilKilled(
      [folder, proving, layout],
      told,
      isEarly ? { afterStartMs: random.below(4_000) } : { afterTold: 10 + random.below(60) },
    );
  }
  return told;
}

async function runUntilKilled(
  args: readonly string[],
  told: Told,
  moment: { readonly afterStartMs?: number; readonly afterTold?: number },
): Promise<void> {
  const child = spawn(process.execPath, [BUSY, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const exit = new Promise<NodeJS.Signals | null>((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
  if (moment.afterStartMs !== undefined) setTimeout(() => child.kill("SIGKILL"), moment.afterStartMs);
  let lines = 0;
  for await (const line of createInterface(child.stdout)) {
    const [what, value = ""] = line.split(" ");
    if (++lines === moment.afterTold) child.kill("SIGKILL");
    if (what === "pays" || what === "sends") told[what].push(value);
    if (what === "deposits") told.deposits.push(Number(value));
  }
  assert.equal(await exit, "SIGKILL", "the process was not killed");
}

/**
 * Opens the folder and completes everything in it. Checks that all reported results exist once: sent transactions by their
 * nonces, and received ones by balances.
 */
export async function checkNothingLost(folder: string, told: Told, busy: Busy = {}): Promise<void> {
  const devnet = await startKept(folder, busy);
  try {
    const [alpha, beta] = busyChains(devnet);
    const onAlpha = connectInProcess(alpha.chainId, alpha.provider);
    const onBeta = connectInProcess(beta.chainId, beta.provider);
    const nonce = (provider: Provider, user: number): Promise<number> =>
      provider.getTransactionCount(devnet.accounts.wallet(user).address);
    await requireReceipts(onAlpha, told.pays);
    await requireReceipts(onBeta, told.sends);
    const [payments, sends, deposits] = await Promise.all([
      nonce(onAlpha, USERS.payer),
      nonce(onBeta, USERS.sender),
      nonce(alpha.base.provider, USERS.depositor),
    ]);
    await settleAll(devnet);
    assert.equal(await onAlpha.getBalance(CAROL), BigInt(payments + sends), "each payment and each transfer arrives once");
    assert.equal(await onAlpha.getBalance(DAVE), BigInt(deposits), "each deposit arrives once");
    assert.ok(new Set(told.deposits).size === told.deposits.length && told.deposits.every((each) => each < deposits));
    for (const client of [onAlpha, onBeta]) client.destroy();
    assert.deepEqual(devnet.faults, []);
    for (const { pipeline } of devnet.chains) {
      const { sealed, executed } = pipeline.progress();
      assert.equal(executed, sealed);
    }
  } finally {
    await devnet.close();
  }
}

async function requireReceipts(provider: Provider, hashes: readonly string[]): Promise<void> {
  for (const hash of hashes) assert.equal((await provider.getTransactionReceipt(hash))?.status, 1, `${hash} is lost`);
}

/** Settles until no batch is open, and no message is in transit. */
async function settleAll(devnet: FlowDevnet): Promise<void> {
  for (let round = 0; round < 10; round++) {
    await devnet.settle();
    await devnet.relay();
    if (!(await devnet.messages()).every(hasArrived)) continue;
    // What the last look at L1 brought.
    await devnet.settle();
    return;
  }
  assert.fail("messages do not arrive");
}
