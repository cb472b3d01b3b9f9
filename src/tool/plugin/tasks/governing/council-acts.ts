import type { JsonRpcProvider } from "ethers";
import { actToSign, bringAct, signAct, type ActToSign, type CouncilAct } from "../../../../ecosystem/client/governing/council.ts";
import type { Council } from "../../../../ecosystem/client/governing/governance.ts";
import { flagName } from "../../../../ecosystem/options/spawn-flags.ts";
import { wholeNumber } from "../../../../ecosystem/options/fields/values.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";
import type { FoundOnL1 } from "../from-l1/chain-on-l1.ts";
import { readNumber } from "../session/arguments.ts";
import { signAs } from "./sign-as.ts";
import { readVersionOption } from "./version-option.ts";

/** Options of which each is something that a council does. */
export const COUNCIL_ACTS = ["freeze", "softFreeze", "unfreeze", "approveHalt"] as const;

type CouncilArguments = Readonly<
  Record<(typeof COUNCIL_ACTS)[number] | "seconds" | "replacement" | "deadline" | "signatures" | "from", string | undefined>
>;

const SECONDS = wholeNumber(1, 2 ** 32 - 1, 600);

/** Signature of a member. Together with those of other members, any account submits it until the deadline. */
interface SignedAct {
  readonly member: Hex;
  readonly signature: Hex;
  readonly deadline: number;
}

interface CouncilOnL1 {
  readonly chain: FoundOnL1;
  readonly l1: JsonRpcProvider;
  /** Undefined where the contracts have none. */
  readonly council: Council | undefined;
}

/** Act of the council that the options request; undefined if they request none. Throws a plugin error. */
export function councilActOf(args: CouncilArguments): CouncilAct | undefined {
  for (const type of ["freeze", "softFreeze"] as const) {
    const named = args[type];
    if (named !== undefined) return freezeOf(type, named, args.seconds);
  }
  const [unfrozen, halted] = [readVersionOption("unfreeze", args.unfreeze), readVersionOption("approve-halt", args.approveHalt)];
  if (unfrozen !== undefined) return { type: "unfreeze", version: unfrozen };
  if (halted === undefined) return undefined;
  return { type: "approveHalt", version: halted, replacement: readVersionOption("replacement", args.replacement) ?? 0n };
}

/** Throws a plugin error. */
function freezeOf(type: "freeze" | "softFreeze", named: string, text: string | undefined): CouncilAct {
  const seconds = readNumber("seconds", text, SECONDS);
  if (seconds === undefined) throw pluginError(`${flagName(type)} needs --seconds: how long the versions are frozen`);
  const option = type === "freeze" ? "freeze" : "soft-freeze";
  const versions = named.split(",").map((each) => readVersionOption(option, each.trim()) ?? 0n);
  return { type, versions, seconds: BigInt(seconds) };
}

/** Signs as a member, without `--signatures`; with them any account brings them, and it resolves with the transaction's hash. */
export async function actInCouncil(
  act: CouncilAct,
  { chain, l1, council }: CouncilOnL1,
  args: CouncilArguments,
): Promise<SignedAct | Hex> {
  if (council === undefined) throw pluginError("these contracts have no council; the option governance.council makes one");
  const { deadline } = args;
  const signatures = args.signatures?.split(",").map((each) => readSignature(each.trim()));
  if (signatures !== undefined && deadline === undefined)
    throw pluginError("--signatures need --deadline: the second that their members signed, which each signature's output has");
  const until = readNumber("deadline", deadline, wholeNumber(1, Number.MAX_SAFE_INTEGER, 1_900_000_000));
  const toSign = await actToSign(council.address, act, l1, until === undefined ? undefined : BigInt(until));
  return signatures === undefined
    ? sign(toSign, { chain, l1, council }, args.from)
    : signAs(chain, undefined, { from: args.from, l1 }, (sender) => bringAct(toSign, signatures, sender));
}

async function sign(
  toSign: ActToSign,
  { chain, l1, council }: CouncilOnL1 & { readonly council: Council },
  from: string | undefined,
): Promise<SignedAct> {
  const { chainId } = await l1.getNetwork();
  let signed: SignedAct | undefined;
  await chain.withSigner(from, chainId, async (signer) => {
    const member = signer.address.toLowerCase() as Hex;
    if (!council.members.includes(member))
      throw pluginError(`${member} is not a member of the council: its members are ${council.members.join(", ")}`);
    signed = { member, signature: await signAct(toSign, signer), deadline: Number(toSign.deadline) };
  });
  if (signed === undefined) throw new TypeError("withSigner ends with the work");
  return signed;
}

/** Throws a plugin error. */
function readSignature(text: string): Hex {
  if (/^0x[0-9a-fA-F]{130}$/.test(text)) return text.toLowerCase() as Hex;
  throw pluginError(`--signatures are 0x and 130 hex digits each, with commas between, got '${text}'`);
}
