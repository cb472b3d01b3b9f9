import {
  DEFAULT_MAX_INSTRUCTIONS,
  MIN_INSTRUCTION_LIMIT,
  MAX_INSTRUCTION_LIMIT,
} from "../../../chain/model/instruction-limits.ts";
import { option, wholeNumber } from "./values.ts";
import { byUse, chainOption, ecosystemWide } from "./field.ts";

/** Execution of a chain's transactions. */
export const EXECUTION = {
  /** Whether Hardhat's network repeats what runs before the chain answers. */
  isMeasured: ecosystemWide({
    group: "execution",
    said: "each start",
    planned: ({ isMeasured }) => isMeasured,
    older: false,
  }),
  maxInstructions: chainOption({
    group: "execution",
    said: "each start",
    config: option(
      wholeNumber(MIN_INSTRUCTION_LIMIT, MAX_INSTRUCTION_LIMIT, 4_000_000),
      "instructions that a transaction may run, below other chains at least 2000000; each is remembered in 800 bytes",
      `${DEFAULT_MAX_INSTRUCTIONS}; in tests 2^24, which is practically unlimited`,
    ),
    // Tests may use what they may use on Hardhat's own network: no other client sends there.
    planned: byUse({
      spawn: DEFAULT_MAX_INSTRUCTIONS,
      test: MAX_INSTRUCTION_LIMIT,
      devnet: DEFAULT_MAX_INSTRUCTIONS,
    }),
    older: DEFAULT_MAX_INSTRUCTIONS,
  }),
} as const;
