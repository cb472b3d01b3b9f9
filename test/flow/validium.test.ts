import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { ACCOUNT_NUMBERS, createDevelopmentAccounts, lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { SettledBatchInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { dataRequestToSign } from "../../src/ecosystem/devnet/quorum-member/data-request.ts";
import { fromHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { hashPubdata } from "../../src/ground/protocol/pubdata.ts";
import { decodePubdata } from "../../src/ground/protocol/pubdata-decoder.ts";
import { SettlementError } from "../../src/chain/settlement/errors/settlement-error.ts";
import { commitInCall } from "./support/commit-in-call.ts";
import { ALICE, BOB, clientOf, ETHER, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";

const [A, B] = [271n, 272n];
const [READER, STRANGER] = [3, 4];

describe("F3: a validium, whose data only its committee has", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let settled: SettledBatchInfo;
  let sealedPubdata: Uint8Array;

  before(async () => {
    const reader = lowerCaseAddress(createDevelopmentAccounts().wallet(READER).address);
    devnet = await startFlowDevnet([
      { chainId: A, dataAvailability: "validium", committee: { members: 2, threshold: 2 }, readers: [reader], openReads: true },
      { chainId: B, dataAvailability: "validium", openReads: true },
    ]);
    client = clientOf(chain());
  });
  after(async () => {
    client.destroy();
    await devnet.close();
  });

  const chain = (place = 0) => devnet.chains[place]!;
  const ask = (account: number, batchNumber = 0, of = chain()) =>
    signed(account, batchNumber, of).then((signature) =>
      of.provider.request({ method: "hyperchain_getBatchData", params: [batchNumber, signature] }),
    );
  const signed = async (account: number, batchNumber: number, of = chain()): Promise<string> => {
    const contract = { settlementChainId: devnet.l1.chainId, hyperchain: of.pipeline.created.hyperchain };
    const { domain, types, value } = dataRequestToSign(contract, BigInt(batchNumber));
    return devnet.accounts.wallet(account).signTypedData(domain, types, value);
  };
  const commitOf = async (transactionHash: Hex) => {
    const transaction = await devnet.l1.provider.getTransaction(transactionHash);
    return { commit: commitInCall(transaction).batch, calldata: transaction!.data };
  };

  test("the chain settles with a proof, and L1 gets neither its pubdata nor the accounts in it", async () => {
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    const secret = `0x${"5ec7e7".padEnd(40, "7")}`;
    await (await alice.sendTransaction({ to: secret, value: ETHER })).wait();
    const batch = await chain().pipeline.seal();
    sealedPubdata = batch!.pubdata;
    [settled] = (await devnet.settle(A)) as [SettledBatchInfo];
    assert.ok((settled.proof?.bytes ?? 0) > 40_000);
    const { commit, calldata } = await commitOf(settled.l1Transactions.commit!);
    assert.equal(commit.pubdata, "0x");
    assert.equal(commit.withheld.pubdataHash, hashPubdata(sealedPubdata));
    assert.ok(Buffer.from(sealedPubdata).toString("hex").includes(secret.slice(2)), "the data names the account");
    assert.ok(!calldata.includes(secret.slice(2)), "L1 does not");
  });

  test("a reader without rights gets nothing; a reader with rights gets what L1 has the hash of", async () => {
    await assert.rejects(ask(STRANGER), { code: -32000, data: { code: "ReaderUnknown" } });
    await assert.rejects(ask(ALICE), { code: -32000, data: { code: "ReaderUnknown" } });
    await assert.rejects(chain().provider.request({ method: "hyperchain_getBatchData", params: [0] }), { code: -32602 });
    await assert.rejects(chain().provider.request({ method: "hyperchain_getBatchData", params: [0, "0x1234"] }), {
      data: { code: "ReaderUnknown" },
    });
    // A signature for another batch is invalid for this one.
    const other = await signed(READER, 1);
    await assert.rejects(chain().provider.request({ method: "hyperchain_getBatchData", params: [0, other] }), {
      data: { code: "ReaderUnknown" },
    });

    const data = fromHex((await ask(READER)) as Hex);
    assert.equal(hashPubdata(data), hashPubdata(sealedPubdata));
    const priorityOpCount = (await chain().pipeline.settled(0n)).batch.canonicalTxHashes.length;
    assert.equal(
      decodePubdata(data, { oldLeafCount: (await chain().pipeline.settled(0n)).batch.oldLeafCount, priorityOpCount }).ok,
      true,
    );
    await assert.rejects(ask(READER, 7), { data: { code: "DataUnknown" } });
  });

  test("a committee of one in the sequencer's own process does the same, for its operator", async () => {
    const second = clientOf(chain(1));
    await (
      await devnet.accounts
        .wallet(ALICE)
        .connect(second)
        .sendTransaction({ to: devnet.accounts.wallet(BOB).address, value: 1n })
    ).wait();
    second.destroy();
    const [batch] = await devnet.settle(B);
    const { withheld } = (await commitOf(batch!.l1Transactions.commit!)).commit;
    const operator = ACCOUNT_NUMBERS.firstOperator + 1;
    assert.equal(lowerCaseAddress(devnet.accounts.wallet(operator).address), devnet.info().chains[1]!.operator);
    assert.equal(hashPubdata(fromHex((await ask(operator, 0, chain(1))) as Hex)), withheld.pubdataHash);
    await assert.rejects(ask(READER, 0, chain(1)), { data: { code: "ReaderUnknown" } });
  });

  test("without enough of the committee nothing is committed", async () => {
    process.kill(chain().pipeline.signers.committeePids[0]!, "SIGKILL");
    await (
      await devnet.accounts
        .wallet(ALICE)
        .connect(client)
        .sendTransaction({ to: devnet.accounts.wallet(BOB).address, value: 1n })
    ).wait();
    await assert.rejects(
      devnet.settle(A),
      (error) => error instanceof SettlementError && error.code === "QuorumUnreachable" && /MemberDied/.test(error.message),
    );
    assert.equal((await devnet.status()).chains[0]!.batches.executed, 1);
  });
});
