import { bridges } from "./bridges.ts";
import { ACCOUNTS } from "./fields/accounts.ts";
import { configOption, ecosystemOption, type EcosystemOption, type Flagged } from "./fields/field.ts";
import { flag } from "./fields/flag.ts";
import { GOVERNANCE } from "./fields/governance.ts";
import { GUARDIANS } from "./fields/guardians.ts";
import { host } from "./fields/host.ts";
import { HUBS } from "./fields/hubs.ts";
import { L1 } from "./fields/l1.ts";
import { PAGE } from "./fields/page.ts";
import { PROVER } from "./fields/prover.ts";
import { RELAYER } from "./fields/relayer.ts";
import { STAKE } from "./fields/stake.ts";
import { list, option, text, trueOrFalse, url, wholeNumber, withDefault } from "./fields/values.ts";

export const folder = text(/\S/, 'the path of a folder, such as "./hyperchain-data"');
const pollIntervalMs = wholeNumber(1, 3_600_000, 100);
const ORIGINS = 'a list of origins, such as ["https://app.example.com"], or ["*"]';
const origins = list(text(/^(\*|[a-z][a-z0-9+.-]*:\/\/[^/\s]+)$/, 'an origin such as "https://app.example.com"'), ORIGINS);

/** Every option of an ecosystem except its chains, by its name in the config. */
export const ECOSYSTEM_OPTIONS = {
  name: ecosystemOption(withDefault(text(/^\S.*$/, "a name"), "what the ecosystem is called", "hyperchains")),
  host: ecosystemOption(
    withDefault(host, "interface to listen on; another than this machine's opens development keys to the network", "127.0.0.1"),
    { host: flag(host, "interface to listen on", "127.0.0.1") },
  ),
  origins: ecosystemOption(
    withDefault(
      origins,
      'origins whose web pages may send requests, in addition to those of this machine and of browsers\' extensions; `["*"]` for all',
      [],
    ),
  ),
  development: ecosystemOption(
    option(
      trueOrFalse,
      "whether every client that reaches it may mine, move time, revert batches, return to snapshots and settle",
      "true with a local L1 that only this machine reaches; settling also with a remote L1",
    ),
  ),
  reseal: ecosystemOption(
    option(
      trueOrFalse,
      "whether every client that reaches it may rebuild batches (`hyperchain:reseal`), and nothing else",
      "as `development`",
    ),
  ),
  ...RELAYER,
  bridges: ecosystemOption(option(bridges, "third-party bridges, whose dapps run here unchanged", "none")),
  data: ecosystemOption(
    option(folder, "folder that stores a spawned ecosystem; a start with the same folder resumes it", "memory alone"),
    { data: flag(folder, "folder that stores the ecosystem; a start with the same folder resumes it", "memory alone") },
  ),
  url: configOption(option(url, "JSON-RPC URL of a running ecosystem, for tasks and networks", "the running one is found")),
  ...L1,
  ...GOVERNANCE,
  ...STAKE,
  ...GUARDIANS,
  ...HUBS,
  ...PROVER,
  ...ACCOUNTS,
  singletons: configOption(
    withDefault(
      trueOrFalse,
      "whether a started L1 has CREATE2 deployers, Multicall3 and Permit2, as every chain; CreateX with Hardhat Ignition",
      true,
    ),
    { devnet: withDefault(trueOrFalse, "the same", false) },
  ),
  accountAbstraction: ecosystemOption(
    withDefault(
      trueOrFalse,
      "whether chains have ERC-4337's EntryPoint from the start, out of the project's `@account-abstraction/contracts`",
      false,
    ),
  ),
  allowUnlimitedContractSize: ecosystemOption(
    withDefault(
      trueOrFalse,
      "whether contracts may have code of any size, as Hardhat's networks allow; written into each chain's first state",
      false,
    ),
  ),
  allowBlocksWithSameTimestamp: configOption(
    option(
      trueOrFalse,
      "whether blocks of users may repeat a second, which in Hardhat's networks they do not",
      "false in tests, true where it is spawned",
    ),
  ),
  pollIntervalMs: configOption(withDefault(pollIntervalMs, "how often chains and the relayer look at L1, in milliseconds", 100), {
    devnet: option(pollIntervalMs, "how often chains and the relayer poll L1", "on request only"),
  }),
  ...PAGE,
} as const satisfies Readonly<Record<string, EcosystemOption & Flagged>>;
