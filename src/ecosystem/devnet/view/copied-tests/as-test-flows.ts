import type { AtomicFlow } from "../../../../ground/protocol/atomic-flow.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { placed, tokenOf } from "./as-test-acts.ts";
import type { FlowAct } from "./as-test-flow-act.ts";
import { ROUND } from "./as-test-lines.ts";
import { quoted, type Known } from "./as-test-literals.ts";

interface FlowPlaces {
  readonly nameOf: (chainId: number) => string | undefined;
  readonly namesOn: (chainId: number) => Known;
}

/** A line that builds the flow, with the same time to its deadline as at `timestamp`; `call` is the call of its pivot. */
export function flowLine(
  variable: string,
  { flow: { deadline, legs }, timestamp, call }: { readonly flow: AtomicFlow; readonly timestamp: number; readonly call: Hex },
  { nameOf, namesOn }: FlowPlaces,
): string {
  const texts = legs.map(({ chainId, isPivot, party, token, amount, recipient, callHash }) => {
    const chain = nameOf(Number(chainId)) ?? String(chainId);
    const there = namesOn(Number(chainId));
    const fields = {
      party: placed(party, chain, there),
      to: placed(recipient, chain, there),
      amount: `${amount}n`,
      ...tokenAddress(token, there),
      ...(isPivot ? { pivot: "true" } : {}),
      ...(BigInt(callHash) === 0n ? {} : { call: quoted(call) }),
    };
    return `    { ${Object.entries(fields)
      .map(([field, text]) => `${field}: ${text}`)
      .join(", ")} },`;
  });
  const left = deadline - BigInt(timestamp);
  const until = `BigInt(await l1.networkHelpers.time.latest()) ${left < 0n ? "-" : "+"} ${left < 0n ? -left : left}n`;
  const lines = [`const ${variable} = await hyperchains.flow({`, "  legs: [", ...texts, "  ],", `  deadline: ${until},`, "});"];
  return lines.join("\n    ");
}

/** Legs take a token by its address alone. */
function tokenAddress(token: string, names: Known): Readonly<Record<string, string>> {
  const variable = names.contract(token);
  return variable === undefined ? tokenOf(token, names) : { token: names.library.address(variable) };
}

/** Call of the test API for the action; `from` is the constant of the acting account. */
export function flowCall(variable: string, { name, leg, fee, data }: FlowAct, from: string): string {
  switch (name) {
    case "prepare":
      return `${variable}.prepare(${leg}${fee === 0n ? "" : `, { fee: ${fee}n }`})`;
    case "addFee":
      return `${variable}.addFee(${leg}, ${fee}n, { from: ${from} })`;
    case "execute":
      return `${variable}.execute({ ${data === "0x" ? "" : `data: ${quoted(data)}, `}from: ${from} })`;
    case "release":
    case "refund":
      return `${variable}.${name}(${leg}, { from: ${from} })`;
  }
}

/**
 * Lines that do the act. A relayer ends legs too, and where it was first there is nothing left to do: legs end by its round.
 */
export function flowLines(variable: string, act: FlowAct, from: string): readonly string[] {
  const call = `await ${flowCall(variable, act, from)};`;
  if (act.name === "execute") return [...ROUND, ...bringRootLines(variable, act), call];
  return act.name === "release" || act.name === "refund" ? ROUND : [call];
}

/** Lines that import the roots of other legs, since the chain of a leg other than the pivot sees none automatically. */
function bringRootLines(variable: string, { flow, leg }: FlowAct): readonly string[] {
  const isBeside = flow?.legs.some(({ chainId }, i) => i !== leg && chainId === flow.legs[leg]?.chainId);
  return isBeside === true ? [`await ${variable}.bringRoot(${leg});`, "await hyperchains.relay();"] : [];
}

/** Expected outcome of the flow in the test API after the action; `fees` of the leg until then. */
export function flowOutcome(
  variable: string,
  { name, leg }: FlowAct,
  fees: bigint,
): { readonly before: readonly string[]; readonly actual: string; readonly expected: string } {
  const status = `(await ${variable}.status())`;
  const ofLeg = `${status}.legs[${leg}]?.status`;
  switch (name) {
    case "prepare":
      return { before: [], actual: ofLeg, expected: '"held"' };
    case "addFee":
      return { before: [], actual: `${status}.legs[${leg}]?.fee`, expected: `${fees}n` };
    case "execute":
      return { before: ["await hyperchains.settle();"], actual: `${status}.state`, expected: '"committed"' };
    case "release":
      return { before: [], actual: ofLeg, expected: '"released"' };
    case "refund":
      return { before: [], actual: ofLeg, expected: '"refunded"' };
  }
}
