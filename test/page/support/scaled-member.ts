import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import type { EcosystemStatus, MessageInfo } from "../../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { pagedMessages } from "../../../src/ecosystem/devnet/view/books/paged-messages.ts";

interface Question {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A member that has more than the real one behind it: its blocks and its messages, over and over. */
export interface ScaledMember {
  readonly url: string;
  /** Number of the newest block; each request of the status adds a block. */
  newest(): number;
  close(): Promise<unknown>;
}

/** Answers as the member at `url` does, of which it shows `blocks` blocks and `messages` messages. */
export async function startScaledMember(url: string, blocks: number, messages: number): Promise<ScaledMember> {
  const ask = async (method: string, params: readonly unknown[] = []): Promise<unknown> => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    return ((await (await fetch(url, { method: "POST", body })).json()) as { readonly result: unknown }).result;
  };
  const real = Number(await ask("eth_blockNumber"));
  const recorded = await Promise.all(
    Array.from({ length: real + 1 }, (_, number) => ask("eth_getBlockByNumber", [hex(number), false])),
  );
  const sent = (await ask("hyperchain_messages")) as readonly MessageInfo[];
  const all = Array.from({ length: messages }, (_, i) => ({ ...sent[i % sent.length]!, messageHash: word(i) }));
  let newest = blocks - 1;
  const answer = async ({ method, params }: Question): Promise<unknown> => {
    if (method === "hyperchain_messages") return pagedMessages(all, params[0]);
    if (method === "eth_blockNumber") return hex(newest);
    if (method === "eth_getBlockByNumber") {
      const number = Number(params[0]);
      return { ...(recorded[number % recorded.length] as object), number: hex(number), hash: word(number) };
    }
    if (method !== "hyperchain_status") return ask(method, params);
    newest++;
    const status = (await ask(method)) as EcosystemStatus;
    return { ...status, chains: status.chains.map((chain) => ({ ...chain, blockNumber: newest })) };
  };
  const server = createServer((incoming, reply) => {
    let body = "";
    incoming.on("data", (piece) => (body += String(piece)));
    incoming.on("end", () => {
      // A WebSocket is asked for without a body.
      if (body === "") return reply.writeHead(404).end();
      const question = JSON.parse(body) as Question;
      void answer(question).then((result) => reply.end(JSON.stringify({ jsonrpc: "2.0", id: question.id, result })));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    newest: () => newest,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const hex = (number: number): string => `0x${number.toString(16)}`;
const word = (number: number): `0x${string}` => `0x${number.toString(16).padStart(64, "0")}`;
