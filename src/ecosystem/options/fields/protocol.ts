import * as v from "valibot";
import { ETH_BASE_TOKEN } from "../../../ground/protocol/base-token.ts";
import { TIME_LIMITS } from "./time-limits.ts";
import { address, fields, list, must, option, text, trueOrFalse, wholeNumber, withDefault } from "./values.ts";
import { chainOption } from "./field.ts";

const BASE_TOKEN = 'the address of an ERC-20 on L1, or { name: "Gold", symbol: "GLD" } for one that is deployed there';
const baseToken = v.pipe(
  v.union([address, fields({ name: text(/\S/, "text"), symbol: text(/\S/, "text") }, BASE_TOKEN)], must(BASE_TOKEN)),
  v.metadata({ wanted: BASE_TOKEN }),
);

const seconds = (field: keyof typeof TIME_LIMITS, example: number) =>
  wholeNumber(TIME_LIMITS[field].least, TIME_LIMITS[field].most, example);

const FILTERER = "the address of an ITransactionFilterer on L1, or { allow: [addresses] }";
const filterer = v.pipe(
  v.union([address, fields({ allow: list(address, "a list of addresses") }, FILTERER)], must(FILTERER)),
  v.metadata({ wanted: FILTERER }),
);

/** Options that the chain's contract records at its creation. */
export const PROTOCOL = {
  baseToken: chainOption({
    group: "protocol",
    said: "once",
    config: option(baseToken, "what pays for gas", "ETH"),
    planned: (value) => value ?? ETH_BASE_TOKEN,
  }),
  filterer: chainOption({
    group: "protocol",
    said: "once",
    config: option(
      filterer,
      "which accounts' operations enter its queue on L1: the listed ones', and those of the accounts that fund the chain",
      "every account's",
    ),
  }),
  executionDelaySeconds: chainOption({
    group: "protocol",
    said: "once",
    config: withDefault(seconds("executionDelaySeconds", 60), "seconds between a batch's commit and its execution on L1", 0),
    onL1: (planned) => ({ executionDelay: BigInt(planned) }),
  }),
  priorityOpWindowSeconds: chainOption({
    group: "protocol",
    said: "once",
    config: withDefault(
      seconds("priorityOpWindowSeconds", 3_600),
      "seconds in which the chain must take an operation of L1's queue; longer than a batch's age with L1's confirmations",
      3_600,
    ),
    onL1: (planned) => ({ priorityOpWindow: BigInt(planned) }),
  }),
  exitDelaySeconds: chainOption({
    group: "protocol",
    said: "once",
    config: withDefault(
      seconds("exitDelaySeconds", 86_400),
      "seconds after an operation's deadline and another window at which the exit opens; longer than window and execution delay",
      86_400,
    ),
    onL1: (planned) => ({ exitDelay: BigInt(planned) }),
  }),
  secondCheck: chainOption({
    group: "protocol",
    said: "once",
    config: option(
      trueOrFalse,
      "whether a second verifier confirms each batch before L1 executes it; for a trusted chain on L1",
      "false",
    ),
    planned: (value) => value ?? false,
    older: false,
    onL1: (planned) => ({ requiresSecondCheck: planned }),
  }),
  cheats: chainOption({
    group: "protocol",
    said: "once",
    config: option(
      trueOrFalse,
      "whether clients may change its state at will; written into the chain's contract when it is created",
      "true with a local L1 that only this machine reaches",
    ),
    planned: (value, { isForThisMachine }) => value ?? isForThisMachine,
    onL1: (planned) => ({ cheatsAllowed: planned }),
  }),
} as const;
