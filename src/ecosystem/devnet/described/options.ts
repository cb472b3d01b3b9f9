import type { LastProof } from "../../../ground/protocol/last-proof.ts";
import * as v from "valibot";
import type { Closed } from "../../../chain/rpc/development/guarded-methods.ts";
import { bridgeProblems } from "../../options/bridges.ts";
import { CHAIN_IN_CODE } from "../../options/chain.ts";
import { ECOSYSTEM_OPTIONS } from "../../options/ecosystem.ts";
import { entriesOf } from "../../options/fields/field.ts";
import { confirmations, CONFIRMATIONS_DEFAULT, l1Fork } from "../../options/fields/l1.ts";
import { minRewardPercent } from "../../options/fields/relayer.ts";
import { port } from "../../options/fields/serving.ts";
import { LOOPBACK_HOSTS, planChain, type ChainPlan, type PlannedAt } from "../../options/plan.ts";
import { check, optionName, said, type OptionProblem } from "../../options/problems.ts";
import { conflicts } from "../../options/rules.ts";
import {
  fields,
  list,
  must,
  oneOf,
  option,
  privateKey,
  trueOrFalse,
  url,
  wholeBigint,
  wholeNumber,
  withDefault,
  type DeepReadonly,
} from "../../options/fields/values.ts";
import type { Layer } from "../deployment/layer.ts";
import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";

/** The bridge's limit of what a chain has, in wei. */
const MOST_WEI = 2n ** 126n;
const wei = wholeBigint(0n, MOST_WEI, 10n ** 18n);
/** BIP-44's numbers. */
const accountNumber = wholeNumber(0, 2 ** 31 - 1, 1);

const l1Schema = fields({
  port: option(port, "of the in-process L1", "any free port"),
  url: option(url, "an L1 that runs already; only Ethereum's own methods are used", "an L1 is started in this process"),
  fork: option(l1Fork, "an L1 that the one in this process is a copy of", "it is empty"),
  deployerKey: option(
    privateKey,
    "pays for everything on the L1 at `url`; the keys of operators, relayer and funded accounts then follow from it",
    "the development accounts",
  ),
  operatorFundingWei: option(
    wei,
    "what an operator that has less than a third of it gets from the deployer",
    "10 ETH, or 0.1 ETH with a deployerKey",
  ),
  deployed: option(
    v.custom<Layer>(
      (value) => typeof value === "object" && value !== null,
      must("a layer, such as `deployed` of a node of the kit"),
    ),
    "contracts that already exist at `url`",
    "new ones",
  ),
  confirmations: option(
    confirmations,
    "L1 blocks on top of an event before it counts, including its block",
    CONFIRMATIONS_DEFAULT,
  ),
});

const chainSchema = fields(CHAIN_IN_CODE);

const devnetSchema = fields({
  ...entriesOf(ECOSYSTEM_OPTIONS, "devnet"),
  use: withDefault(oneOf("spawn", "test", "devnet"), "whose defaults chains have where their descriptions say nothing", "devnet"),
  chains: v.pipe(
    v.array(chainSchema, must("a list of chains")),
    v.minLength(1, "is empty; name at least one chain"),
    v.description("each gets a separate operator, in this order"),
  ),
  l1: withDefault(l1Schema, "where the settlement layer is", {}),
  inBackground: withDefault(
    trueOrFalse,
    "whether the process may end while they are served: then the ecosystem need not be closed",
    false,
  ),
  fundedAccounts: v.pipe(
    list(accountNumber, "a list of account numbers"),
    v.description("accounts that get `fundingWei` on each chain through its priority queue"),
  ),
  fundingWei: v.pipe(wei, v.description("smallest units of each chain's base token")),
  unlocked: option(
    trueOrFalse,
    "whether chains sign for these accounts, for every client that reaches them",
    "true with an L1 in this process, served to this machine alone",
  ),
  distinctTimestamps: withDefault(
    trueOrFalse,
    "whether each block of users is at least a second later than the block before it, as in Hardhat's networks: the ecosystem's time is put forward for it; only with an L1 in this process",
    false,
  ),
  isMeasured: withDefault(
    trueOrFalse,
    "whether Hardhat collects coverage or gas statistics: its network then repeats all that the chains run, before they answer",
    false,
  ),
  relayerPolicy: withDefault(
    fields({
      minRewardPercent: option(
        minRewardPercent,
        "least reward of a delivery, in percent of what its gas costs",
        "0; 100 on a chain on which others settle",
      ),
      reserveWei: option(wei, "what deliveries at a loss must leave in the relayer's account", "0.001 ETH"),
    }),
    "what the ecosystem's relayer delivers at which reward",
    {},
  ),
});

/** Options of an ecosystem. Every absent one has a default that works on a developer's machine. */
export type DevnetOptions = DeepReadonly<v.InferInput<typeof devnetSchema>>;
export type DevnetChainOptions = DeepReadonly<v.InferInput<typeof chainSchema>>;
export type L1Options = DeepReadonly<v.InferInput<typeof l1Schema>>;
/** Options with every default filled in. */
export type CompleteOptions = DeepReadonly<v.InferOutput<typeof devnetSchema>>;
/** An ERC-20 on L1, by its address, or one that is to be deployed, all of it the deployer's. */
export type BaseTokenOption = ChainPlan["protocol"]["baseToken"];

/**
 * An option that cannot work; the message names the field and what to do.
 * Remedy: correct the option that the message names.
 */
export class DevnetOptionsError extends HyperchainError<"BadOptions"> {
  override readonly name = "DevnetOptionsError";
}

