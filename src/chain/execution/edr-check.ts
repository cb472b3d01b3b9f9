import { LeafKind } from "../../protocol/domain-tags.ts";
import { numberToHex, type Hex } from "../../protocol/hex.ts";
import type { BlockNumber } from "../../protocol/ids.ts";
import type { BlockEnvironment } from "../model/block.ts";
import type { GenesisLeaf } from "../model/genesis.ts";
import type { StateReader } from "../model/state-reader.ts";
import type { WitnessedBlock } from "../witness/witnessed-block.ts";
import { requireSameReceipt } from "../witness/compare-receipts.ts";
import type { StateCheat } from "../witness/state-cheat.ts";
import type { BlockCheck, BlockCheckCounts, BlockCheckMark, UncheckedBlocks } from "./block-check.ts";
import type { EdrEngine } from "./edr-engine.ts";
import { compareFinalValues, type ValueDifference } from "./final-values.ts";

/** Runs of blocks that are named to users. */
const MAX_UNCHECKED = 16;

/**
 * EDR as the engine that repeats the blocks that this package's own has made. They hold only what EDR may run (README.md).
 *
 * Three things it cannot repeat: a transaction that asks for a block's hash, since its own blocks have other hashes, one that
 * pays with what an earlier one of its block brings, since it looks at funds before the block, and a block of format 3, which
 * charges for what proving takes. From there to the batch's end it makes empty blocks, and then takes over the batch's
 * values: who pays a second account in one block, and has it pay on, ends the check of that batch for 21,000 gas. The counts
 * name the blocks and the reason.
 */
export class EdrCheck implements BlockCheck {
  readonly #engine: EdrEngine;
  #last: Promise<unknown> = Promise.resolve();
  #isLeftOut = false;
  #repeated = 0;
  #leftOut = 0;
  #unchecked: readonly UncheckedBlocks[] = [];

  /** The engine stands where the chain does, and ends with the check. */
  constructor(engine: EdrEngine) {
    this.#engine = engine;
  }

  get counts(): BlockCheckCounts {
    return { repeated: this.#repeated, leftOut: this.#leftOut, unchecked: this.#unchecked };
  }

  repeat(block: WitnessedBlock, otherBecause: string | undefined): Promise<boolean> {
    return this.#inTurn(async () => {
      const { number } = block.environment;
      if (this.#isLeftOut || otherBecause !== undefined) {
        this.#leaveOut(number, otherBecause ?? "");
        await this.#engine.mineEmpty([block.environment]);
        return false;
      }
      const { block: own, refused } = await this.#engine.mine(block.transactions, block.environment, { isWhole: true });
      const [refusal] = refused;
      if (refusal !== undefined) {
        this.#leaveOut(number, `EDR refuses a transaction: ${refusal.reason}`);
        return false;
      }
      this.#repeated++;
      for (const [transactionIndex, receipt] of own.receipts.entries())
        requireSameReceipt(block, transactionIndex, receipt, "EDR");
      return true;
    });
  }

  pass(environments: readonly BlockEnvironment[]): Promise<void> {
    return this.#inTurn(() => this.#engine.mineEmpty(environments));
  }

  cheat(cheat: StateCheat): Promise<void> {
    return this.#inTurn(() => this.#engine.cheat(cheat));
  }

  compare(leaves: readonly GenesisLeaf[], decided: StateReader): Promise<ValueDifference | undefined> {
    return this.#inTurn(async () => {
      if (!this.#isLeftOut) return compareFinalValues(leaves, this.#engine.state);
      await this.#takeOver(leaves, decided);
      this.#isLeftOut = false;
      return undefined;
    });
  }

  mark(): Promise<BlockCheckMark> {
    return this.#inTurn(async () => ({
      engine: await this.#engine.snapshot(),
      isLeftOut: this.#isLeftOut,
      unchecked: this.#unchecked,
    }));
  }

  async returnTo({ engine, isLeftOut, unchecked }: BlockCheckMark): Promise<void> {
    await this.#last.catch(() => undefined);
    this.#last = this.#engine.revert(engine);
    await this.#last;
    this.#isLeftOut = isLeftOut;
    this.#unchecked = unchecked;
  }

  async close(): Promise<void> {
    await this.#last.catch(() => undefined);
    await this.#engine.close();
  }

  /** The reason is of the first block that is left out in a batch. */
  #leaveOut(number: BlockNumber, reason: string): void {
    this.#leftOut++;
    const newest = this.#isLeftOut ? this.#unchecked.at(-1) : undefined;
    this.#isLeftOut = true;
    this.#unchecked =
      newest === undefined
        ? [...this.#unchecked, { first: number, last: number, reason }].slice(-MAX_UNCHECKED)
        : [...this.#unchecked.slice(0, -1), { ...newest, last: number }];
  }

  /** What fails makes all that follows fail, until a return. */
  #inTurn<Answer>(act: () => Promise<Answer>): Promise<Answer> {
    const acting = this.#last.then(act);
    this.#last = acting;
    // Each caller has its own.
    acting.catch(() => undefined);
    return acting;
  }

  async #takeOver(leaves: readonly GenesisLeaf[], decided: StateReader): Promise<void> {
    const accounts = new Set<Hex>();
    for (const { leafKind, address, slot, value } of leaves) {
      const account = numberToHex(address, 20);
      accounts.add(account);
      if (leafKind === LeafKind.storage) await this.#engine.cheat({ type: "storage", address: account, slot, value });
    }
    for (const address of accounts) {
      const [{ nonce, balanceWei }, code] = await Promise.all([decided.account(address), decided.code(address)]);
      await this.#engine.cheat({ type: "balance", address, balanceWei });
      await this.#engine.cheat({ type: "nonce", address, nonce });
      await this.#engine.cheat({ type: "code", address, code });
    }
  }
}
