import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { Transaction, Wallet } from "ethers";
import type { GenesisAccount } from "../../src/chain/model/genesis.ts";
import { decodeTransaction } from "../../src/ground/transaction/decode-transaction.ts";
import { recordOfTransaction } from "../../src/ground/transaction/recorded-transaction.ts";
import { chainRules } from "../../src/proofs/rules/chain-rules.ts";
import { signedTransaction } from "../../src/proofs/execution-proof/batch/user-transaction.ts";
import {
  cheatHints,
  closingHints,
  impersonationHints,
  importHints,
  openingHints,
} from "../../src/proofs/machine/hints/batch-hints.ts";
import { blockHints, transactionHints } from "../../src/proofs/machine/hints/transaction-hints.ts";
import { KernelPanic } from "../../src/proofs/machine/interpreter/machine-error.ts";
import type { Hint } from "../../src/proofs/machine/interpreter/machine-state.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { transactionInput } from "../../src/ground/protocol/input-records.ts";
import { InputKind, noteBlock, noteRoot, noteTransaction, NO_INPUTS } from "../../src/ground/protocol/noted-inputs.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { CHAIN_ID, GENESIS_TIMESTAMP } from "../chain/support/engine.ts";
import { CONFIGURATION, realGenesis } from "../chain/support/predeploys.ts";
import { ReplayedChain } from "./support/replay.ts";

const CONTEXT = BigInt(PREDEPLOYS.SystemContext);
const TIME = GENESIS_TIMESTAMP + 10n;
const WORDS = [CONFIGURATION.l1ChainId, BigInt(CONFIGURATION.l1SharedBridge), CONFIGURATION.baseTokenOriginChainId, 0n, 1n];
const [PUBLISHES, FREE] = [0x200n, 1n << 100n];
const wallet = new Wallet(`0x${"5a".repeat(32)}`);
const steps = (...list: readonly (readonly Hint[])[]) => list.map((hints) => ({ hints }));
const opening = (told: { readonly mode?: bigint; readonly timestamp?: bigint; readonly parentHash?: bigint } = {}): Hint[] => {
  const { mode = PUBLISHES, timestamp = TIME, parentHash = 1n } = told;
  return openingHints({ timestamp, parentHash }, false, { coinbase: 0xc01bn, configuration: [...WORDS, mode] });
};

async function sent(nonce: number, fields: object = {}) {
  const basic = { nonce, gasLimit: 90_000, gasPrice: 7, type: 0, to: `0x${"c1".repeat(20)}`, chainId: CHAIN_ID };
  const raw = (await wallet.signTransaction({ ...basic, ...fields })) as Hex;
  const decoded = decodeTransaction(raw, chainRules(CHAIN_ID), { replayProtection: "optional" });
  return { decoded, hints: transactionHints(signedTransaction(decoded, BigInt(CHAIN_ID))) };
}

