import { Interface, type Provider, type Signer } from "ethers";
import { brokenPromisesAbi } from "../../../ground/abi/broken-promises.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { OneAtATime } from "../../../ground/runtime/one-at-a-time.ts";
import { packageError, revertDataOf } from "../../../chain/settlement-layer/errors/contract-error.ts";
import { transact } from "../deployment/transact.ts";
import type { PromiseEvidence } from "./promise-book.ts";
import type { PromiseContracts } from "./promise-layer.ts";

const judgeInterface = new Interface(brokenPromisesAbi);
/** Errors of the judge that mean that the promise can still be fulfilled, or was. */
const NOT_BROKEN: readonly string[] = ["PromiseOpen", "PromiseKept"];

/** Outcome of the reports of a promise: `open` if L1 judges it later, or L1 has executed the batch as promised. */
type ReportOutcome = { readonly state: "open" } | { readonly state: "judged"; readonly refusals: readonly string[] };

interface PromiseAccountDependencies {
  readonly contracts: PromiseContracts;
  readonly l1: Provider;
  /** Pays on L1. No other program sends from it. */
  readonly signer: Signer;
  /** Sends the account coins if it has few. */
  readonly fund: () => Promise<void>;
  /** Runs the sending next to no snapshot. */
  readonly undisturbed: (work: () => Promise<void>) => Promise<void>;
}

/** Account of a chain that pays on L1 for what its promises need there. Sends one transaction at a time. */
export class PromiseAccount {
  readonly #dependencies: PromiseAccountDependencies;
  readonly #line = new OneAtATime();

  constructor(dependencies: PromiseAccountDependencies) {
    this.#dependencies = dependencies;
  }

  /** Stores a block's hash on L1, so that promises with it can be reported later. Rejects with L1's error. */
  note(blockNumber: number): Promise<void> {
    return this.#line.run(async () => {
      const { l1, contracts } = this.#dependencies;
      const noted = judgeInterface.encodeFunctionData("notedHash", [blockNumber]);
      const stored = await l1.call({ to: contracts.judge, data: noted });
      if (BigInt(stored) === 0n) await this.#send("noteBlock", [blockNumber]);
    });
  }

  /** Reports each signature of a broken promise, and resolves when L1 has mined the reports. Rejects with L1's error. */
  report(evidence: PromiseEvidence): Promise<ReportOutcome> {
    return this.#line.run(async () => {
      const refusals: string[] = [];
      for (const signature of evidence.signatures) {
        const refusal = await this.#refusalOf(evidence, signature);
        if (refusal !== undefined && NOT_BROKEN.includes(refusal)) return { state: "open" };
        if (refusal === undefined) await this.#send("report", this.#argumentsOf(evidence, signature));
        else refusals.push(refusal);
      }
      return { state: "judged", refusals };
    });
  }

  #argumentsOf({ fromChain, epoch, stakedNumber, promised }: PromiseEvidence, signature: Hex): readonly unknown[] {
    const { registry } = this.#dependencies.contracts;
    return [registry, { fromChain, epoch, stakedNumber }, promised, signature];
  }

  /** Name of the error with which L1 would refuse a report; undefined if it would take it. */
  async #refusalOf(evidence: PromiseEvidence, signature: Hex): Promise<string | undefined> {
    const { l1, contracts, signer } = this.#dependencies;
    const data = judgeInterface.encodeFunctionData("report", this.#argumentsOf(evidence, signature));
    try {
      // An idle L1's newest block may be older than the end of the promise.
      await l1.call({ from: await signer.getAddress(), to: contracts.judge, data, blockTag: "pending" });
      return undefined;
    } catch (error) {
      const reverted = revertDataOf(error);
      if (reverted === undefined) throw error;
      return packageError(reverted)?.name ?? reverted;
    }
  }

  async #send(name: "noteBlock" | "report", args: readonly unknown[]): Promise<void> {
    const { signer, l1, contracts, fund, undisturbed } = this.#dependencies;
    await undisturbed(async () => {
      await fund();
      const data = judgeInterface.encodeFunctionData(name, args);
      await transact(signer, { to: contracts.judge, data }, { name, l1 });
    });
  }
}
