import { Interface } from "ethers";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import type { CommandResult } from "../../../src/chain/ordering/batch-reducer.ts";
import type { BatchCommand } from "../../../src/chain/ordering/command.ts";
import type { HandOver } from "../../../src/chain/core/hand-over.ts";
import type { Random } from "../../chain/state/support/random.ts";
import type { VerifiedChain } from "../../chain/support/verified-chain.ts";
import { TestWallet } from "../../chain/support/wallet.ts";

export const [ALICE, PAUPER] = [new TestWallet(1), new TestWallet(2)];
const SINK: Hex = `0x${"ee".repeat(20)}`;
const FROM_L1: Hex = `0x${"1a".repeat(20)}`;
const MESSENGER = new Interface(["function sendToL1(bytes)"]);

/** Chain with a second source in addition to its sequencer. */
interface DecidedWith {
  readonly test: VerifiedChain;
  readonly decided: HandOver<BatchCommand, CommandResult>;
}

/**
 * Lets the chain decide something: a payment, a block of one that is refused, an operation, roots, a message, a seal, empty
 * blocks, a cheat.
 */
export async function decideAtRandom({ test, decided }: DecidedWith, random: Random, withCheats: boolean): Promise<void> {
  const { chain, clock } = test;
  clock.advance(random.below(3) * 1000);
  switch (random.below(withCheats ? 10 : 9)) {
    case 0:
      await chain.seal();
      break;
    case 1:
      await test.request({ from: FROM_L1, to: SINK, valueWei: BigInt(random.below(5)) });
      break;
    case 2:
      await test.importRoots([
        { registryIndex: BigInt(chain.spine.executed) + 1n, root: wordToHex(1n + BigInt(random.below(99))) },
      ]);
      break;
    case 3:
      await chain.submit(
        await ALICE.signRaw({
          to: PREDEPLOYS.L1Messenger,
          data: MESSENGER.encodeFunctionData("sendToL1", [wordToHex(BigInt(random.below(99)))]),
        }),
      );
      break;
    case 4:
      await mixedBlock({ test, decided });
      break;
    case 8:
      await chain.sequencer.mineMany(2 + random.below(4), BigInt(random.below(3)));
      break;
    case 9:
      await chain.sequencer.cheat({ type: "balance", address: SINK, balanceWei: BigInt(random.below(1000)) });
      break;
    default:
      await chain.submit(await ALICE.signRaw({ to: SINK, value: BigInt(random.below(1000)) }));
  }
}

/** A block with a payment, and one of an account that has nothing, which the engine leaves out. */
async function mixedBlock({ test, decided }: DecidedWith): Promise<void> {
  const { sequencer } = test.chain;
  const { timestamp } = sequencer.nextEnvironment;
  if (!sequencer.hasOpenBatch) await sequencer.mine();
  const transactions = [await ALICE.sign({ to: SINK, value: 1n }), await PAUPER.sign({ to: SINK, value: 1n })];
  PAUPER.nonce = 0;
  await decided.carryOut({ type: "block", transactions, timestamp, areSafe: true });
}
