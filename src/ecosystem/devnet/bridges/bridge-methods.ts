import * as v from "valibot";
import type { RpcClient, RpcMethod } from "../../../chain/rpc/request/dispatch.ts";
import { fairLine } from "../../../chain/rpc/calls/fair-line.ts";
import { RpcCode, RpcError } from "../../../chain/rpc/request/json-rpc.ts";
import { BRIDGE_NAMES } from "../../options/bridges.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { type GatedChain, sightOf } from "../view/books/sight.ts";
import type { BridgesInfo } from "../view/books/bridge-info.ts";
import type { LiveBridges } from "./live-bridges.ts";

/** Each reads all members. */
const MAX_LOOKS = 64;
const MAX_LOOKS_OF_ONE = 32;

/** Gas as a number, or in JSON-RPC's form. */
const gas = v.union([
  v.pipe(
    v.number(),
    v.safeInteger(),
    v.minValue(1),
    v.transform((value) => BigInt(value)),
  ),
  v.pipe(
    v.string(),
    v.regex(/^0x[0-9a-f]{1,16}$/i),
    v.transform((value) => BigInt(value)),
  ),
]);
const executed = v.tuple([
  v.pipe(
    v.string(),
    v.regex(/^0x[0-9a-f]{64}$/i),
    v.transform((id) => id.toLowerCase() as Hex),
  ),
  v.optional(v.strictObject({ gas: v.optional(gas) }), {}),
]);
const curse = v.tuple([v.union([v.pipe(v.number(), v.safeInteger()), v.literal("all")]), v.boolean()]);

/** Methods of members about bridges: a client sees a message if it may read both its chains. */
export function bridgeMethods(
  bridges: LiveBridges | undefined,
  { chains }: { readonly chains: () => readonly GatedChain[] },
): ReadonlyMap<string, RpcMethod> {
  const line = fairLine({ width: 4, places: MAX_LOOKS, placesPerClient: MAX_LOOKS_OF_ONE, what: "looks at bridges wait" });
  return new Map<string, RpcMethod>([
    [
      "hyperchain_bridges",
      (_params, client) =>
        line(client, async () => (bridges === undefined ? {} : seenBy(await bridges.bridges(), chains(), client))),
    ],
    [
      "hyperchain_executeDelivery",
      (params, client) =>
        line(client, async () => {
          const read = v.safeParse(executed, params.length === 1 ? [...params, undefined] : params);
          if (!read.success)
            throw new RpcError(
              RpcCode.invalidParams,
              'the parameters are the id of a bridge\'s message, and perhaps {"gas":200000}',
            );
          const [id, given] = read.output;
          const told = bridges === undefined ? {} : seenBy(await bridges.bridges(), chains(), client);
          const seen = BRIDGE_NAMES.flatMap((name) => told[name]?.deliveries ?? []);
          if (!seen.some((delivery) => delivery.id === id))
            throw new RpcError(
              RpcCode.invalidParams,
              `no bridge of this ecosystem has a message ${id}; hyperchain_bridges lists them`,
            );
          return (await bridges?.execute(id, given.gas)) ?? null;
        }),
    ],
    [
      "hyperchain_curse",
      (params, client) =>
        line(client, async () => {
          const read = v.safeParse(curse, params);
          if (!read.success)
            throw new RpcError(
              RpcCode.invalidParams,
              'the parameters are a member\'s chain id or "all", and whether it is cursed: [271, true]',
            );
          const [chainId, isCursed] = read.output;
          if (await bridges?.curse(chainId === "all" ? chainId : BigInt(chainId), isCursed)) return true;
          throw new RpcError(
            RpcCode.invalidParams,
            `no bridge of this ecosystem has curses and a member ${chainId}; CCIP has: bridges: { ccip: {} }`,
          );
        }),
    ],
  ]);
}

function seenBy(info: BridgesInfo, chains: readonly GatedChain[], client: RpcClient | undefined): Partial<BridgesInfo> {
  const sight = sightOf(chains, client);
  const seen = BRIDGE_NAMES.flatMap((name) => {
    const bridge = info[name];
    const deliveries = bridge?.deliveries.filter((each) => sight.message(each));
    return bridge === undefined ? [] : [[name, { ...bridge, deliveries }] as const];
  });
  return { ...info, ...Object.fromEntries(seen) };
}
