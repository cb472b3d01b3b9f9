import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ALICE, BOB, ETHER, settleNow } from "../flow/support/devnet.ts";
import { startRelayedPair, transferOf, type RelayedPair } from "../flow/support/interop.ts";

const [A, B] = [271n, 272n];

interface Message {
  readonly messageHash: Hex;
  readonly type: string;
  readonly sourceChainId: Hex | null;
  readonly destinationChainId: Hex;
  readonly registryLeafIndex: Hex | null;
  readonly rootIndex: Hex | null;
  readonly steps: readonly {
    readonly step: string;
    readonly chainId: Hex;
    readonly blockNumber: Hex;
    readonly transactionHash: Hex;
  }[];
}

describe("C1 hyperchain_getMessage: any client can follow a message on both chains", () => {
  let pair: RelayedPair;
  let sent: Hex;
  let message: Message;

  before(async () => {
    pair = await startRelayedPair([A, B]);
  });
  after(() => pair.close());

  const ask = (chain: number, ...params: unknown[]) =>
    pair.clients[chain]!.send("hyperchain_getMessage", params) as Promise<Message[]>;
  const steps = ({ steps: done }: Message) => done.map(({ step, chainId }) => [step, BigInt(chainId)]);

  it("C1: the sender names the message and its first step at once", async () => {
    const { devnet, clients } = pair;
    const signer = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    const bob = lowerCaseAddress(devnet.accounts.wallet(BOB).address);
    const receipt = await (await signer.sendTransaction(transferOf(B, ETHER, bob))).wait();
    sent = receipt!.hash as Hex;
    const [first, ...others] = await ask(0, sent);
    assert.equal(others.length, 0);
    message = first!;
    assert.deepEqual([message.type, BigInt(message.sourceChainId!), BigInt(message.destinationChainId)], ["transfer", A, B]);
    assert.deepEqual(steps(message), [["initiated", A]]);
    assert.equal(message.steps[0]?.transactionHash, sent);
    assert.deepEqual(await ask(1, message.messageHash), []);
  });

  it("C1: then that L1 has proven and executed its batch, and where the registry has it", async () => {
    const { devnet } = pair;
    const { receipts } = await settleNow(devnet.chains[0]!);
    [message] = (await ask(0, message.messageHash)) as [Message];
    const l1 = devnet.l1.chainId;
    assert.deepEqual(steps(message), [
      ["initiated", A],
      ["settled", l1],
      ["inTransactionRoot", l1],
    ]);
    assert.deepEqual(
      message.steps.slice(1).map(({ transactionHash }) => transactionHash),
      [receipts.prove?.hash, receipts.execute?.hash],
    );
    assert.equal(message.registryLeafIndex, "0x0");
  });

  it("C1: the receiver tells its import, the delivery, and that L1 has checked the import", async () => {
    const { devnet, relayer } = pair;
    await devnet.chains[1]!.pipeline.pollL1();
    const at = async () => {
      const [answer] = await ask(1, message.messageHash, message.registryLeafIndex);
      return answer!;
    };
    const imported = await at();
    assert.deepEqual([steps(imported), imported.rootIndex], [[["imported", B]], "0x1"]);
    await relayer.poll();
    assert.deepEqual(steps(await at()), [
      ["imported", B],
      ["delivered", B],
      ["executed", B],
    ]);
    await settleNow(devnet.chains[1]!);
    const done = await at();
    assert.deepEqual(steps(done), [
      ["imported", B],
      ["delivered", B],
      ["executed", B],
      ["importSettled", devnet.l1.chainId],
    ]);
    assert.equal(BigInt(done.sourceChainId!), A);
    // The delivery's own transaction names it too.
    const delivery = done.steps[1]!.transactionHash;
    assert.ok((await ask(1, delivery)).some(({ messageHash }) => messageHash === message.messageHash));
  });
});
