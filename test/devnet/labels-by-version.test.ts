import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import { LabelCheck } from "../../src/devnet/quorum-member/label-check.ts";
import { MachineVerifier } from "../../src/devnet/quorum-member/machine-verifier.ts";
import { EXECUTION_LABELS, type LabelledExecution, mayLackProof } from "../../src/execution-proof/batch/execution-label.ts";
import type { Format } from "../../src/protocol/protocol-version.ts";
import { startFollowedChain } from "../node/support/followed-chain.ts";
import type { VerifiedChain } from "../chain/support/verified-chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";

/** What a machine says of a batch that has a payment: it could say so of any. */
const LABEL: LabelledExecution = { kind: "labelled", reason: "too-large", detail: "step 1 is more than there is room for" };

for (const format of [2, 3] as const satisfies readonly Format[])
  describe(`a batch of format ${format} that is said to have no proof, and of which a validator's own machine finds the same`, () => {
    let test: VerifiedChain;
    let batch: FormedBatch;
    let claim: Parameters<LabelCheck["require"]>[1];

    before(async () => {
      const wallet = new TestWallet(890 + format);
      const chain = await startFollowedChain({ accounts: [{ address: wallet.address, balanceWei: 10n ** 20n }], format });
      ({ test } = chain);
      await test.chain.submit(await wallet.signRaw({ to: `0x${"b0".repeat(20)}`, value: 1n }));
      ({ batch, claim } = await chain.seal());
    });
    after(() => test.chain.close());

    it(
      format === 2 ? "is signed where validators ask for proofs" : "attack: downgrade for cents: is not signed for a label",
      async () => {
        const { options, l1 } = test.verifying;
        const labels = new LabelCheck(options, { ...l1, prover: { examine: () => Promise.resolve(LABEL) } });
        await labels.run(test.inputs(0n));
        const required = labels.require(batch, claim, LABEL.reason);
        if (format === 2) await required;
        else
          await assert.rejects(required, {
            name: "QuorumMemberError",
            code: "LabelMismatch",
            message: /of version 3 .* too-large/,
          });
      },
    );

    it(
      format === 2 ? "is run in the EVM alone where they run it in the machine" : "is not taken on the EVM's word alone",
      async () => {
        const { options, l1 } = test.verifying;
        const machine = await MachineVerifier.create(options, {
          ...l1,
          machineOf: () => ({ plan: () => Promise.resolve(LABEL) }),
        });
        const verified = machine.verify(test.inputs(0n));
        if (format === 2) assert.equal((await verified).commitment, batch.commitment);
        else await assert.rejects(verified, { name: "QuorumMemberError", code: "MachineDisagrees", message: /too-large/ });
      },
    );
  });

describe("what a right batch may lack a proof for", () => {
  it("is nothing from format 3 on, also where nothing of a version is proven", () => {
    for (const version of [3n, 0x103n, 0x203n, 0x80000003n])
      assert.deepEqual(
        EXECUTION_LABELS.filter((label) => mayLackProof(version, label)),
        [],
      );
  });

  it("is in format 2 what any validator finds in the batch, and no fault, no lost history and no disagreement", () => {
    assert.deepEqual(
      EXECUTION_LABELS.filter((label) => mayLackProof(2n, label)),
      [
        ...["unsupported-precompile", "unsupported-frame-count", "unsupported-code-size"],
        ...["refused-by-kernel", "unprovable-row", "too-large"],
      ],
    );
  });
});
