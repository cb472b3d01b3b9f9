import type { RpcMethod } from "../../chain/rpc/dispatch.ts";
import { RpcCode, RpcError } from "../../chain/rpc/json-rpc.ts";
import { someAtATime } from "../../chain/rpc/one-at-a-time.ts";
import type { Hex } from "../../protocol/hex.ts";
import { UnknownChainError } from "../driver.ts";
import type { Driver } from "../driver.ts";
import type { EcosystemView } from "./ecosystem-view.ts";
import { isNamedBy } from "./message-info.ts";

/** Each asks all members several times. More may wait than a batch of requests holds. */
const LOOKS_AT_A_TIME = 8;
const MAX_LOOKS = 512;
/** Each may wait for proofs. */
const DRIVES_AT_A_TIME = 16;
const MAX_DRIVES = 64;

/** What every member of an ecosystem answers, L1 included: a flood of such requests leaves places for others. */
export function ecosystemMethods(ecosystem: EcosystemView & Driver): ReadonlyMap<string, RpcMethod> {
  const looks = someAtATime(LOOKS_AT_A_TIME, MAX_LOOKS, "questions about the ecosystem wait");
  const drives = someAtATime(DRIVES_AT_A_TIME, MAX_DRIVES, "requests to settle or relay wait");
  return new Map<string, RpcMethod>([
    ["hyperchain_info", async () => ecosystem.info()],
    ["hyperchain_status", () => looks(() => ecosystem.status())],
    ["hyperchain_messages", () => looks(() => ecosystem.messages())],
    ["hyperchain_message", async ([hash, sourceChain]) => {
      if (typeof hash !== "string" || !/^0x[0-9a-f]{64}$/i.test(hash)) {
        throw new RpcError(RpcCode.invalidParams, "the first parameter is the hash of a message, or of the transaction that sent it");
      }
      const wanted = hash.toLowerCase() as Hex;
      const source = sourceChain === undefined || sourceChain === null ? undefined : Number(chainNamed(ecosystem, sourceChain));
      const named = (await looks(() => ecosystem.messages())).filter((message) => isNamedBy(message, wanted));
      const fromThere = named.filter(({ sourceChainId }) => source === undefined || sourceChainId === source);
      // Anyone can send what another message says as a plain message, which asks for nothing.
      return fromThere.find(({ type }) => type !== "message") ?? fromThere[0] ?? null;
    }],
    ["hyperchain_settle", async ([chain]) => {
      const chainId = chain === undefined || chain === null ? undefined : chainNamed(ecosystem, chain);
      return drives(() => ecosystem.settle(chainId));
    }],
    ["hyperchain_relay", () => drives(() => ecosystem.relay())],
  ]);
}

/** A chain by its id, as a number or in text, or by its name. */
function chainNamed(ecosystem: Pick<EcosystemView, "info">, chain: unknown): bigint {
  const chains = ecosystem.info().chains.map(({ chainId, name }) => ({ chainId: BigInt(chainId), name }));
  const found = chains.find(({ chainId, name }) => name === chain || isNumber(chainId, chain));
  if (found !== undefined) return found.chainId;
  const error = new UnknownChainError(String(chain).slice(0, 100), chains);
  throw new RpcError(RpcCode.invalidParams, error.message, { code: error.code }, { cause: error });
}

function isNumber(chainId: bigint, value: unknown): boolean {
  if (typeof value === "number") return Number(chainId) === value;
  return typeof value === "string" && /^(0x[0-9a-f]+|\d+)$/i.test(value) && BigInt(value) === chainId;
}
