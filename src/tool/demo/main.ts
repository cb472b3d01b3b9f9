import { formatEther } from "ethers";
import hre from "hardhat";
import { systemClock } from "../../ground/runtime/clock.ts";
import { withProgress } from "../../ground/runtime/with-progress.ts";
import { call } from "../../ecosystem/client/calls/call.ts";
import { send } from "../../ecosystem/client/transfers/send.ts";
import { ACCOUNT_NUMBERS, DEVELOPMENT_MNEMONIC, lowerCaseAddress } from "../../ecosystem/devnet/accounts/accounts.ts";
import type { SettledBatch } from "../../chain/node/settling/settled-batch.ts";
import { startDevnet, type Devnet, type DevnetChain } from "../../ecosystem/devnet/devnet.ts";
import { connectHttp } from "../../ecosystem/devnet/relaying/relaying.ts";
import { JOURNEY_STEPS, type JourneyStep, type StepRecord } from "../../ground/protocol/cross-chain-message.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { Journey } from "../../ecosystem/relayer/journey.ts";
import { endWithReader, parseCommandLine, wholeNumber } from "./command-line.ts";
import { compile } from "./compile.ts";
import { CHAIN_ON_L1, showExecutedOnL1, tooLittleMemory, type ExecutedOnL1 } from "./executed-on-l1.ts";
import { servedPage } from "./served-page.ts";
import { watchSteps } from "./step-watch.ts";
import { deployVisitorCounter, visits } from "./visitor-counter.ts";

const HELP = `Usage: npm start [-- options]

Starts an L1 with the complete ecosystem and two hyperchains, sends ETH and a call from one chain to the other through all
seven steps of a hyperbridge, with real proofs. Behind that a third chain comes, and L1 executes a batch of it by one proof of
its execution, which takes the longest by far. Stays up until Ctrl-C, which may come at any time.

Options
  --workers N   threads of the prover (default: all cores, at most 64)
  --json        one JSON object instead of the story
  --exit        leave after the demonstration
  --seven-steps leave out the third chain
  --help

npm run start:proof shows the prover alone.`;

/** Called as in an ecosystem of `hyperchain:spawn`. */
const CHAINS = [
  { name: "alpha", chainId: 271n },
  { name: "beta", chainId: 272n },
] as const;
const ETHER = 10n ** 18n;
const [ALICE, BOB] = [1, 2];
/** A transfer and a call. */
const MESSAGES = 2;
const POLL_MS = 100;
/** Age at which a chain's batch is sealed automatically. */
const BATCH_AGE_MS = 2_000;
const FUNDING_WEI = 100n * ETHER;
const REWARD_WEI = ETHER / 100n;
const LONGEST_CLOSE_MS = 300;

const SENTENCES: Readonly<Record<JourneyStep, string>> = {
  initiated: "1 initiated on the sending chain",
  settled: "2 settled: L1 has verified the proof of the sender's batch",
  inTransactionRoot: "3 in the Transaction Root on L1",
  imported: "4 imported: the receiving chain has the root",
  delivered: "5 delivered: the relayer has brought message and Merkle proof",
  executed: "6 executed, verified against the imported root",
  importSettled: "7 import settled: L1 has verified the receiver's proof and the imported root",
};

const NEXT = `
The demonstration has ended. L1 and the chains stay up until Ctrl-C, and nothing is stored.
next       open the page in a browser; then docs/tutorial.md: your first cross-chain contract`;

