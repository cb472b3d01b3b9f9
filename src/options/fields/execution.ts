import { DEFAULT_MAX_INSTRUCTIONS, LEAST_MAX_INSTRUCTIONS, MOST_MAX_INSTRUCTIONS } from "../../chain/model/instruction-limits.ts";
import { oneOf, option, wholeNumber } from "./values.ts";
import { byUse, chainOption, ecosystemWide } from "./field.ts";

/** How a chain's engines run transactions. */
export const EXECUTION = {
  engine: chainOption({
    group: "execution",
    // Its blocks have other hashes than the other's.
    said: "once",
    config: option(
      oneOf("edr", "flat"),
      "what makes its blocks: Hardhat's EDR, or the engine here, with more than twice the transactions a second",
      '"flat"',
    ),
    planned: (said) => said ?? "flat",
    older: "edr",
  }),
  checkedBy: chainOption({
    group: "execution",
    said: "each start",
    config: option(
      oneOf("none", "edr"),
      'what repeats the blocks of engine "flat": Hardhat\'s EDR, or nothing; the blocks of "edr" are always repeated',
      '"none"; "edr" where Hardhat collects coverage or gas statistics',
    ),
    planned: (said, { isMeasured }) => said ?? (isMeasured ? "edr" : "none"),
    older: "none",
  }),
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
      wholeNumber(LEAST_MAX_INSTRUCTIONS, MOST_MAX_INSTRUCTIONS, 4_000_000),
      "instructions that a transaction may run, below other chains at least 2000000; each is remembered in 800 bytes",
      `${DEFAULT_MAX_INSTRUCTIONS}; in tests 2^24, which is no limit`,
    ),
    // Tests may use what they may use on Hardhat's own network: no other client sends there.
    planned: byUse({
      spawn: DEFAULT_MAX_INSTRUCTIONS,
      test: MOST_MAX_INSTRUCTIONS,
      devnet: DEFAULT_MAX_INSTRUCTIONS,
    }),
    older: DEFAULT_MAX_INSTRUCTIONS,
  }),
} as const;
