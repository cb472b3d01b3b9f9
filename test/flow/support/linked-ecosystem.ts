import type { LoneBatch } from "../../../src/chain/sequencer/lone-batch.ts";
import { LinkedCounters, pass, settleBoth, startLinked } from "./linked.ts";
import { MOMENTS, type Moment } from "./link-moments.ts";

/*
 * Runs two linked chains in a folder: settles the batches of an earlier process, makes links that L1 executes, and kills its process
 * at a moment of one more. It prints a line for each.
 */
const [folder = "", moment = "", links = "1", firstAmount = "1"] = process.argv.slice(2);
const tell = (line: string): void => void process.stdout.write(`${line}\n`);
/** Longer than chains that had a void link exchange none, and than the longest pause of a sender. */
const PAST_SHUT_OUT_SECONDS = 3_700;
const REFUSED_FOR_A_TIME = /PeerShutOut|LinksPaused|OpenImport|PeerOpen|LinkedTooMuch|LinkUndone/;

const devnet = await startLinked(folder);
await settleBoth(devnet);
const counters = await LinkedCounters.of(devnet);
const [sent, received] = await counters.sums();
tell(`sums ${sent} ${received}`);
let amount = BigInt(firstAmount);
for (let i = 0; i < Number(links); i++, amount++) {
  await send(amount);
  await settleBoth(devnet);
  tell(`executed ${amount}`);
}
const armed = MOMENTS.find((each) => each.name === moment);
if (armed === undefined) throw new Error(`${moment} is not a moment of a link`);
if (armed.step !== undefined) killAfter(armed.chain, armed.step, armed.times);
tell(`begins ${amount}`);
await send(amount);
process.kill(process.pid, "SIGKILL");

async function send(value: bigint): Promise<void> {
  try {
    await counters.send(value);
  } catch (error) {
    // The peer still has the import of a link that an earlier process left, or that link was void.
    if (!REFUSED_FOR_A_TIME.test(JSON.stringify(error) + String(error))) throw error;
    await settleBoth(devnet);
    await pass(devnet, PAST_SHUT_OUT_SECONDS);
    await counters.send(value);
  }
}

/** Ends this process as soon as a chain has done a step of a linked batch for this time. */
function killAfter(chain: number, step: NonNullable<Moment["step"]>, times: number): void {
  const { sequencer } = devnet.chains[chain]!.pipeline.chain;
  const alone = sequencer.alone.bind(sequencer);
  let count = 0;
  const watched = (batch: LoneBatch): LoneBatch =>
    new Proxy(batch, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return (...args: unknown[]): unknown => {
          const result: unknown = value.apply(target, args);
          if (name !== step) return result;
          return (result as Promise<unknown>).then((done) => {
            if (++count === times) process.kill(process.pid, "SIGKILL");
            return done;
          });
        };
      },
    });
  Object.assign(sequencer, { alone: ((steps) => alone((batch) => steps(watched(batch)))) satisfies typeof alone });
}
