import type { TransactionAnswer } from "./answers.ts";

/** A text as one word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The transaction again by Foundry's `cast`, signed by the chain for an unlocked account. */
export function asCast({ from, to, value, input, gas }: TransactionAnswer, url: string): string {
  const parts = [
    "cast send --unlocked",
    `--rpc-url ${quoted(url)}`,
    `--from ${from}`,
    `--gas-limit ${BigInt(gas)}`,
    ...(BigInt(value) === 0n ? [] : [`--value ${BigInt(value)}`]),
    ...(to === null ? [`--create ${input}`] : [to, ...(input === "0x" ? [] : [input])]),
  ];
  return parts.join(" ");
}

/** The transaction again by JSON-RPC. */
export function asCurl({ from, to, value, input, gas }: TransactionAnswer, url: string): string {
  const transaction = { from, ...(to === null ? {} : { to }), value, data: input, gas };
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_sendTransaction", params: [transaction] });
  return `curl -s ${quoted(url)} -d ${quoted(body)}`;
}
