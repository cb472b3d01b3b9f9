import type { Common } from "@ethereumjs/common";
import { createEVM, type EVM } from "@ethereumjs/evm";
import { CODES_BY_ADDRESS } from "../../proofs/machine/protocol-codes/generated/protocol-codes.ts";
import { rememberAnalyses } from "./code-analysis.ts";
import { beforeInstructions } from "./instruction-table.ts";
import { RunBrokenOff } from "./run-end.ts";
import { OPCODE_WEIGHTS } from "./unit-weights.ts";

/** More than any budget of units pays for. */
const GAS = 0xffffffn;
/** Instructions between two looks at the time: a millisecond. */
const LOOK_AT_TIME = 4096;

/**
 * Runs the precompiled contracts that are bytecode to measure the units of their proof. Their results are ignored,
 * because the library has separate implementations for those.
 */
export class ProtocolCodeRuns {
  readonly #rules: Common;
  #evm: Promise<EVM> | undefined;
  #units = 0;
  #maxUnits = 0;
  #instructions = 0;
  /** Ends a run whose units are spent. */
  readonly #tooMany = new RunBrokenOff("budget", "a precompiled contract takes more units than it is given");
  #checkTime: () => void = () => undefined;

  constructor(rules: Common) {
    this.#rules = rules;
  }

  /** Units of one of them for an input; undefined where they are more than `maxUnits`. Throws what `checkTime` throws. */
  async unitsOf(
    address: bigint,
    data: Uint8Array,
    maxUnits: number,
    checkTime: () => void = () => undefined,
  ): Promise<number | undefined> {
    const code = CODES_BY_ADDRESS.get(address);
    if (code === undefined) throw new TypeError(`precompiled contract ${address} is not bytecode`);
    const evm = await (this.#evm ??= this.#start());
    [this.#units, this.#maxUnits, this.#instructions, this.#checkTime] = [0, maxUnits, 0, checkTime];
    try {
      await evm.runCode({ code, data, gasLimit: GAS, value: address });
    } catch (error) {
      if (error === this.#tooMany) return undefined;
      throw error;
    }
    return this.#units;
  }

  async #start(): Promise<EVM> {
    const evm = await createEVM({ common: this.#rules.copy() });
    await rememberAnalyses(evm);
    const weighed = OPCODE_WEIGHTS.flatMap((weight, opcode) => {
      if (weight === undefined) return [];
      const { units, further, runs } = weight;
      return [
        [
          opcode,
          (runState: Parameters<typeof runs>[0]): void => {
            if (!runs(runState)) return;
            this.#units += units + (further?.(runState) ?? 0);
            if (this.#units > this.#maxUnits) throw this.#tooMany;
            if (++this.#instructions % LOOK_AT_TIME === 0) this.#checkTime();
          },
        ] as const,
      ];
    });
    beforeInstructions(evm, new Map(weighed));
    return evm;
  }
}
