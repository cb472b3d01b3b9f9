import type { Hex } from "../../ground/protocol/hex.ts";
import { EXPLAINER_BOUNDS } from "../questions/asked/question.ts";
import type { Questions } from "../questions/questions.ts";
import { minedTransaction } from "../../ground/transaction/shown-transaction.ts";
import type { EngineTransaction } from "../../ground/transaction/transaction.ts";
import { isExplainable, type ReadPrestate, type Prestate } from "../execution/explainer.ts";

/** Start of a delegated account's code (EIP-7702): 0xef0100 and the delegate's address. */
const DELEGATION = /^0xef0100([0-9a-f]{40})$/;

/** Finds the state by a trace. Rejects with QuestionError if the state before the block is unknown. */
export function prestateReader(questions: Pick<Questions, "ask">, chainId: number): ReadPrestate {
  return async ({ transaction, block, before }) => {
    const at = block.number - 1n;
    const { trace, isHostile } = await questions.ask("traceMined", {
      at,
      block,
      before,
      transaction,
      tracer: "prestateTracer",
      config: {},
      maxMs: Infinity,
      ...EXPLAINER_BOUNDS,
    });
    if (trace === undefined || isHostile) return undefined;
    const found = { ...(trace as Prestate) };
    // The tracer does not name an account whose code another one runs.
    for (const address of findDelegates(transaction, found, chainId)) {
      const { code } = await questions.ask("read", { at, address });
      found[address] = { ...found[address], code };
    }
    return isExplainable(found) ? found : undefined;
  };
}

/** Accounts whose code others run, by an authorization of this transaction or of an earlier one. */
function findDelegates(transaction: EngineTransaction, prestate: Prestate, chainId: number): ReadonlySet<Hex> {
  const { authorizationList = [] } = minedTransaction(transaction, "0x", chainId) as {
    readonly authorizationList?: readonly { readonly address: Hex }[];
  };
  const delegates = new Set(authorizationList.map(({ address }) => address));
  for (const { code = "0x" } of Object.values(prestate)) {
    const [, delegate] = DELEGATION.exec(code) ?? [];
    if (delegate !== undefined) delegates.add(`0x${delegate}`);
  }
  return delegates;
}
