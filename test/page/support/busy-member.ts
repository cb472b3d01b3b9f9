import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ActivityBlock } from "../../../src/ecosystem/devnet/view/feed/activity.ts";
import type { EcosystemInfo, EcosystemStatus, MessageInfo } from "../../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { pagedMessages } from "../../../src/ecosystem/devnet/view/books/paged-messages.ts";
import { WebSocketServer } from "ws";

type Hex = `0x${string}`;

interface Question {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

interface Answer {
  readonly result?: unknown;
  readonly error?: unknown;
}

/** Methods whose answers are made up. */
const MADE_UP = new Set(["hyperchain_messages", "hyperchain_status", "hyperchain_activity"]);

/** Additional load of a member that forwards to the real one. */
export interface BusyLoad {
  /** Blocks of each chain, of which the newest is a second old, and users' transactions in each. */
  readonly blocks: number;
  readonly transactions: number;
  /** From the first chain to the second, sent within `sentWithinMs` and delivered as long after that. */
  readonly messages: number;
  readonly sentWithinMs: number;
  /** The one whose calls reverted where it arrived; absent where all came through. */
  readonly failing?: number;
}

/** A member that is busier than the real one at `url`, of which it answers all else. */
export interface BusyMember {
  readonly url: string;
  /** Adds a block of `transactions` transactions to the first chain, announces it and returns its number. */
  addBlock(transactions: number): number;
  close(): Promise<unknown>;
}

/** Answers as the member at `url` does, with made up blocks and messages of the last minutes. */
export async function startBusyMember(url: string, load: BusyLoad): Promise<BusyMember> {
  const forward = async (method: string, params: readonly unknown[] = []): Promise<Answer> => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    return (await (await fetch(url, { method: "POST", body })).json()) as Answer;
  };
  const ask = async (method: string, params: readonly unknown[] = []): Promise<unknown> => (await forward(method, params)).result;
  const { chains, l1 } = (await ask("hyperchain_info")) as EcosystemInfo;
  const began = Date.now();
  const made = chains.flatMap(({ chainId }) =>
    Array.from({ length: load.blocks }, (_, i) =>
      madeBlock(chainId, 1_000 + i, began - 1_000 * (load.blocks - i), load.transactions),
    ),
  );
  const { sent, carrying } = madeMessages(load, chains, l1.chainId, began);
  const blocks = [...made, ...carrying];
  const head = (id: number): number => Math.max(...blocks.filter(({ chainId }) => chainId === id).map(({ number }) => number));
  /** A page takes blocks behind these for such as a return to an earlier state has undone. */
  const withHeads = ({ chains: standing, ...status }: EcosystemStatus): EcosystemStatus => ({
    ...status,
    chains: standing.map((chain) => ({ ...chain, blockNumber: head(chain.chainId) })),
  });
  const answer = async (body: string): Promise<string> => {
    const { id, method, params } = JSON.parse(body) as Question;
    if (!MADE_UP.has(method)) return JSON.stringify({ ...(await forward(method, params)), id });
    const resultOf = async (): Promise<unknown> => {
      if (method === "hyperchain_messages") return pagedMessages(sent, params[0]);
      if (method === "hyperchain_status") return withHeads((await ask(method, params)) as EcosystemStatus);
      const [ranges] = params;
      return ranges === undefined ? [...((await ask(method)) as ActivityBlock[]), ...blocks] : ofRanges(blocks, ranges);
    };
    return JSON.stringify({ jsonrpc: "2.0", id, result: await resultOf() });
  };
  const server = createServer((incoming, reply) => {
    let body = "";
    incoming.on("data", (piece) => (body += String(piece)));
    incoming.on("end", () => {
      void answer(body).then((text) => reply.end(text));
    });
  });
  const sockets = new WebSocketServer({ server });
  let position = 0;
  const tell = (entry: object): void => {
    const params = { subscription: "0x1", result: { position: `busy:${++position}`, ...entry } };
    for (const socket of sockets.clients) socket.send(JSON.stringify({ jsonrpc: "2.0", method: "eth_subscription", params }));
  };
  sockets.on("connection", (socket) =>
    socket.on("message", (data: Buffer) => {
      const body = data.toString("utf8");
      if ((JSON.parse(body) as Question).method === "eth_subscribe") return tell({ type: "here" });
      void answer(body).then((text) => socket.send(text));
    }),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    addBlock(transactions) {
      const chainId = chains[0]!.chainId;
      const number = 1 + head(chainId);
      blocks.push(madeBlock(chainId, number, Date.now(), transactions));
      tell({ type: "block", chainId, number });
      return number;
    },
    close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

function ofRanges(blocks: readonly ActivityBlock[], asked: unknown): readonly ActivityBlock[] {
  const ranges = asked as readonly { readonly chain: number; readonly from: number; readonly to?: number }[];
  return blocks.filter(({ chainId, number }) =>
    ranges.some(({ chain, from, to = from }) => chain === chainId && number >= from && number <= to),
  );
}

function madeBlock(chainId: number, number: number, at: number, transactions: number): ActivityBlock {
  return {
    ...{ chainId, number, at, hash: word(chainId, number), timestamp: Math.floor(at / 1_000) },
    transactions: Array.from({ length: transactions }, (_, i) => transaction(word(chainId, number, i), i)),
  };
}

const ACCOUNT: Hex = `0x${"a1".repeat(20)}`;
const TOKEN: Hex = `0x${"70".repeat(20)}`;

function transaction(hash: Hex, place: number): ActivityBlock["transactions"][number] {
  return {
    ...{ hash, from: ACCOUNT, to: TOKEN, value: "0", by: "user", selector: "0xa9059cbb", contract: "DevelopmentToken" },
    call: `transfer(${ACCOUNT}, ${place})`,
    ...{ succeeded: true, gasUsed: 51_000, fee: "51000000000000" },
    events: [{ address: TOKEN, contract: "DevelopmentToken", event: `Transfer(${ACCOUNT}, ${ACCOUNT}, ${place})` }],
  };
}

/** Messages, and the blocks with the transactions of their steps: ten a block where they were sent, all in two where they arrived. */
function madeMessages(
  { messages, sentWithinMs, failing }: BusyLoad,
  [first, second]: EcosystemInfo["chains"],
  l1: number,
  now: number,
): { readonly sent: readonly MessageInfo[]; readonly carrying: readonly ActivityBlock[] } {
  if (messages === 0 || first === undefined || second === undefined) return { sent: [], carrying: [] };
  const begin = now - 3 * sentWithinMs;
  const sentIn = Array.from({ length: Math.ceil(messages / 10) }, (_, i) =>
    madeBlock(first.chainId, 100 + i, begin + (i * 10 * sentWithinMs) / messages, 10),
  );
  const settledIn = madeBlock(l1, 900, begin + 1.5 * sentWithinMs, 1);
  const arrivedIn = [0, 1].map((i) => madeBlock(second.chainId, 100 + i, begin + (2 + i / 2) * sentWithinMs, messages / 2));
  const sent = Array.from({ length: messages }, (_, i): MessageInfo => {
    const step = (name: string, chainId: number, hash: Hex) => ({ step: name, chainId, transactionHash: hash });
    const arrived = arrivedIn[i % 2]!.transactions[Math.floor(i / 2)]!.hash;
    const [settled] = settledIn.transactions;
    return {
      ...{ type: "transfer", messageHash: word(7, i), sender: ACCOUNT },
      ...{ sourceChainId: first.chainId, destinationChainId: second.chainId },
      steps: [
        step("initiated", first.chainId, sentIn[Math.floor(i / 10)]!.transactions[i % 10]!.hash),
        step("settled", l1, settled!.hash),
        step("inTransactionRoot", l1, settled!.hash),
        step("delivered", second.chainId, arrived),
        step("executed", second.chainId, arrived),
      ],
      ...(i === failing ? { failed: { because: "reverted", why: "they reverted", goesBack: false } } : {}),
    } as unknown as MessageInfo;
  });
  return { sent, carrying: [...sentIn, settledIn, ...arrivedIn] };
}

function word(...parts: readonly number[]): Hex {
  return `0x${parts
    .map((part) => part.toString(16).padStart(8, "0"))
    .join("")
    .padStart(64, "0")}`;
}
