import { readFile } from "node:fs/promises";
import * as v from "valibot";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { findChain } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { findFlow } from "../../../../ecosystem/client/flows/find-flow.ts";
import { claimEscrow } from "../../../../ecosystem/client/flows/flow-escrow.ts";
import { l1TokenOf } from "../../../../ecosystem/client/tokens/token.ts";
import { rebuiltNode } from "../../../../ecosystem/devnet/reconstruction/proofs.ts";
import { reasonOf } from "../../../../ground/errors/reason-of.ts";
import { formatAmount } from "../../../../ecosystem/options/fields/amount.ts";
import { wholeNumber } from "../../../../ecosystem/options/fields/values.ts";
import type { AtomicFlow } from "../../../../ground/protocol/atomic-flow.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { legOf } from "../../../../ecosystem/relayer/flow-proofs.ts";
import type { AskedNode } from "../../../../ecosystem/relayer/state-proof.ts";
import { pluginError } from "../../plugin-error.ts";
import { readSender, signerOf } from "../session/accounts.ts";
import { readNumber } from "../session/arguments.ts";
import { rebuild } from "./chain-on-l1.ts";
import { sessionOf, withEcosystem, type Session } from "../session/session.ts";
import { describeOnLayer, type NamedToken } from "../session/tokens.ts";
import type { fromL1Tasks } from "../arguments/from-l1.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type ClaimEscrowArguments = ArgumentsOf<(typeof fromL1Tasks)["claimEscrow"]>;

const amount = v.pipe(
  v.union([v.pipe(v.string(), v.regex(/^\d+$/)), v.pipe(v.number(), v.safeInteger(), v.minValue(0))]),
  v.transform((number) => BigInt(number)),
);
const bytes = (length: number) =>
  v.pipe(
    v.string(),
    v.regex(new RegExp(`^0x[0-9a-fA-F]{${2 * length}}$`)),
    v.transform((text) => text.toLowerCase() as Hex),
  );
/** A flow as `JSON.stringify` writes it, its amounts as decimal strings. */
const flowFile = v.object({
  salt: bytes(32),
  deadline: amount,
  legs: v.array(
    v.object({
      chainId: amount,
      isPivot: v.boolean(),
      party: bytes(20),
      token: bytes(20),
      amount,
      recipient: bytes(20),
      callHash: bytes(32),
    }),
  ),
});

/** `hyperchain:claim-escrow`: has L1 pay what a leg of a flow had in escrow on a chain that has ended. */
const action: NewTaskActionFunction<ClaimEscrowArguments> = (args, hre) =>
  withEcosystem(args, hre, "acts", async (whole) => {
    const flow = await readFlow(whole, args.flow);
    const leg = readNumber("leg", args.leg, wholeNumber(0, flow.legs.length - 1, 0)) ?? 0;
    const chain = findChain(whole.info, legOf(flow, leg).chainId);
    const session = sessionOf(whole, chain.chainId);
    const { info, output } = session;
    const signer = signerOf(session, await readSender(session, args.from, info.l1.name));
    // The chain has ended, so its state is taken from L1. Other chains prove what is missing there.
    let rebuilt: Promise<AskedNode> | undefined;
    const stopped: AskedNode = {
      async send(method, params) {
        if (method !== "zks_getProof") return session.provider(chain.chainId).send(method, params);
        rebuilt ??= rebuild(
          { l1: info.l1.url, layer: chain.settlesOn?.name ?? "L1", hyperchain: chain.hyperchain, output },
          {},
        ).then(rebuiltNode);
        return (await rebuilt).send(method, params);
      },
    };
    const nodeOf = (chainId: number): AskedNode => (chainId === chain.chainId ? stopped : session.provider(chainId));
    const paid = await claimEscrow(info, { flow, leg, to: args.to, token: args.token }, signer, nodeOf);
    const { end, to, token, l1TransactionHash } = paid;
    const why = end === "released" ? "the flow happened" : "a leg of the flow is missing";
    const layer = session.provider(info.l1.chainId);
    const [escrow, base] = [await describeOnLayer(token, layer), await describeOnLayer(l1TokenOf(chain, undefined), layer)];
    const what = inWords(paid.amount, escrow);
    const fee = paid.fee === 0n ? "" : `, and ${inWords(paid.fee, base)} that were left for its end,`;
    const left = paid.feeLeft === 0n ? "" : `; ${inWords(paid.feeLeft, base)} cannot be moved there now: claim again for them`;
    output.result(() => `${what}${fee} paid to ${to} on ${info.l1.name}, since ${why}: ${l1TransactionHash}${left}`, {
      chainId: chain.chainId,
      leg,
      ...paid,
    });
  });

function inWords(units: bigint, { symbol, decimals }: NamedToken): string {
  return `${formatAmount(units, decimals)} ${symbol}`;
}

/** A flow from a file, or by its id. Throws a plugin error. */
async function readFlow(session: Session, text: string): Promise<AtomicFlow> {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) {
    const { info } = session;
    const found = await findFlow(info, text.toLowerCase() as Hex, (chainId) => session.provider(chainId));
    if (found !== undefined) return found;
    throw pluginError(
      `no chain that answers has a leg of flow ${text}; give the file with its legs, as buildFlow made it, in its place`,
    );
  }
  const content = await readFile(text, "utf8").catch((error: unknown) => {
    throw pluginError(`'${text}' is neither a flow's id (0x and 64 hex digits) nor a file that can be read: ${reasonOf(error)}`);
  });
  try {
    return v.parse(flowFile, JSON.parse(content));
  } catch (error) {
    throw pluginError(`${text} is not a flow of buildFlow with amounts as decimal strings: ${reasonOf(error)}`);
  }
}

export default action;
