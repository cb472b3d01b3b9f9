import { AVAILABILITY } from "./fields/availability.ts";
import { EXECUTION } from "./fields/execution.ts";
import { entriesOf, type ChainOption, type Flagged } from "./fields/field.ts";
import { FACTS } from "./fields/facts.ts";
import { FIRST_STATE } from "./fields/first-state.ts";
import { IDENTITY } from "./fields/identity.ts";
import { INSTANT } from "./fields/instant.ts";
import { LINKS } from "./fields/links.ts";
import { ORDERING } from "./fields/ordering.ts";
import { PROTOCOL } from "./fields/protocol.ts";
import { PROVING } from "./fields/proving.ts";
import { SERVING } from "./fields/serving.ts";
import { SETTLEMENT } from "./fields/settlement.ts";
import { VALIDATORS } from "./fields/validators.ts";

/** Every option of a chain, by its name in the config. */
export const CHAIN_OPTIONS = {
  ...IDENTITY,
  ...SERVING,
  ...ORDERING,
  ...EXECUTION,
  ...PROTOCOL,
  ...AVAILABILITY,
  ...VALIDATORS,
  ...PROVING,
  ...SETTLEMENT,
  ...FACTS,
  ...LINKS,
  ...INSTANT,
  ...FIRST_STATE,
} as const satisfies Readonly<Record<string, ChainOption & Flagged>>;

/** Options of a chain in the config, whose name is the chain's key. */
export const CHAIN_IN_CONFIG = entriesOf(CHAIN_OPTIONS, "config");
/** Options of a chain in `DevnetOptions`. */
export const CHAIN_IN_CODE = entriesOf(CHAIN_OPTIONS, "devnet");
