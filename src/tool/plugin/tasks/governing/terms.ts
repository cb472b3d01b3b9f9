import { ZeroAddress } from "ethers";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { parseAccount } from "../../../../ecosystem/client/ecosystem/chain-address.ts";
import {
  announceTerms,
  readTerms,
  requireChangeable,
  withdrawTerms,
  type ChainTerms,
  type SigningAccounts,
  type TermsOfChain,
} from "../../../../ecosystem/client/governing/terms.ts";
import { connectHttp } from "../../../../ecosystem/devnet/relaying/relaying.ts";
import { wholeNumber } from "../../../../ecosystem/options/fields/values.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { callJsonRpc } from "../../discovery/json-rpc.ts";
import { pluginError } from "../../plugin-error.ts";
import { readNumber } from "../session/arguments.ts";
import { withChainOnL1 } from "../from-l1/chain-on-l1.ts";
import { table } from "../session/output.ts";
import { signAs } from "./sign-as.ts";
import type { governingTasks } from "../arguments/governing.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

const CHANGES = [
  ...(["validators", "threshold", "standby", "standbyThreshold"] as const),
  ...(["policy", "filterer", "governed", "takesReplacements", "secondCheck"] as const),
] as const;

type TermsArguments = ArgumentsOf<(typeof governingTasks)["terms"]>;

const THRESHOLD = wholeNumber(0, 2 ** 32, 2);

/** `hyperchain:terms`: shows a chain's terms, announces its next ones, or withdraws those. */
const action: NewTaskActionFunction<TermsArguments> = (args, hre) => {
  const announces = CHANGES.some((option) => args[option] !== undefined);
  if (announces && args.withdraw) throw pluginError("--withdraw withdraws pending terms: leave it out to announce others");
  return withChainOnL1(args, hre, announces || args.withdraw ? "acts" : "reads", async (chain) => {
    const l1 = connectHttp(BigInt((await callJsonRpc(chain.l1, "eth_chainId", [])) as string), chain.l1);
    try {
      const known = await readTerms(chain.hyperchain, l1);
      if (!announces && !args.withdraw) return tell(known);
      if (args.withdraw && known.next === undefined)
        throw pluginError(`chain ${known.chainId} waits for no other terms, so there is nothing to withdraw`);
      if (announces && known.next !== undefined)
        throw pluginError(`chain ${known.chainId} waits for other terms already: withdraw them with --withdraw first`);
      const changes = args.withdraw ? {} : changesOf(known.terms, args);
      requireChangeable({ ...chain, name: chain.name ?? `chain ${known.chainId}` }, changes, chain.linkPeers);
      if (changes.requiresSecondCheck === true && chain.linkPeers === undefined)
        chain.output.progress(`no running ecosystem names chain ${known.chainId}, so its links are not looked at`);
      const admin = { account: known.admin, role: `the admin of chain ${known.chainId}` };
      const transactionHash = await signAs(chain, admin, { from: args.from, l1 }, (sender) =>
        args.withdraw ? withdrawTerms(known, sender) : announceTerms(known, changes, sender),
      );
      tell(await readTerms(chain.hyperchain, l1), transactionHash);
    } finally {
      l1.destroy();
    }
    function tell(now: TermsOfChain, transactionHash?: Hex): void {
      chain.output.result(() => text(now, chain.layer), {
        ...json(now),
        ...(transactionHash === undefined ? {} : { transactionHash }),
      });
    }
  });
};

/** Changes in the options. Throws a plugin error for invalid ones. */
function changesOf(terms: ChainTerms, args: TermsArguments): Partial<ChainTerms> {
  const { policy, filterer, governed, takesReplacements, secondCheck } = args;
  return {
    ...changed("quorum", signers(terms.quorum, args.validators, "threshold", args.threshold)),
    ...changed("standby", signers(terms.standby, args.standby, "standbyThreshold", args.standbyThreshold)),
    ...changed("dataAvailabilityPolicy", policy === undefined ? undefined : parseAccount(policy)),
    ...changed(
      "transactionFilterer",
      filterer === undefined ? undefined : filterer === "none" ? (ZeroAddress as Hex) : parseAccount(filterer),
    ),
    ...changed("isGoverned", yesOrNo("governed", governed)),
    ...changed("takesReplacements", yesOrNo("takes-replacements", takesReplacements)),
    ...changed("requiresSecondCheck", yesOrNo("second-check", secondCheck)),
  };
}

function changed<Name extends keyof ChainTerms>(name: Name, value: ChainTerms[Name] | undefined): Partial<ChainTerms> {
  return value === undefined ? {} : { [name]: value };
}

/** Accounts and the number of them that must sign, by default all; undefined if they remain. */
function signers(
  now: SigningAccounts,
  list: string | undefined,
  option: "threshold" | "standbyThreshold",
  needed: string | undefined,
): SigningAccounts | undefined {
  if (list === undefined && needed === undefined) return undefined;
  const validators =
    list === undefined ? now.validators : list === "none" ? [] : list.split(",").map((each) => parseAccount(each.trim()));
  const threshold = readNumber(option, needed, THRESHOLD) ?? validators.length;
  return { threshold: BigInt(threshold), validators };
}

function yesOrNo(option: string, text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (text === "yes" || text === "no") return text === "yes";
  throw pluginError(`--${option} is yes or no; got '${text}'`);
}

function text({ chainId, admin, terms, next, noticeSeconds, now, epoch }: TermsOfChain, layer: string): string {
  const waits =
    next === undefined
      ? [`no other terms wait; its admin, ${admin}, announces them with a notice of ${noticeSeconds} s`]
      : [
          `from ${new Date(Number(next.effectiveAt) * 1_000).toISOString()} of ${layer}'s time on, in ${next.effectiveAt - now} s; until then --withdraw takes them back:`,
          table(rows(next.terms)),
        ];
  return [`terms of chain ${chainId}, epoch ${epoch}:`, table(rows(terms)), ...waits].join("\n");
}

function rows(terms: ChainTerms): readonly (readonly string[])[] {
  const accounts = ({ threshold, validators }: SigningAccounts): string =>
    validators.length === 0 ? "none" : `${threshold} of ${validators.join(", ")}`;
  return [
    ["  validators", accounts(terms.quorum)],
    ["  standby", accounts(terms.standby)],
    ["  data policy", terms.dataAvailabilityPolicy],
    ["  filterer", terms.transactionFilterer === ZeroAddress ? "none" : terms.transactionFilterer],
    [
      "  governed",
      terms.isGoverned ? "yes: retirements, freezes and halts reach it" : "no: no retirement, freeze or halt reaches it",
    ],
    ["  takes replacements", terms.takesReplacements ? "yes: from a halted version at once" : "no"],
    ["  second check", terms.requiresSecondCheck ? "yes: of each batch, before it executes" : "no"],
  ];
}

function json({ next, ...known }: TermsOfChain): object {
  return { ...known, next: next ?? null };
}

export default action;
