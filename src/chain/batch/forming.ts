import { digestOf } from "../core/digest-of.ts";
import type { CarriedOut } from "../core/environment.ts";
import type { Follower } from "../core/follower.ts";
import { PUBLISHED, type DataChoice } from "../../ground/protocol/data-choice.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { NamedHead } from "../model/block.ts";
import type { SealedBatch } from "../model/sealed-batch.ts";
import type { StateTree } from "../state/state-tree.ts";
import type { BatchFormer, FormedBatch, PreFormedBatch } from "./form-batch.ts";

/** Result of a command in any environment whose batches L1 accepts. */
type SealingResult = CarriedOut<unknown, SealedBatch>;

/** Result with the batch that it ended, in L1's form. */
export type FormedResult<Result extends SealingResult = SealingResult> = Result & { readonly formed: FormedBatch | undefined };

/** State before the forming of batches that a follower may read. */
export interface UnformedChain {
  /** Without the batch that is sealed. */
  readonly tree: StateTree;
  /** The newest block before the first that is followed. */
  readonly head: () => NamedHead;
}

/** Says how a batch's data are made available. What it says is kept, wherever the chain is, when it has said it. */
export type ChooseData = (batch: PreFormedBatch) => DataChoice | Promise<DataChoice>;

type FormerMark = ReturnType<BatchFormer["mark"]>;

/** Forms each sealed batch. Followers before it find the state tree without the batch, those behind it what was formed. */
export class Forming implements Follower<SealingResult, FormerMark> {
  readonly name = "forming";
  readonly #former: BatchFormer;
  readonly #published: (sealed: SealedBatch) => SealedBatch;
  readonly #choose: ChooseData;
  readonly #formed = new WeakMap<SealedBatch, FormedBatch>();

  /** `published`: published changes of a batch: the first one also has those of the chain's initial state. */
  constructor(former: BatchFormer, published: (sealed: SealedBatch) => SealedBatch, choose: ChooseData = () => PUBLISHED) {
    this.#former = former;
    this.#published = published;
    this.#choose = choose;
  }

  on({ sealed }: SealingResult): void | Promise<void> {
    if (sealed === undefined) return undefined;
    const batch = this.#former.preForm(this.#published(sealed));
    const finish = (data: DataChoice): void => void this.#formed.set(sealed, this.#former.finish(batch, data));
    const chosen = this.#choose(batch);
    return chosen instanceof Promise ? chosen.then(finish) : finish(chosen);
  }

  /** Forms a sealed batch. */
  formed(sealed: SealedBatch): FormedBatch {
    const formed = this.#formed.get(sealed);
    if (formed === undefined) throw new TypeError(`batch ${sealed.outputs.batchNumber} is not formed`);
    return formed;
  }

  /** Connects a follower, which receives results with the formed batches. */
  behind<Result extends SealingResult, Own>(follower: Follower<FormedResult<Result>, Own>): Follower<Result, Own> {
    return {
      name: follower.name,
      on: (result) => {
        const { sealed } = result;
        return follower.on({ ...result, formed: sealed === undefined ? undefined : this.formed(sealed) });
      },
      mark: (reason) => follower.mark(reason),
      returnTo: (mark, reason) => follower.returnTo(mark, reason),
      release: (state) => follower.release?.(state),
      digest: () => follower.digest(),
    };
  }

  mark(): FormerMark {
    return this.#former.mark();
  }

  returnTo(mark: FormerMark): void {
    this.#former.returnTo(mark);
  }

  release(mark: FormerMark): void {
    this.#former.release(mark);
  }

  digest(): Hex {
    return digestOf([this.#former.formed, this.#former.root]);
  }
}