/** Plan of an ecosystem and its chains, before their start. */
export interface DevnetPlan {
  readonly options: CompleteOptions;
  readonly plans: readonly ChainPlan[];
}

/** Plan for the options, with every default filled in. Throws DevnetOptionsError for the first that cannot work. */
export function planDevnet(options: DevnetOptions): DevnetPlan {
  const checked = check(devnetSchema, options);
  if ("problems" in checked) throw optionsError(checked.problems);
  const { l1, governance, data, stake, guardians, hubs, bridges, unlocked = false } = checked.value;
  const plans = checked.value.chains.map((chain, place) => planChain(chain, place, checked.value));
  const problems = [
    ...l1Problems(l1),
    ...adoptedGovernanceProblems(checked.value),
    ...adoptedStakeProblems(checked.value),
    ...lastProofProblems(checked.value),
    ...bridgeProblems(bridges, plans, l1),
    ...conflicts(plans.map(atItsPlace), { l1, l1Path: ["l1"], governance, data, stake, guardians, hubs }),
  ];
  if (unlocked && l1.deployerKey !== undefined)
    problems.push({
      path: ["unlocked"],
      message: "the accounts follow from l1.deployerKey, so their keys are secret; leave one of the two out",
    });
  if (problems.length > 0) throw optionsError(problems);
  return { options: checked.value, plans };
}

/**
 * Plan of a chain that joins others, with an index that none of them had. Throws DevnetOptionsError for the first option
 * that conflicts with theirs.
 */
export function planAddedChain(
  chain: DevnetChainOptions,
  place: number,
  others: readonly ChainPlan[],
  options: CompleteOptions,
): ChainPlan {
  const checked = check(chainSchema, chain);
  if ("problems" in checked) throw optionsError(checked.problems);
  const plan = planChain(checked.value, place, options);
  const ruled = [...others.map(atItsPlace), { path: [], plan }];
  const problems = conflicts(ruled, { ...options, hubs: {}, l1Path: ["l1"] }).filter(({ path }) => path[0] !== "chains");
  if (problems.length > 0) throw optionsError(problems);
  return plan;
}

/** Methods that external clients may not call, with reasons. */
export function closedToOthers(options: Pick<CompleteOptions, "development" | "reseal" | "l1" | "host">): Closed {
  const { development, reseal = development, l1, host } = options;
  const open = LOOPBACK_HOSTS.includes(host) ? [] : [`the ecosystem is served on ${host}`];
  const asked = development === false ? ["its options say so"] : [];
  const elsewhere = l1.url === undefined ? [] : ["its L1 runs elsewhere"];
  const told = (reasons: readonly string[]): string | undefined => (reasons.length === 0 ? undefined : reasons.join(" and "));
  const [all, others] = [told([...open, ...elsewhere, ...asked]), told([...open, ...asked])];
  const again = reseal === false && development !== false ? "its options say so" : told([...open, ...elsewhere, ...asked]);
  return {
    ...(development === true || all === undefined ? {} : { development: all }),
    ...(development === true || others === undefined ? {} : { driving: others }),
    ...(reseal === true || again === undefined ? {} : { reseal: again }),
  };
}

function optionsError([first]: readonly OptionProblem[]): DevnetOptionsError {
  return new DevnetOptionsError("BadOptions", first === undefined ? "" : said(optionName(first.path), first));
}

function atItsPlace(plan: ChainPlan): PlannedAt {
  return { path: ["chains", plan.place], plan };
}

/** Problems of adopted contracts, whose governance is that of their deployment. */
function adoptedGovernanceProblems({ l1, governance }: Pick<CompleteOptions, "l1" | "governance">): OptionProblem[] {
  const said = (["governor", "council"] as const).find((part) => governance[part] !== undefined);
  if (l1.deployed === undefined || said === undefined) return [];
  const message = "is of contracts that are deployed, and those of l1.deployed have theirs; leave one of the two out";
  return [{ path: ["governance", said], message }];
}

/** Contracts that were deployed without stake stake no key. */
function adoptedStakeProblems({ l1, stake }: Pick<CompleteOptions, "l1" | "stake">): OptionProblem[] {
  if (stake === undefined || l1.deployed === undefined || l1.deployed.addresses.stakeRegistry !== undefined) return [];
  const message = "is of contracts that are deployed, and those of l1.deployed have no registry; leave one of the two out";
  return [{ path: ["stake"], message }];
}

/** The pools of public networks have no room for fast proofs. */
function lastProofProblems({ l1, lastProof }: Pick<CompleteOptions, "l1" | "lastProof">): OptionProblem[] {
  if (l1.url === undefined || lastProof !== "fast") return [];
  const message =
    'is for an L1 in this process: a fast proof has 145 kB, and the pools of public networks accept 128 KiB; say "small"';
  return [{ path: ["lastProof"], message }];
}

/** The last proof of new contracts. */
export function lastProofFor({ l1, lastProof }: Pick<CompleteOptions, "l1" | "lastProof">): LastProof {
  return lastProof ?? (l1.url === undefined ? "fast" : "small");
}

/** Problems of an L1 at a URL. */
function l1Problems({ url: l1Url, deployerKey, deployed }: CompleteOptions["l1"]): OptionProblem[] {
  if (l1Url !== undefined) return [];
  const problems: OptionProblem[] = [];
  if (deployerKey !== undefined)
    problems.push({
      path: ["l1", "deployerKey"],
      message: "is for an L1 at l1.url; the one in this process has the development accounts",
    });
  if (deployed !== undefined)
    problems.push({
      path: ["l1", "deployed"],
      message: "is for an L1 at l1.url; on the one in this process there is nothing yet",
    });
  return problems;
}
