import { readFile } from "node:fs/promises";
import * as v from "valibot";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { requireContract } from "../../../../ecosystem/client/calls/call.ts";
import { callTogether, type CallInQueue } from "../../../../ecosystem/client/calls/call-together.ts";
import { formatChainAddress, parseAccount } from "../../../../ecosystem/client/ecosystem/chain-address.ts";
import type { SentCall } from "../../../../ecosystem/client/calls/direct-call.ts";
import { findChain } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { ecosystemOf } from "../../../../ecosystem/client/ecosystem/settlement-base.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { reasonOf } from "../../../../ground/errors/reason-of.ts";
import { check, optionName, said, type OptionProblem } from "../../../../ecosystem/options/problems.ts";
import { pluginError } from "../../plugin-error.ts";
import { readSender, resolvePlace, signerOf } from "../session/accounts.ts";
import { encodeCall } from "../session/encode-call.ts";
import { sessionOf, withEcosystem, type Session } from "../session/session.ts";
import { readAmount, tokenOnChain } from "../session/tokens.ts";
import { includedOn } from "../following/wait-for-transaction.ts";
import type { actingTasks } from "../arguments/acting.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type CallTogetherArguments = ArgumentsOf<(typeof actingTasks)["callTogether"]>;

const text = v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String));
const callsFile = v.pipe(
  v.array(
    v.strictObject({
      to: v.string(),
      function: v.optional(v.string(), "0x"),
      arguments: v.optional(
        v.array(
          v.union([
            text,
            v.pipe(
              v.array(v.unknown()),
              v.transform((list) => JSON.stringify(list)),
            ),
          ]),
        ),
        [],
      ),
      value: v.optional(text),
      gas: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(21_000))),
      refundTo: v.optional(v.string()),
    }),
  ),
  v.minLength(1),
);

/** A call as the file has it. */
type WrittenCall = v.InferOutput<typeof callsFile>[number];

/** A call that can be queued, and where. */
interface ReadCall extends CallInQueue {
  readonly to: { readonly chain: number; readonly account: Hex };
}

/** Null where it is not waited for. */
type Outcome = SentCall & { readonly executed: boolean | null };

/** `hyperchain:call-together`: forces calls into the queues of several chains by one transaction, all or none. */
const action: NewTaskActionFunction<CallTogetherArguments> = (args, hre) =>
  withEcosystem(args, hre, "acts", async (whole) => {
    const { output } = whole;
    const calls: ReadCall[] = [];
    for (const written of await readCalls(args.calls)) calls.push(await readCall(whole, written));
    const [first] = calls;
    if (first === undefined) throw new TypeError("a list of one call at least was read");
    const { l1: below } = ecosystemOf(whole.info, findChain(whole.info, first.to.chain));
    const from = await readSender(whole, args.from, below.name);
    output.progress(`queueing ${calls.length} calls on ${below.name} from ${formatChainAddress(whole.info, from)}…`);
    const sent = await callTogether(whole.info, { chain: from.chainId, calls }, signerOf(whole, from));
    const outcomes: Outcome[] = [];
    for (const each of sent) outcomes.push({ ...each, executed: args.noWait ? null : await wasExecuted(whole, each) });
    output.result(
      () => [`queued by ${sent[0]?.transactionHash ?? ""}`, ...outcomes.map((each, i) => line(whole, calls[i], each))].join("\n"),
      { transactionHash: sent[0]?.transactionHash, from, calls: outcomes },
    );
    if (outcomes.some(({ executed }) => executed === false)) process.exitCode = 1;
  });

async function wasExecuted(session: Session, { destinationChainId, messageHash }: SentCall): Promise<boolean> {
  return (await includedOn(session, destinationChainId, messageHash)).status === 1;
}

function line({ info }: Session, call: ReadCall | undefined, { messageHash, executed }: Outcome): string {
  const place = call === undefined ? "" : formatChainAddress(info, { chainId: call.to.chain, account: call.to.account });
  const way = { true: "was executed at", false: "REVERTED, and left its value to its refundTo, at", null: "is on its way to" };
  return `  the call ${way[`${executed}`]} ${place}: ${messageHash}`;
}

async function readCall(whole: Session, { to: place, ...written }: WrittenCall): Promise<ReadCall> {
  const { chainId: chain, account } = await resolvePlace(whole, place);
  const to = { chain, account };
  const session = sessionOf(whole, chain);
  const data = encodeCall(written.function, written.arguments);
  await requireContract(session.info, { to, data }, session.provider(chain));
  const { value, gas, refundTo } = written;
  return {
    to,
    data,
    value: value === undefined || value === "0" ? 0n : readAmount(value, await tokenOnChain(session, chain, undefined)),
    gasLimit: gas === undefined ? undefined : BigInt(gas),
    refundTo: refundTo === undefined ? undefined : parseAccount(refundTo),
  };
}

/** The calls of a file, or of the JSON itself. Throws a plugin error. */
async function readCalls(text: string): Promise<readonly WrittenCall[]> {
  const isJson = text.trimStart().startsWith("[");
  const content = isJson
    ? text
    : await readFile(text, "utf8").catch((error: unknown) => {
        throw pluginError(`'${text}' is neither a list of calls as JSON nor a file that can be read: ${reasonOf(error)}`);
      });
  const form = `[{"to": "0x…@alpha", "function": "set(uint256)", "arguments": ["5"], "value": "0.1", "gas": 200000, "refundTo": "0x…"}]`;
  const refused = (reason: string): Error =>
    pluginError(`${isJson ? "this" : text} is not a list of calls such as ${form}: ${reason}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (error) {
    throw refused(reasonOf(error));
  }
  const result = check(callsFile, parsed);
  if ("value" in result) return result.value;
  const [problem] = result.problems;
  throw refused(problem === undefined ? "" : inWords(problem));
}

const FIELDS: readonly (string | number)[] = ["to", "function", "arguments", "value", "gas", "refundTo"];

function inWords(problem: OptionProblem): string {
  const { path } = problem;
  const [, field] = path;
  const name = `calls${optionName(path)}`;
  if (field === undefined || FIELDS.includes(field)) return said(name, problem);
  const instead = field === "data" ? `; calldata is written as "function": "0x…", without arguments` : "";
  return `${name} is unknown: a call has ${FIELDS.join(", ")}${instead}`;
}

export default action;
