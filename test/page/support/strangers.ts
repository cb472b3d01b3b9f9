import { AbiCoder, concat, getBytes, toBeHex } from "ethers";

/** Init code of a contract that reverts with `Error(text)` whatever it is asked, as any stranger can deploy it. */
export function revertingWith(text: string): string {
  const data = concat(["0x08c379a0", AbiCoder.defaultAbiCoder().encode(["string"], [text])]);
  const size = toBeHex(getBytes(data).length, 2);
  // PUSH2 size, PUSH1 12, PUSH0, CODECOPY, PUSH2 size, PUSH0, REVERT, then the data.
  const runtime = concat(["0x61", size, "0x600c5f3961", size, "0x5ffd", data]);
  const all = toBeHex(getBytes(runtime).length, 2);
  // PUSH2 size, PUSH1 12, PUSH0, CODECOPY, PUSH2 size, PUSH0, RETURN.
  return concat(["0x61", all, "0x600c5f3961", all, "0x5ff3", runtime]);
}
