import assert from "node:assert/strict";
import { test } from "node:test";
import { Interface } from "ethers";
import type { CallFrame } from "../../src/ecosystem/client/sending/remote-failure.ts";
import { contractNames } from "../../src/ecosystem/client/sending/revert-reason.ts";
import type { MessageInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { traceMessage } from "../../src/ecosystem/devnet/view/feed/message-trace.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

const ABI = ["function store(bytes data)", "error Full(bytes data)"];
const contract = new Interface(ABI);

test("attack: of a trace's calls and reverts that unfold into much, only as many are decoded as there is room for", async () => {
  const bytes = `0x${"ab".repeat(8_000)}`;
  const input = contract.encodeFunctionData("store", [bytes]) as Hex;
  const output = contract.encodeErrorResult("Full", [bytes]) as Hex;
  const frame = { type: "CALL", from: "0x01", to: "0x02", gas: "0x0", gasUsed: "0x0" } as const;
  const failing: CallFrame = { ...frame, input, output, error: "execution reverted" };
  const calls: CallFrame = { ...frame, input: "0x", calls: new Array<CallFrame>(50).fill(failing) };
  const message = { steps: [{ step: "initiated", chainId: 271, transactionHash: "0x03" }] } as unknown as MessageInfo;
  let decoded = 0;
  const names = contractNames([ABI]);
  const { transactions } = await traceMessage(message, undefined, {
    chains: () => [
      { chainId: 271n, provider: { request: () => assert.fail("nothing is repeated") } as never, answer: async () => calls },
    ],
    names: async () => ({
      ...names,
      call(data) {
        decoded++;
        return names.call(data);
      },
      error(data) {
        decoded++;
        return names.error(data);
      },
    }),
  });
  // Four have 64,552 of the 65,536 characters.
  assert.equal(decoded, 4);
  const [first, , third] = transactions[0]?.calls.calls ?? [];
  assert.match(first?.call ?? "", /^store\(0xabab/);
  assert.match(first?.reason ?? "", /^with Full\(0xabab/);
  assert.equal(third?.call, "store(…)");
  assert.equal(third?.reason, `with ${output.slice(0, 138)}… (8068 bytes)`);
});
