import type { RpcMethod, RpcClient } from "../../../chain/rpc/request/dispatch.ts";
import { RpcCode, RpcError } from "../../../chain/rpc/request/json-rpc.ts";
import { fairLine, type FairLine } from "../../../chain/rpc/calls/fair-line.ts";
import { LedgerError } from "../../../chain/ledger/ledger-error.ts";
import { toHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { Driver } from "./books/driver.ts";
import type { Dump } from "../keeping/dump.ts";
import { asTest } from "./copied-tests/as-test.ts";
import { askedBooks } from "./books/asked-books.ts";
import type { EcosystemStatus, MessageInfo } from "./books/ecosystem-info.ts";
import type { BooksRequest, EcosystemView } from "./books/ecosystem-view.ts";
import { lookingMethods, memberAsker, type LookingDependencies } from "./looking/looking-methods.ts";
import { isNamedBy } from "./books/message-info.ts";
import { failureOf, traceMessage } from "./feed/message-trace.ts";
import { chainNamed, memberNamed } from "./books/named-member.ts";
import { pagedMessages } from "./books/paged-messages.ts";
import { sightOf, type Sight } from "./books/sight.ts";
import { StepTimes } from "./feed/step-times.ts";
import { sourceSteps } from "./contracts/source-steps.ts";
import { storageChanges } from "./contracts/storage-changes.ts";

/** Each asks all members several times. More may wait than a batch of requests holds. */
const LOOKS_AT_A_TIME = 8;
const MAX_LOOKS = 512;
const MAX_LOOKS_OF_ONE = 256;
/** Each may wait for proofs. */
const DRIVES_AT_A_TIME = 16;
const MAX_DRIVES = 64;
const MAX_DRIVES_OF_ONE = 32;
/** Each runs a transaction again, whose every instruction the engine remembers. */
const MAX_TRACES = 32;
const MAX_TRACES_OF_ONE = 16;

/** Each holds the ecosystem several times in memory. */
const MAX_DUMPS = 8;
const MAX_DUMPS_OF_ONE = 4;

/** Methods of every member of an ecosystem, L1 included: a flood of such requests leaves room for others. */
export function ecosystemMethods(
  ecosystem: EcosystemView & Driver & { dump(): Promise<Dump> },
  traced: LookingDependencies,
): ReadonlyMap<string, RpcMethod> {
  const { drives, traces, dumps, ...lines } = ecosystemLines();
  const sight = (client: RpcClient | undefined): Sight => sightOf(traced.chains(), client);
  const { statusFor, messagesFor, messageNamed } = seenBooks(ecosystem, lines, sight);
  const stepTimes = new StepTimes(() => ecosystem.standing().era);
  return new Map<string, RpcMethod>([
    ["hyperchain_info", async () => ecosystem.info()],
    ["hyperchain_status", async ([request], client) => statusFor(client, askedBooks(request))],
    [
      "hyperchain_messages",
      async ([page, request], client) => pagedMessages(await messagesFor(client, askedBooks(request)), page),
    ],
    [
      "hyperchain_message",
      async ([hash, sourceChain, request], client) => {
        const message = await messageNamed(client, hash, sourceChain, askedBooks(request));
        return message === null
          ? null
          : lines.times(client, () => stepTimes.of(message, memberAsker(traced, client), sight(client).chain));
      },
    ],
    [
      "hyperchain_traceMessage",
      async ([hash, sourceChain], client) => {
        const message = await messageNamed(client, hash, sourceChain);
        return message === null ? null : traces(client, () => traceMessage(message, client, traced));
      },
    ],
    ...runAgainMethods(ecosystem, { traces, traced, sight }),
    ...drivingMethods(ecosystem, drives, sight),
    ...lookingMethods(ecosystem, traced),
    [
      "hyperchain_dump",
      async (_params, client) => {
        sight(client).require();
        return dumps(client, async () => dumpAnswer(await ecosystem.dump().catch(inJsonRpc)));
      },
    ],
  ]);
}

type SightOf = (client: RpcClient | undefined) => Sight;

/** Answers about messages, of which a client sees those between chains that it may read. */
function seenBooks(ecosystem: EcosystemView, { looks, books }: Readonly<Record<"looks" | "books", FairLine>>, sight: SightOf) {
  /** Stored data wait for no reading of others. */
  const lineOf = (request: BooksRequest): FairLine => (ecosystem.reads(request) ? looks : books);
  const statusFor = async (client: RpcClient | undefined, request: BooksRequest): Promise<EcosystemStatus> =>
    sight(client).status(await lineOf(request)(client, () => ecosystem.status(request)));
  const messagesFor = async (client: RpcClient | undefined, request: BooksRequest): Promise<readonly MessageInfo[]> => {
    const all = await lineOf(request)(client, () => ecosystem.messages(request));
    return all.filter(sight(client).message);
  };
  const messageNamed = async (
    client: RpcClient | undefined,
    hash: unknown,
    sourceChain: unknown,
    request: BooksRequest = {},
  ): Promise<MessageInfo | null> => {
    if (typeof hash !== "string" || !isHash(hash)) {
      throw new RpcError(
        RpcCode.invalidParams,
        "the first parameter is the hash of a message, or of the transaction that sent it",
      );
    }
    const wanted = new Set([hash.toLowerCase() as Hex]);
    const source = sourceChain === undefined || sourceChain === null ? undefined : Number(chainNamed(ecosystem, sourceChain));
    const named = (await messagesFor(client, request)).filter((message) => isNamedBy(message, wanted));
    const fromThere = named.filter(({ sourceChainId }) => source === undefined || sourceChainId === source);
    // Before a hash names nothing, members are read.
    if (fromThere.length === 0 && !ecosystem.reads(request)) return messageNamed(client, hash, sourceChain, { fresh: true });
    // Anyone can send what another message says as a plain message, which asks for nothing.
    return fromThere.find(({ type }) => type !== "message") ?? fromThere[0] ?? null;
  };
  return { statusFor, messagesFor, messageNamed };
}

/** Methods that run a transaction again. */
function runAgainMethods(
  ecosystem: EcosystemView,
  { traces, traced, sight }: { readonly traces: FairLine; readonly traced: LookingDependencies; readonly sight: SightOf },
): readonly (readonly [string, RpcMethod])[] {
  return [
    [
      "hyperchain_failure",
      async ([chain, hash], client) => {
        const id = chainNamed(ecosystem, chain);
        sight(client).require(id);
        return traces(client, () => failureOf({ chainId: Number(id), transactionHash: hash as Hex }, client, traced));
      },
    ],
    [
      "hyperchain_storageChanges",
      async ([member, hash], client) => {
        const id = memberNamed(ecosystem, member);
        sight(client).require(id);
        const ask = memberAsker(traced, client);
        const names = await traced.names();
        const isL1 = id === traced.l1.chainId;
        return traces(client, () => storageChanges({ chainId: Number(id), hash: hash as Hex, ask, names, isL1 }));
      },
    ],
    [
      "hyperchain_sourceSteps",
      async ([chain, hash], client) => {
        const id = chainNamed(ecosystem, chain);
        sight(client).require(id);
        const ask = memberAsker(traced, client);
        const names = await traced.names();
        return traces(client, () => sourceSteps({ chainId: Number(id), hash: hash as Hex, ask, names }));
      },
    ],
    [
      "hyperchain_asTest",
      (params, client) => traces(client, () => asTest(params, client, { ecosystem, traced, sight: sight(client) })),
    ],
  ];
}

/** Methods that drive the ecosystem manually. */
function drivingMethods(
  ecosystem: EcosystemView & Driver,
  drives: FairLine,
  sight: SightOf,
): readonly (readonly [string, RpcMethod])[] {
  return [
    [
      "hyperchain_settle",
      async ([chain], client) => {
        const chainId = chain === undefined || chain === null ? undefined : chainNamed(ecosystem, chain);
        return drives(client, () => ecosystem.settle(chainId));
      },
    ],
    [
      "hyperchain_reseal",
      async ([chain, fromBatch], client) => {
        const chainId = chainNamed(ecosystem, chain);
        if (fromBatch !== undefined && fromBatch !== null && !(Number.isSafeInteger(fromBatch) && Number(fromBatch) >= 0)) {
          throw new RpcError(RpcCode.invalidParams, "the second parameter is the number of the first batch to reseal");
        }
        sight(client).require(chainId);
        return drives(client, () => ecosystem.reseal(chainId, typeof fromBatch === "number" ? BigInt(fromBatch) : undefined));
      },
    ],
    [
      "hyperchain_relay",
      async ([options], client) => {
        const sentIn = transactionToBring(options);
        const { messages, ...counts } = await drives(client, () => ecosystem.relay(sentIn));
        return { ...counts, messages: messages.filter(sight(client).message) };
      },
    ],
  ];
}

/** Transaction in the parameter of `hyperchain_relay`. Throws RpcError. */
function transactionToBring(options: unknown = {}): Hex | undefined {
  const fields = Object.entries(options ?? {});
  if (typeof options === "object" && fields.every(([field, value]) => field === "sentIn" && isHash(value)))
    return fields.map(([, value]) => String(value).toLowerCase() as Hex)[0];
  throw new RpcError(
    RpcCode.invalidParams,
    'the parameter is an object such as {"sentIn":"0x…"}, with the hash of a transaction that sent something over a bridge',
  );
}

function isHash(value: unknown): boolean {
  return typeof value === "string" && /^0x[0-9a-f]{64}$/i.test(value);
}

/** Answer of \`hyperchain_dump\`. */
export interface DumpAnswer {
  readonly dump: Hex;
  /** Private keys in it. */
  readonly keys: number;
}

function dumpAnswer({ bytes, keys }: Dump): DumpAnswer {
  return { dump: toHex(bytes), keys };
}

function inJsonRpc(error: unknown): never {
  if (!(error instanceof LedgerError)) throw error;
  throw new RpcError(RpcCode.rejected, error.message, { code: error.code }, { cause: error });
}

function ecosystemLines(): Readonly<Record<"looks" | "books" | "times" | "drives" | "traces" | "dumps", FairLine>> {
  const lookLine = (): FairLine =>
    fairLine({
      width: LOOKS_AT_A_TIME,
      places: MAX_LOOKS,
      placesPerClient: MAX_LOOKS_OF_ONE,
      what: "questions about the ecosystem wait",
    });
  return {
    looks: lookLine(),
    books: lookLine(),
    times: lookLine(),
    drives: fairLine({
      width: DRIVES_AT_A_TIME,
      places: MAX_DRIVES,
      placesPerClient: MAX_DRIVES_OF_ONE,
      what: "requests to settle or relay wait",
    }),
    traces: fairLine({ width: 1, places: MAX_TRACES, placesPerClient: MAX_TRACES_OF_ONE, what: "messages are being traced" }),
    dumps: fairLine({ width: 1, places: MAX_DUMPS, placesPerClient: MAX_DUMPS_OF_ONE, what: "dumps are being made" }),
  };
}
