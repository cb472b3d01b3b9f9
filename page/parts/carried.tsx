import { shownSymbol } from "../../src/ecosystem/client/sending/shown-symbol.ts";
import type { EcosystemInfo, MessageInfo } from "../answers.ts";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { isolated, short, units } from "../format.ts";
import { ask } from "../rpc.ts";
import { isWord, textOf, TOKEN_SELECTORS, wordAt } from "../token-answers.ts";
import { memberOf } from "../wallet/signer.ts";
import { Said } from "./words.tsx";

type Carried = NonNullable<MessageInfo["carries"]>;

/** Symbol of a token, and the format of its amounts. */
interface TokenWords {
  readonly symbol: string;
  readonly decimals: number;
}

const NO_TOKEN = /^0x0{40}$/;
const MOST_DECIMALS = 77;
/** Texts by member and address; a token's code returns them only once. */
const told = new Map<string, Promise<TokenWords | undefined>>();

/** Amount of a message with its token's symbol; in units if the token does not answer. */
export function Amount({ carries }: { readonly carries: Carried }) {
  const { info } = useEcosystem();
  const { amount, originChainId, originToken } = carries;
  const key = `${originChainId}:${originToken}`;
  const coin = coinOf(info, carries);
  const asked = useAsked(async () => coin ?? wordsOf(info, carries, key), [key]);
  if (asked.state !== "there" && coin === undefined) return null;
  const token = coin ?? (asked.state === "there" ? asked.value : undefined);
  const text =
    token === undefined
      ? `${amount} units of ${short(originToken)}`
      : `${units(amount, token.decimals)} ${isolated(token.symbol)}`;
  return <Said text={text} />;
}

/** ETH, and what chains pay gas with: known without a question. */
function coinOf({ l1, chains }: EcosystemInfo, { originChainId, originToken }: Carried): TokenWords | undefined {
  if (originChainId !== l1.chainId) return undefined;
  if (NO_TOKEN.test(originToken)) return { symbol: "ETH", decimals: 18 };
  const base = chains.find(({ baseToken }) => baseToken.l1Address.toLowerCase() === originToken)?.baseToken;
  return base === undefined ? undefined : { symbol: base.symbol, decimals: 18 };
}

function wordsOf(info: EcosystemInfo, { originChainId, originToken }: Carried, key: string): Promise<TokenWords | undefined> {
  const known = told.get(key) ?? askWords(memberOf(info, originChainId), originToken);
  told.set(key, known);
  // A member that is paused now answers later.
  known.then((words) => words === undefined && told.delete(key)).catch(() => undefined);
  return known;
}

async function askWords(member: string, to: string): Promise<TokenWords | undefined> {
  const answer = (data: string): Promise<string> => ask<string>(member, "eth_call", [{ to, data }, "latest"]).catch(() => "0x");
  const [symbol, decimals] = await Promise.all([answer(TOKEN_SELECTORS.symbol), answer(TOKEN_SELECTORS.decimals)]);
  const places = Number(wordAt(decimals, 0));
  if (!isWord(decimals) || places > MOST_DECIMALS) return undefined;
  return { symbol: shownSymbol(textOf(symbol)), decimals: places };
}
