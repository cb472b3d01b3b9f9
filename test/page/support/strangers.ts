import { AbiCoder, concat, getBytes, toBeHex } from "ethers";

/** Init code of a contract that reverts with `Error(text)` whatever it is asked, as any stranger can deploy it. */
export function revertingWith(text: string): string {
  return revertingWithData(concat(["0x08c379a0", AbiCoder.defaultAbiCoder().encode(["string"], [text])]));
}

/** Init code of a contract that reverts with these bytes whatever it is asked. */
export function revertingWithData(data: string): string {
  // PUSH2 size, PUSH1 12, PUSH0, CODECOPY, PUSH2 size, PUSH0, REVERT, then the data.
  return creating(concat(["0x61", sizeOf(data), "0x600c5f3961", sizeOf(data), "0x5ffd", data]));
}

/** Init code of a contract that logs this event whatever it is asked. */
export function logging(topic: string, data: string): string {
  // PUSH2 size, PUSH1 46, PUSH0, CODECOPY, PUSH32 topic, PUSH2 size, PUSH0, LOG1, STOP, then the data.
  return creating(concat(["0x61", sizeOf(data), "0x602e5f397f", topic, "0x61", sizeOf(data), "0x5fa100", data]));
}

function creating(runtime: string): string {
  // PUSH2 size, PUSH1 12, PUSH0, CODECOPY, PUSH2 size, PUSH0, RETURN.
  return concat(["0x61", sizeOf(runtime), "0x600c5f3961", sizeOf(runtime), "0x5ff3", runtime]);
}

function sizeOf(data: string): string {
  return toBeHex(getBytes(data).length, 2);
}
