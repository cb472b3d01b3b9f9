import assert from "node:assert/strict";
import { GenesisError, type GenesisAccount } from "../../../src/chain/model/genesis.ts";
import { chainRules } from "../../../src/proofs/rules/chain-rules.ts";
import { comparedPlan } from "../../../src/proofs/execution-proof/batch/compared-plan.ts";
import { countedCells } from "../../../src/proofs/execution-proof/batch/step-limits.ts";
import { toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { MAX_UNITS } from "../../../src/ground/protocol/native-budget.ts";
import { CHAIN_ID } from "../../chain/support/engine.ts";
import { accountsOf, hasStorageWithoutCode, transactionOf, type StateTestCase } from "../../machine/support/state-tests.ts";
import { planningTools, startFollowedChain } from "./followed-chain.ts";

/** Maximum gas of a transaction. */
const GAS_CAP = 2n ** 24n;
/** Maximum cells of a step: a unit is 100 cells, and padding of tables may double them. */
const MAX_CELLS = 2 * 100 * MAX_UNITS;

/** Runs a public state test on a proven chain: "planned", or why the case has no batch. Fails where the batch would have a label, or is larger than its units say. */
export async function plannedCase(one: StateTestCase): Promise<string> {
  if (hasStorageWithoutCode(one)) return "outside: storage without code";
  const transaction = transactionOf(one, GAS_CAP, chainRules(CHAIN_ID));
  if (transaction === undefined) return "outside: not encodable";
  const accounts = [...accountsOf(one)].map(([address, { nonce, balance, code, storage }]): GenesisAccount => {
    const slots = [...storage].map(([slot, value]) => ({ slot, value }));
    return { address: addressOf(address), nonce, balanceWei: balance, code: toHex(code), storage: slots };
  });
  let chain: Awaited<ReturnType<typeof startFollowedChain>>;
  try {
    chain = await startFollowedChain({ accounts });
  } catch (error) {
    if (error instanceof GenesisError) return `outside: ${error.code}`;
    throw error;
  }
  try {
    await chain.test.chain.submit(toHex(transaction.serialize()));
  } catch (error) {
    await chain.test.chain.close();
    return `refused: ${(error as { readonly code: string }).code}`;
  }
  try {
    const { witness, claim } = await chain.seal();
    for (const weight of comparedPlan(witness, claim, planningTools()).weights)
      assert.ok(countedCells(weight) <= MAX_CELLS, `${one.name}: a step of ${countedCells(weight)} cells`);
    assert.deepEqual(chain.test.faults, [], one.name);
    return "planned";
  } catch (error) {
    throw new Error(`${one.name}: its batch has no plan`, { cause: error });
  } finally {
    await chain.test.chain.close();
  }
}

function addressOf(address: bigint): Hex {
  return `0x${address.toString(16).padStart(40, "0")}`;
}
