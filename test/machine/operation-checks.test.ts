import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { createTx } from "@ethereumjs/tx";
import { createAddressFromBigInt, eoaCode7702SignAuthorization, privateToAddress } from "@ethereumjs/util";
import type { GenesisAccount } from "../../src/chain/model/genesis.ts";
import {
  closingHints,
  importHints,
  openingHints,
  operationHints,
  type QueuedOperation,
} from "../../src/proofs/machine/hints/batch-hints.ts";
import type { Hint } from "../../src/proofs/machine/interpreter/machine-state.ts";
import { GENESIS_TIMESTAMP } from "../chain/support/engine.ts";
import { CONFIGURATION, realGenesis } from "../chain/support/predeploys.ts";
import { comparedMeters } from "./support/meters.ts";
import { bytesOf, numberOf, rules } from "./support/reference.ts";
import { ReplayedChain } from "./support/replay.ts";
import { worldOf } from "./support/contract-call.ts";

const TIME = GENESIS_TIMESTAMP + 10n;
const PLACE = { timestamp: TIME, parentHash: 1n };
const { l1ChainId, l1SharedBridge, baseTokenOriginChainId, baseTokenOriginToken } = CONFIGURATION;
const WORDS = [l1ChainId, BigInt(l1SharedBridge), baseTokenOriginChainId, BigInt(baseTokenOriginToken)];
const OPENING = { coinbase: 0xfeen, configuration: [...WORDS, 1_700_000_123n, 0n] };
/** The hashes of the blocks that follow the opening's. */
const HASHES = [2n, 3n, 4n];
/** 5 bytes: no other word of the witness is a 5. */
const DATA = Uint8Array.of(1, 2, 3, 4, 6);

const operation = (fields: Partial<QueuedOperation> = {}): QueuedOperation => ({
  ...{ from: 1n << 100n, to: 0xc0de00n, gasLimit: 100_000n, gasPerPubdata: 0n, gasPrice: 0n, priorityFee: 0n },
  ...{ paymaster: 0n, nonce: 0n, value: 0n, minted: 0n, refundRecipient: 1n << 100n, queuedAt: 0n, data: DATA },
  ...fields,
});

describe("a check of the kernel", () => {
  let genesis: readonly GenesisAccount[];
  before(async () => {
    genesis = await realGenesis();
  });

  /** A batch after its opening, as the chain's second one if the first has ended. */
  const opened = (): ReplayedChain => {
    const chain = new ReplayedChain(genesis, GENESIS_TIMESTAMP);
    chain.run([{ hints: openingHints(PLACE, false, OPENING) }]);
    for (const hash of [1n, 2n]) chain.hashes.fold(hash);
    return chain;
  };
  const take = (chain: ReplayedChain, hints: readonly Hint[]) => chain.attempt([{ hints }]);

  it("takes an operation that breaks none of them", () => {
    for (const [fields, blocks] of [
      [{}, 2],
      [{ value: 7n, minted: 7n }, 3],
    ] as const) {
      const { verdicts } = take(opened(), operationHints(operation(fields), TIME, HASHES.slice(0, blocks)));
      assert.deepEqual(verdicts, []);
    }
  });

  it("refuses an operation whose input has a length of −1, which would have no bytes", () => {
    const hints = operationHints(operation(), TIME, HASHES.slice(0, 2));
    const at = hints.indexOf(BigInt(DATA.length));
    assert.equal(hints.lastIndexOf(BigInt(DATA.length)), at);
    // The length, then no word of data.
    const negative = [...hints.slice(0, at), 2n ** 256n - 1n, ...hints.slice(at + 2)];
    assert.throws(() => take(opened(), negative), { name: "KernelPanic", code: "field-range" });
  });

  it("refuses an operation for which L1 minted less than is paid out", () => {
    const hints = operationHints(operation({ value: 7n, minted: 6n }), TIME, HASHES);
    assert.throws(() => take(opened(), hints), { name: "KernelPanic", code: "minted-below-payout" });
  });

  describe("refuses what comes behind an opening that forgets hashes, of which user code could still ask for some", () => {
    for (const [what, hints] of [
      ["an operation", operationHints(operation(), TIME, HASHES.slice(0, 2))],
      ["an import", importHints({ ...PLACE, parentHash: 2n }, [])],
      ["a closing", closingHints({ ...PLACE, parentHash: 2n })],
    ] as const)
      it(what, () => {
        const chain = opened();
        chain.run([{ hints: closingHints({ ...PLACE, parentHash: 2n }) }]);
        chain.run([{ hints: openingHints(PLACE, true, { coinbase: 0xfeen }) }]);
        assert.throws(() => take(chain, hints), { name: "KernelPanic", code: "hashes-forgotten" });
      });
  });

  it("takes all gas of a transaction of type 4 whose target 0x09 spends its units, less its authorization's refund", async () => {
    const [key, authorizerKey] = [bytesOf(0x5e0de4n, 32), bytesOf(0xb0bn, 32)];
    // The authorizer exists, so that its authorization refunds 12,500 gas (EIP-7702).
    const accounts = worldOf(new Map([[numberOf(privateToAddress(authorizerKey)), { code: [], balance: 5n, nonce: 0n }]]));
    const authorization = eoaCode7702SignAuthorization(
      { chainId: "0x1", address: createAddressFromBigInt(0xc0de02n).toString(), nonce: "0x0" },
      authorizerKey,
    );
    // 8,000,000 rounds, for which its gas is enough, and no budget.
    const data = new Uint8Array(213);
    data.set([0x00, 0x7a, 0x12, 0x00]);
    const gasLimit = 2n ** 24n;
    const fees = { chainId: 1n, nonce: 0n, maxFeePerGas: 3n, maxPriorityFeePerGas: 1n };
    const compared = await comparedMeters(
      accounts,
      createTx(
        { ...fees, type: 4, gasLimit, to: createAddressFromBigInt(9n), data, authorizationList: [authorization] },
        { common: rules },
      ).sign(key),
    );
    assert.ok(compared.kind === "ran");
    const { success, gasUsed, native } = compared.receipt;
    assert.deepEqual([success, gasUsed, native.spent], [false, gasLimit - 12_500n, undefined]);
  });
});