describe("inputs that the kernel notes", () => {
  let genesis: GenesisAccount[];
  let unopened: ReplayedChain;
  before(async () => {
    genesis = [...(await realGenesis()), { address: wallet.address.toLowerCase() as Hex, balanceWei: 10n ** 20n }];
    unopened = fresh();
  });
  const fresh = () => new ReplayedChain(genesis, GENESIS_TIMESTAMP);
  const notedBy = (...list: readonly (readonly Hint[])[]): bigint => {
    const { leaves } = unopened.attempt(steps(...list));
    return leaves.find(({ leafKind, account, slot }) => leafKind === 0 && account === CONTEXT && slot === 13n)?.after ?? 0n;
  };
  const refusalOf = (chain: ReplayedChain, ...list: readonly (readonly Hint[])[]): string => {
    try {
      chain.attempt(steps(...list));
    } catch (error) {
      if (error instanceof KernelPanic) return error.code;
      throw error;
    }
    return "nothing";
  };

  it("another time, hash of a parent, kind, order, root, number of roots, or a transaction less: each changes the hash", async () => {
    const [first, second, other] = [await sent(0), await sent(1), await sent(0, { value: 1 })];
    const root = (index: bigint, word = 2n) => ({ index, root: word });
    const imports = (...roots: readonly { index: bigint; root: bigint }[]) =>
      importHints({ timestamp: TIME, parentHash: 1n }, roots);
    const block = (timestamp = TIME, parent = 1n) => blockHints(timestamp, parent);
    const hashes = [
      [opening()],
      [opening({ timestamp: TIME + 1n })],
      [opening({ parentHash: 2n })],
      [opening(), block()],
      [opening(), block(TIME + 1n)],
      [opening(), block(TIME, 2n)],
      [opening(), block(), first.hints],
      [opening(), block(), other.hints],
      [opening(), block(), first.hints, second.hints],
      [opening(), block(), first.hints, block(), second.hints],
      [opening(), imports(root(1n), root(2n))],
      [opening(), imports(root(1n)), imports(root(2n))],
      [opening(), imports(root(1n), root(2n, 3n))],
      [opening(), imports(root(1n), root(3n))],
    ].map((list) => notedBy(...list));
    assert.equal(new Set(hashes).size, hashes.length);
  });

  it("are the hash that TypeScript computes, also of a transaction without a chain's id", async () => {
    const transactions = [await sent(0, { chainId: undefined }), await sent(1), await sent(2, { type: 1, accessList: [] })];
    const [unprotected] = transactions;
    assert.equal(Transaction.from(unprotected!.decoded.raw).chainId, 0n);
    const place = { timestamp: TIME, parentHash: wordToHex(1n) };
    let expected = noteBlock(NO_INPUTS, { ...place, kind: InputKind.opening });
    expected = noteBlock(expected, { ...place, kind: InputKind.block });
    for (const { decoded } of transactions)
      expected = noteTransaction(expected, transactionInput(recordOfTransaction(decoded.raw, BigInt(CHAIN_ID))));
    expected = noteBlock(expected, { ...place, kind: InputKind.imports | (1n << 8n) });
    expected = noteRoot(expected, { registryIndex: 9n, root: wordToHex(8n) });
    const imports = importHints({ timestamp: TIME, parentHash: 1n }, [{ index: 9n, root: 8n }]);
    const hash = notedBy(opening(), blockHints(TIME, 1n), ...transactions.map(({ hints }) => hints), imports);
    assert.equal(wordToHex(hash), expected);
  });

  it("a state that comes with a hash: the opening begins at 0", () => {
    const chain = new ReplayedChain(
      genesis.map((each) =>
        each.address === PREDEPLOYS.SystemContext ? { ...each, storage: [{ slot: 13n, value: 0xbadn }] } : each,
      ),
      GENESIS_TIMESTAMP,
    );
    chain.run(steps(opening()));
    assert.equal(chain.state.read(0, CONTEXT, 13n), notedBy(opening()));
  });

  it("a cheat or an impersonated transaction, which no account could repeat, has no proof", () => {
    const cheat = cheatHints({ kind: "balance", account: FREE, wei: 1n });
    const request = { from: FREE, to: 1n, value: 0n, gasLimit: 100_000n, data: new Uint8Array(0) };
    const impersonated = [blockHints(TIME, 1n), impersonationHints(request)];
    const chain = fresh();
    chain.run(steps(opening()));
    assert.equal(refusalOf(chain, cheat), "not-an-input");
    assert.equal(refusalOf(chain, ...impersonated), "not-an-input");
    const other = fresh();
    other.run(steps(opening({ mode: 0n })));
    assert.equal(refusalOf(other, cheat), "nothing");
    assert.equal(refusalOf(other, ...impersonated), "nothing");
  });

  it("a chain without the flag notes nothing, and no hash stays in the state after a batch", async () => {
    const place = { timestamp: TIME, parentHash: 1n };
    const { hints } = await sent(0);
    const without = notedBy(opening({ mode: 0n }), blockHints(TIME, 1n), hints);
    assert.equal(without, 0n);
    assert.equal(notedBy(opening(), blockHints(TIME, 1n), hints, closingHints(place)), 0n);
  });
});