endWithReader();
const { values } = parseCommandLine({
  options: {
    workers: { type: "string" },
    json: { type: "boolean", default: false },
    exit: { type: "boolean", default: false },
    "seven-steps": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const workers = values.workers === undefined ? undefined : wholeNumber("workers", values.workers, 1, 64);
const say = (line: string): void => {
  if (!values.json) console.log(line);
};
const startedAt = performance.now();
const secondsSince = (since: number): number => Math.round(performance.now() - since) / 1000;

const artifacts = (name: string) => hre.artifacts.readArtifact(name);
await compile();
const compiledAt = performance.now();
const batches: object[] = [];
const starting = startDevnet(
  {
    chains: CHAINS.map((chain) => ({ ...chain, batches: { maxAgeMs: BATCH_AGE_MS, maxTransactions: undefined } })),
    fundedAccounts: [ALICE, BOB, ACCOUNT_NUMBERS.relayer],
    fundingWei: FUNDING_WEI,
    pollIntervalMs: POLL_MS,
    prover: { workers },
  },
  {
    connectL1: () => hre.network.create({ network: "local", override: { allowBlocksWithSameTimestamp: true } }),
    connectChain: (override) => hre.network.create({ network: "local", override }),
    artifacts,
    clock: systemClock,
    onUpdate: (chainId, update) => update.type === "settled" && tellBatch(chainId, update.batch),
    onStop: (chainId, error) =>
      console.error(`${nameOf(chainId)} has stopped: ${error instanceof Error ? error.message : String(error)}`),
  },
);
const devnet = await during("starting L1 and two chains", starting);
const readySeconds = secondsSince(compiledAt);
/** Cleanup callbacks to run before exit. */
const closing: (() => unknown)[] = [() => devnet.close()];
let ending = false;

/** Closes everything, but never waits longer than a user would. */
async function end(code: number): Promise<never> {
  ending = true;
  const deadline = new Promise((resolve) => setTimeout(resolve, LONGEST_CLOSE_MS));
  const closed = (async () => {
    for (const close of closing.splice(0).reverse()) await close();
  })();
  await Promise.race([closed, deadline]).catch((error: unknown) => console.error(String(error)));
  process.exit(code);
}
// npm and the terminal may both pass a Ctrl-C on: only the first counts.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void (ending || end(0)));

function tellBatch(chainId: bigint, { batch, proof, receipts }: SettledBatch): void {
  const { batchNumber } = batch.outputs;
  const gas = { commit: receipts.commit?.gasUsed, prove: receipts.prove?.gasUsed, execute: receipts.execute?.gasUsed };
  const seconds = proof.metrics?.seconds ?? 0;
  say(
    `      ${nameOf(chainId)} batch ${batchNumber}: ${batch.transactionCount} ${batch.transactionCount === 1 ? "transaction" : "transactions"}, ${batch.entries.length} changed leaves, ` +
      `${batch.pubdata.length} bytes; proof ${proof.bytes} bytes in ${seconds.toFixed(2)} s; L1 gas: commit ${gas.commit}, prove ${gas.prove}, execute ${gas.execute}`,
  );
  batches.push({
    chainId: Number(chainId),
    batchNumber: Number(batchNumber),
    transactions: batch.transactionCount,
    pubdataBytes: batch.pubdata.length,
    proofBytes: proof.bytes,
    proveSeconds: seconds,
    proveTransaction: receipts.prove?.hash,
    l1Gas: { commit: Number(gas.commit), prove: Number(gas.prove), execute: Number(gas.execute) },
  });
}

/** Name of a member, with its id unless it is L1. */
function nameOf(chainId: bigint): string {
  if (chainId === devnet.l1.chainId) return "L1";
  const name = [...CHAINS, CHAIN_ON_L1].find((chain) => chain.chainId === chainId)?.name;
  return name === undefined ? String(chainId) : `${name} (${chainId})`;
}

function describe(journey: Journey): string {
  if (journey.content.type === "transfer") return `transfer of ${formatEther(journey.content.transfer.amount)} ETH`;
  if (journey.content.type === "bundle") return `call with ${formatEther(journey.content.bundle.value)} ETH`;
  if (journey.content.type === "refund") return `return of ${formatEther(journey.content.transfer.amount)} ETH`;
  return "result of a call";
}

try {
  const report = await demonstrate(devnet);
  const executedOnL1 = await executedByOneProof();
  if (values.json) console.log(JSON.stringify({ ...report, ...(executedOnL1 && { executedOnL1 }) }));
  if (!values.exit) say(NEXT);
} catch (error) {
  if (!ending) {
    console.error(error);
    await end(1);
  }
}
if (values.exit && !ending) await end(0);

/** Waits for a step, and reports on stderr while it takes long. */
function during<T>(step: string, work: Promise<T>): Promise<T> {
  return withProgress(work, systemClock, (seconds) => console.error(`still ${step}, for ${seconds} s…`));
}

/** Behind all else, so that the seven steps have the machine to themselves. */
async function executedByOneProof(): Promise<ExecutedOnL1 | undefined> {
  if (values["seven-steps"]) return undefined;
  const refusal = tooLittleMemory();
  if (refusal !== undefined) console.error(refusal);
  if (refusal !== undefined) return undefined;
  say("");
  say(
    "A third chain comes, and L1 executes its first batch by one proof of its execution: that takes some twenty seconds on two quiet cores.",
  );
  const shown = showExecutedOnL1(devnet, { say, clock: systemClock, sender: devnet.accounts.wallet(ALICE) });
  return during(`proving and executing a batch of ${CHAIN_ON_L1.name}`, shown);
}

async function demonstrate({ l1, ecosystem, accounts, chains, relayer }: Devnet): Promise<object> {
  if (relayer === undefined) throw new Error("the ecosystem runs no relayer");
  const [a, b] = chains as readonly [DevnetChain, DevnetChain];
  const targets = chains.map(({ chainId, url, pipeline }) => ({ chainId, url, hyperchain: pipeline.created.hyperchain }));
  say(
    `up in ${readySeconds.toFixed(2)} s: L1 ${l1.chainId} at ${l1.url}, ${nameOf(a.chainId)} at ${a.url}, ${nameOf(b.chainId)} at ${b.url}`,
  );
  const [clientA, clientB] = [connectHttp(a.chainId, a.url), connectHttp(b.chainId, b.url)];
  closing.push(() => (clientA.destroy(), clientB.destroy()));
  const [aliceOnA, aliceOnB] = [accounts.wallet(ALICE).connect(clientA), accounts.wallet(ALICE).connect(clientB)];
  const bob = lowerCaseAddress(accounts.wallet(BOB).address);
  const counter = await deployVisitorCounter(aliceOnB);
  const bobHad = await clientB.getBalance(bob);

  const begun = performance.now();
  const at = new Map<Hex, Map<JourneyStep, number>>();
  const onStep = (journey: Journey, step: JourneyStep, record: StepRecord): void => {
    const seconds = secondsSince(begun);
    at.set(journey.messageHash, (at.get(journey.messageHash) ?? new Map<JourneyStep, number>()).set(step, seconds));
    sayStep(seconds, journey, step, record);
  };
  const watch = watchSteps(relayer, { onStep, onFailure: tellSilence }, systemClock);
  closing.push(() => watch.end());

  say(`Alice sends 2 ETH to Bob on ${nameOf(b.chainId)}, and calls the counter ${counter} there with 1 ETH`);
  const [info, from, chain] = [devnet.info(), a.chainId, b.chainId];
  await send(info, { chain: from, to: { chain, account: bob }, amount: 2n * ETHER }, aliceOnA);
  await call(info, { chain: from, to: { chain, account: counter }, data: "0x", value: ETHER, reward: REWARD_WEI }, aliceOnA);
  await a.pipeline.seal();
  await during("proving and delivering the messages", watch.reached("executed", MESSAGES));
  const sevenStepSeconds = secondsSince(begun);
  await b.pipeline.seal();
  await during("proving the batch that has the import", watch.reached("importSettled", MESSAGES));
  watch.end();

  const bobGot = (await clientB.getBalance(bob)) - bobHad;
  const visited = await visits(aliceOnB, counter);
  say(
    `Bob got ${formatEther(bobGot)} ETH on ${nameOf(b.chainId)}; the counter was called ${visited === 1n ? "once" : `${visited} times`} and has ${formatEther(await clientB.getBalance(counter))} ETH`,
  );
  say(
    `delivered ${sevenStepSeconds.toFixed(2)} s after initiation, all seven steps after ${secondsSince(begun).toFixed(2)} s, with real proofs`,
  );
  say("");
  tellEndpoints(devnet, values.exit ? undefined : await servedPage(devnet, closing));
  return {
    readySeconds,
    totalSeconds: secondsSince(startedAt),
    sevenStepSeconds,
    l1: { chainId: Number(l1.chainId), url: l1.url, contracts: ecosystem.addresses },
    chains: targets.map(({ chainId, ...rest }) => ({ chainId: Number(chainId), ...rest })),
    messages: relayer.journeys().map((journey) => toldMessage(journey, at.get(journey.messageHash))),
    batches,
    bobWei: bobGot.toString(),
    counterVisits: Number(visited),
  };
}

/** Nothing is lost by it: the relayer looks again. */
function tellSilence(reason: unknown): void {
  console.error(`the relayer could not read, and tries again: ${reason instanceof Error ? reason.message : String(reason)}`);
}

function sayStep(seconds: number, journey: Journey, step: JourneyStep, { chainId, transactionHash }: StepRecord): void {
  const reward =
    step === "executed" && journey.content.type === "bundle"
      ? `; the relayer gets ${formatEther(journey.content.bundle.relayerReward)} ETH`
      : "";
  say(
    `${seconds.toFixed(2).padStart(6)} s  ${describe(journey)}: ${SENTENCES[step]}${reward} (on ${nameOf(chainId)}, ${transactionHash})`,
  );
}

/** Report of a message with the seconds after which it took each step. */
function toldMessage({ content, messageHash, steps }: Journey, at: ReadonlyMap<JourneyStep, number> | undefined): object {
  return {
    type: content.type,
    messageHash,
    steps: JOURNEY_STEPS.map((step) => ({ step, seconds: at?.get(step), transaction: steps.get(step)?.transactionHash })),
  };
}

function tellEndpoints({ l1, ecosystem, chains, accounts, info }: Devnet, page: string | undefined): void {
  const { factory, bridge, roots, verifier } = ecosystem.addresses;
  say(`L1         chain id ${l1.chainId}   ${l1.url}`);
  for (const { chainId, url, pipeline } of chains)
    say(
      `${(CHAINS.find((chain) => chain.chainId === chainId)?.name ?? "chain").padEnd(10)} chain id ${chainId}     ${url}   contract on L1 ${pipeline.created.hyperchain}`,
    );
  say(`contracts  factory ${factory}, bridge ${bridge}, root registry ${roots}, verifier ${verifier}`);
  say(`accounts   Alice ${accounts.wallet(ALICE).address}, Bob ${accounts.wallet(BOB).address}, and the others of the phrase`);
  say(`           "${DEVELOPMENT_MNEMONIC}"`);
  say(`proven     ${info().proven}`);
  if (page !== undefined) say(`page       ${page}`);
  if (!values.exit) say("Ctrl-C ends it.");
}
