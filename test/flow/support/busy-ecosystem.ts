import { requestFromL1 } from "../../../src/ecosystem/client/queue/ether-request.ts";
import { connectInProcess } from "../../../src/ecosystem/devnet/relaying/relaying.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { transferOf } from "./interop.ts";
import { busyChains, CAROL, DAVE, LAYOUTS, startKept, USERS } from "./kills.ts";

/** Runs a stored ecosystem under users until it is killed, and prints each user's results: one line for each. */
const [folder = "", proving, layout] = process.argv.slice(2);
const tell = (line: string): void => void process.stdout.write(`${line}\n`);

/** Payments per action of another kind: those change more than one member. */
const PAYMENTS = 10;

const busy = {
  proving: proving === "stark" ? "stark" : "none",
  layout: LAYOUTS.find((each) => each === layout),
} as const;
const devnet = await startKept(folder, busy, { pollIntervalMs: 20 });
const [alpha, beta] = busyChains(devnet);
const { base } = alpha;
const onAlpha = connectInProcess(alpha.chainId, alpha.provider);
const onBeta = connectInProcess(beta.chainId, beta.provider);
const payer = devnet.accounts.wallet(USERS.payer).connect(onAlpha);
const sender = devnet.accounts.wallet(USERS.sender).connect(onBeta);
const depositor = devnet.accounts.wallet(USERS.depositor).connect(base.provider);

/** More gas than an estimate says: what a message costs depends on those before it. */
const transfer = { ...transferOf(alpha.chainId, 1n, CAROL), gasLimit: 1_000_000n };

tell("ready");
await Promise.all([payAndSend(), depositAgainAndAgain()]);

async function payAndSend(): Promise<never> {
  for (let i = 1; ; i++) {
    if (i % PAYMENTS > 0) tell(`pays ${(await payer.sendTransaction({ to: CAROL, value: 1n })).hash}`);
    else tell(`sends ${(await sender.sendTransaction(transfer)).hash}`);
  }
}

async function depositAgainAndAgain(): Promise<never> {
  for (;;) {
    const before = await depositor.getNonce();
    const target = { chainId: alpha.chainId, to: DAVE as Hex, valueWei: 1n };
    await requestFromL1(base.ecosystem.addresses.factory, target, depositor);
    tell(`deposits ${before}`);
    // Until the chain has it: one at a time.
    while ((await onAlpha.getBalance(DAVE)) <= BigInt(before)) await alpha.pipeline.pollL1();
  }
}
